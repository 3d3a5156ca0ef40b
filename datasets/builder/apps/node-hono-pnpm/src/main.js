import { serve } from "@hono/node-server";
import { app } from "./app.js";

const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 8787) }, (info) => {
  console.log(`short links on ${info.port}`);
});

process.on("SIGTERM", () => server.close(() => process.exit(0)));

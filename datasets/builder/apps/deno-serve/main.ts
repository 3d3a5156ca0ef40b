import { nearest } from "./colours.ts";

const port = Number(Deno.env.get("PORT") ?? 8000);

const server = Deno.serve({ port, hostname: "0.0.0.0" }, (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/") return new Response("colour names: try /7fbf3f\n");
  const name = nearest(pathname.slice(1));
  return name ? Response.json({ name }) : new Response("no colour", { status: 404 });
});

Deno.addSignalListener("SIGTERM", () => server.shutdown());

import Fastify from "fastify";
import { convert, known } from "./units.js";

const app = Fastify({ logger: true });

app.get("/", async () => ({ service: "unit converter", units: known() }));
app.get("/healthz", async () => ({ ok: true }));

app.get<{ Querystring: { value: string; from: string; to: string } }>("/convert", async (request, reply) => {
  const { value, from, to } = request.query;
  const result = convert(Number(value), from, to);
  if (result === undefined) {
    return reply.code(400).send({ error: `cannot convert ${from} to ${to}` });
  }
  return { value: result, unit: to };
});

const port = Number(process.env.PORT ?? 8000);
await app.listen({ port, host: "0.0.0.0" });

process.on("SIGTERM", () => {
  void app.close().then(() => process.exit(0));
});

import { Hono } from "hono";
import { roll } from "./roll";

const app = new Hono();

app.get("/", (c) => c.text("dice: try /roll/2d6"));
app.get("/roll/:dice", (c) => {
  const result = roll(c.req.param("dice"));
  return result ? c.json(result) : c.text("no such dice", 400);
});

export default {
  port: Number(process.env.PORT ?? 3000),
  fetch: app.fetch,
};

import { Hono } from "hono";
import { links } from "./links.js";

export const app = new Hono();

app.get("/", (c) => c.text(`short links: ${links.size} stored`));
app.get("/livez", (c) => c.json({ alive: true }));
app.put("/:name", async (c) => {
  links.set(c.req.param("name"), await c.req.text());
  return c.body(null, 204);
});
app.get("/:name", (c) => {
  const target = links.get(c.req.param("name"));
  return target ? c.redirect(target) : c.notFound();
});

import Koa from "koa";
import Router from "@koa/router";
import { phase } from "./moon.mjs";

const router = new Router();
router.get("/", (ctx) => {
  ctx.body = { phase: phase(new Date()) };
});
router.get("/ping", (ctx) => {
  ctx.body = "pong";
});
router.get("/:day", (ctx) => {
  const day = new Date(ctx.params.day);
  if (Number.isNaN(day.valueOf())) ctx.throw(400, "no such day");
  ctx.body = { phase: phase(day) };
});

const app = new Koa();
app.use(router.routes()).use(router.allowedMethods());

const server = app.listen(process.env.PORT || 4000);
process.once("SIGTERM", () => server.close());

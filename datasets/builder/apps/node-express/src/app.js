const express = require("express");

const title = process.env.BOARD_TITLE || "Guestbook";

module.exports = function createApp(entries) {
  const app = express();
  app.disable("x-powered-by");
  app.use(express.json({ limit: "10kb" }));

  app.get("/", (_request, response) => {
    response.type("html").send(`<h1>${title}</h1><p>${entries.size()} entries so far</p>`);
  });

  app.get("/health", (_request, response) => response.json({ status: "ok" }));

  app.get("/entries", (_request, response) => response.json(entries.latest(50)));

  app.post("/entries", (request, response) => {
    const { name, text } = request.body;
    if (!name || !text) {
      return response.status(400).json({ error: "name and text are needed" });
    }
    return response.status(201).json(entries.add(name, text));
  });

  return app;
};

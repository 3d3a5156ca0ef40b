const express = require("express");
const questions = require("@surveys/questions");

const app = express();
app.get("/", (_request, response) => response.json({ questions }));
const server = app.listen(process.env.PORT || 3100);
process.on("SIGTERM", () => server.close());

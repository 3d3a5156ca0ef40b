const http = require("node:http");
const got = require("got");
const { board } = require("./board");

http
  .createServer(async (_request, response) => response.end(board(await got("https://example.com/times.json").json())))
  .listen(process.env.PORT || 3203);

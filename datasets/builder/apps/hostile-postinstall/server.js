const http = require("node:http");
const { page } = require("./page");

const server = http.createServer((_request, response) => {
  response.setHeader("content-type", "text/html");
  response.end(page);
});
server.listen(Number(process.env.PORT ?? 3201));
process.on("SIGTERM", () => server.close());

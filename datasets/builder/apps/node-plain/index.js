const http = require("http");
const { render } = require("./render");

const PORT = process.env.PORT || 5050;

const server = http.createServer((req, res) => {
  if (req.url === "/favicon.ico") {
    res.writeHead(204).end();
    return;
  }
  const address = req.headers["x-forwarded-for"]?.split(",")[0] ?? req.socket.remoteAddress;
  res.writeHead(200, { "Content-Type": "text/plain" });
  res.end(render(address));
});

server.listen(PORT, () => console.log(`listening on ${PORT}`));
process.on("SIGTERM", () => server.close(() => process.exit(0)));

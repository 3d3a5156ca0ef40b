const http = require("node:http");
const count = require("./count");

count.prepare();
const server = http.createServer((_request, response) => response.end(`visitor number ${count.next()}\n`));
server.listen(process.env.PORT || 3204);
process.on("SIGTERM", () => server.close());

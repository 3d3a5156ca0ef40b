const http = require("node:http");
const lines = require("./lines");

const server = http.createServer((_request, response) => response.end(`night bus: ${lines.length} lines\n`));
server.listen(process.env.PORT || 3208);
process.on("SIGTERM", () => server.close());

const http = require("node:http");
const { now } = require("./programme");

const server = http.createServer((_request, response) => response.end(`radio: ${now(new Date())}\n`));
server.listen(process.env.PORT || 3209);
process.on("SIGTERM", () => server.close());

const http = require("node:http");
const ms = require("ms");

const server = http.createServer((_request, response) => response.end(`a shift lasts ${ms(ms("8h"), { long: true })}\n`));
server.listen(process.env.PORT || 3202);
process.on("SIGTERM", () => server.close());

require("dotenv").config();
const http = require("node:http");
const { sunrise } = require("./sunrise");

const latitude = Number(process.env.LATITUDE ?? 52.5);
const server = http.createServer((_request, response) => response.end(`sunrise at ${sunrise(latitude, new Date())}\n`));
server.listen(process.env.PORT || 3207);
process.on("SIGTERM", () => server.close());

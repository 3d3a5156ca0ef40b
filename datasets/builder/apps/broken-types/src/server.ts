import { createServer } from "node:http";
import { allergensOf } from "./dishes";

createServer((_request, response) => response.end(allergensOf("pesto").join(", "))).listen(Number(process.env.PORT ?? 3206));

// Serves one function over HTTP with Node's own modules.
//
// PORT says where (8080 where it is not set). GET /healthz says that it is well. SIGTERM lets running calls end first.

import { randomUUID } from "node:crypto";
import http from "node:http";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const FILE = "function.js";
const COMMONJS = false;
const HEALTH_PATH = "/healthz";
const MAX_BODY_BYTES = 6 * 1024 * 1024;
const READ_SECONDS = 30; // for a whole request
const CALL_SECONDS = 60; // then the client is told 504; the call itself goes on
const GRACE_SECONDS = 8; // for running calls after SIGTERM; Kubernetes kills after 30
const MAX_CALLS = 64; // at a time; more are told 503
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** What the client sent cannot be used; the message is for the client. */
class BadRequest extends Error {
  constructor(message, status = 400) {
    super(message);
    this.status = status;
  }
}

/** One request: ``request`` and ``response`` are Node's own, ``body`` is all that was sent. */
class Call {
  constructor(request, response, url, body) {
    this.id = randomUUID();
    this.request = request;
    this.response = response;
    this.method = request.method;
    this.url = url;
    this.body = body;
    this.query = Object.fromEntries(url.searchParams);
    this.abort = new AbortController();
  }

  get text() {
    return this.body.toString("utf8");
  }

  json() {
    try {
      return JSON.parse(this.text);
    } catch {
      throw new BadRequest("the body is not JSON");
    }
  }
}

function send(response, status, headers, body) {
  for (const [name, value] of headers) {
    response.appendHeader ? response.appendHeader(name, value) : response.setHeader(name, value);
  }
  response.statusCode = status;
  response.end(body);
}

function sendJson(response, status, value) {
  send(response, status, [["Content-Type", "application/json"]], JSON.stringify(value === undefined ? null : value));
}

/** Tell the client that something failed, unless a reply is under way: then the connection is cut. */
function fail(call, response, status, message) {
  if (response.headersSent) {
    response.destroy();
  } else if (!response.writableEnded) {
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    sendJson(response, status, call ? { error: message, request: call.id } : { error: message });
  }
}

/** Read the body. What is too large is refused before it is kept. */
function bodyOf(request) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    let size = 0;
    const refuse = () => {
      request.removeAllListeners("data");
      request.pause();
      reject(new BadRequest("the body is too large", 413));
    };
    if (Number(request.headers["content-length"] ?? 0) > MAX_BODY_BYTES) return refuse();
    request.on("data", (chunk) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) refuse();
      else chunks.push(chunk);
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", () => reject(new BadRequest("the body is cut off")));
  });
}

function urlOf(request) {
  try {
    const base = `http://${request.headers.host || "localhost"}`;
    return request.url.startsWith("/") ? new URL(base + request.url) : new URL(request.url);
  } catch {
    throw new BadRequest("the address of the request cannot be read");
  }
}

let running = 0;
let ending = false;

async function called(serve, exported, call) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, CALL_SECONDS * 1000, "late");
  });
  running += 1;
  const done = (async () => serve(exported, call))().finally(() => {
    running -= 1;
  });
  try {
    if ((await Promise.race([done, late])) === "late") {
      call.abort.abort();
      done.catch((error) => console.error(`request ${call.id} failed late`, error));
      fail(call, call.response, 504, "the function took too long");
    }
  } finally {
    clearTimeout(timer);
  }
}

async function answer(serve, exported, request, response) {
  let call = null;
  if (ending) response.setHeader("Connection", "close");
  try {
    if (!METHODS.has(request.method)) throw new BadRequest("this method is not answered", 405);
    const url = urlOf(request);
    const body = await bodyOf(request);
    if (url.pathname === HEALTH_PATH && (request.method === "GET" || request.method === "HEAD")) {
      sendJson(response, 200, { status: "ok" });
    } else if (running >= MAX_CALLS) {
      sendJson(response, 503, { error: "busy" });
    } else {
      call = new Call(request, response, url, body);
      response.on("close", () => response.writableEnded || call.abort.abort());
      await called(serve, exported, call);
    }
  } catch (error) {
    if (error instanceof BadRequest) {
      fail(null, response, error.status, error.message);
    } else {
      console.error(`request ${call?.id} failed`, error);
      fail(call, response, 500, "the function failed");
    }
  }
}

/** Serve what ``name`` says: ``default``, ``module.exports``, or the name of an export. */
async function run(serve, name) {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const loaded = await import(pathToFileURL(path.join(here, FILE)).href);
  const exports = COMMONJS ? loaded.default : loaded;
  const exported = name === "module.exports" || name === "*" ? exports : exports[name];
  const server = http.createServer({ requestTimeout: READ_SECONDS * 1000, headersTimeout: 10_000 }, (request, response) =>
    answer(serve, exported, request, response),
  );
  server.keepAliveTimeout = 5_000;
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  const end = () => {
    ending = true;
    server.close(() => process.exit(0));
    server.closeIdleConnections?.();
    setInterval(() => server.closeIdleConnections?.(), 100); // those that a last reply left open
    setTimeout(() => process.exit(0), GRACE_SECONDS * 1000);
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
  server.listen(Number(process.env.PORT || 8080), "0.0.0.0", () => {
    console.error(`${FILE}: ${name} is served on port ${server.address().port}`);
  });
}

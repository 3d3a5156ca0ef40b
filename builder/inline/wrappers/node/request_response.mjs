// Calls the function with Node's own request and response; the parts that platforms add are there too.

import http from "node:http";

import { send, sendJson } from "./server.mjs";

const HELPERS = true; // false: a framework brings its own
const CONTEXT = false; // true: (context, request), as Azure Functions calls it

/** The request once more, with its body still to be read: frameworks and functions read it in their own ways. */
function again(call) {
  const request = new http.IncomingMessage(call.request.socket);
  for (const name of ["method", "url", "headers", "rawHeaders", "httpVersion", "httpVersionMajor", "httpVersionMinor"]) {
    request[name] = call.request[name];
  }
  if (call.body.length) request.push(call.body);
  request.push(null);
  request.complete = true;
  return request;
}

function parsed(call) {
  const kind = (call.request.headers["content-type"] ?? "").split(";")[0].trim();
  if (!call.body.length) return undefined;
  if (kind.endsWith("json")) return call.json();
  if (kind === "application/x-www-form-urlencoded") return Object.fromEntries(new URLSearchParams(call.text));
  return kind.startsWith("text/") ? call.text : call.body;
}

function cookiesOf(text = "") {
  const pairs = text.split(";").map((one) => one.trim().split("="));
  return Object.fromEntries(pairs.filter((one) => one.length > 1).map(([name, ...rest]) => [name, rest.join("=")]));
}

function helped(response) {
  response.status = (status) => Object.assign(response, { statusCode: status });
  response.set = response.header = (name, value) => (response.setHeader(name, value), response);
  response.type = (kind) => (response.setHeader("Content-Type", kind), response);
  response.json = (value) => sendJson(response, response.statusCode, value);
  response.send = (value) => {
    if (value === undefined || value === null) return send(response, response.statusCode, []);
    if (typeof value !== "string" && !Buffer.isBuffer(value)) return sendJson(response, response.statusCode, value);
    const kind = Buffer.isBuffer(value) ? "application/octet-stream" : "text/html; charset=utf-8";
    return send(response, response.statusCode, response.hasHeader("Content-Type") ? [] : [["Content-Type", kind]], value);
  };
  response.sendStatus = (status) => response.status(status).send(String(status));
  response.redirect = (first, second) => {
    const [status, to] = typeof first === "number" ? [first, second] : [302, first];
    send(response, status, [["Location", to]]);
  };
  return response;
}

async function azure(exported, call, request) {
  const say = (...words) => console.error(...words);
  const log = Object.assign((...words) => say(...words), { error: say, warn: say, info: say, verbose: say });
  const context = { invocationId: call.id, req: request, res: undefined, bindings: {}, log };
  const given = (await exported(context, request)) ?? context.res ?? {};
  const { status = given.statusCode ?? 200, headers = {}, body } = given;
  const pairs = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  const plain = typeof body === "string" || Buffer.isBuffer(body) || body === undefined;
  if (!plain && !pairs.some(([name]) => name.toLowerCase() === "content-type")) pairs.push(["Content-Type", "application/json"]);
  send(call.response, status, pairs, plain ? body : JSON.stringify(body));
}

async function serve(exported, call) {
  const request = again(call);
  if (HELPERS) Object.assign(request, { body: parsed(call), query: call.query, cookies: cookiesOf(call.request.headers.cookie) });
  if (CONTEXT) return azure(exported, call, request);
  const response = HELPERS ? helped(call.response) : call.response;
  const finished = new Promise((resolve) => response.once("close", resolve));
  const value = await exported(request, response);
  if (value !== undefined && value !== response && !response.headersSent && !response.writableEnded && HELPERS) {
    helped(response).send(value); // what a function returns is its reply
  }
  await finished; // it may reply later
}

export { serve };

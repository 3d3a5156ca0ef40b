// Calls the function with a Request, for a Response: the Fetch API that browsers, workers and Node share.

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { BadRequest, send, sendJson } from "./server.mjs";

const SHAPE = "fetch"; // fetch, function, methods, pages, event: how the function is called

function requestOf(call) {
  const headers = new Headers();
  for (let at = 0; at < call.request.rawHeaders.length; at += 2) {
    headers.append(call.request.rawHeaders[at], call.request.rawHeaders[at + 1]);
  }
  const body = ["GET", "HEAD"].includes(call.method) ? undefined : call.body;
  return new Request(call.url, { method: call.method, headers, body, signal: call.abort.signal });
}

async function sendResponse(call, answer) {
  const response = call.response;
  if (!(answer instanceof Response)) {
    if (answer === undefined || answer === null) return send(response, 204, []);
    if (typeof answer === "string") return send(response, 200, [["Content-Type", "text/plain; charset=utf-8"]], answer);
    return sendJson(response, 200, answer);
  }
  const held = ["connection", "content-length", "keep-alive", "set-cookie", "transfer-encoding"];
  for (const [name, value] of answer.headers) if (!held.includes(name)) response.setHeader(name, value);
  const cookies = answer.headers.getSetCookie();
  if (cookies.length) response.setHeader("Set-Cookie", cookies);
  response.statusCode = answer.status;
  if (answer.body && call.method !== "HEAD") await pipeline(Readable.fromWeb(answer.body), response);
  else response.end();
}

const BACKGROUND = {
  waitUntil: (promise) => void Promise.resolve(promise).catch((error) => console.error("work behind a reply failed", error)),
  passThroughOnException: () => {},
};

function taken(exported, method) {
  if (SHAPE === "pages") {
    const own = `onRequest${method[0]}${method.slice(1).toLowerCase()}`;
    return exported[own] ?? exported.onRequest;
  }
  return exported[method] ?? (method === "HEAD" ? exported.GET : undefined);
}

async function replied(exported, call) {
  const request = requestOf(call);
  const parts = { request, url: call.url, params: {}, env: process.env, data: {}, next: () => new Response("", { status: 404 }), ...BACKGROUND };
  if (SHAPE === "fetch") return exported.fetch(request, process.env, BACKGROUND);
  if (SHAPE === "function") return exported(request, parts);
  if (SHAPE === "event") return happened(request);
  const method = taken(exported, call.method);
  if (!method) throw new BadRequest("this method is not answered", 405);
  // one that takes the request apart wants its parts: ({ request, params }) => …
  return SHAPE === "pages" || /^[^(]*\(\s*\{/.test(String(method)) ? method(parts) : method(request, parts);
}

const listeners = [];
if (SHAPE === "event") globalThis.addEventListener = (name, listener) => name === "fetch" && listeners.push(listener);

async function happened(request) {
  let answer;
  for (const listener of listeners) {
    await listener({ type: "fetch", request, respondWith: (given) => (answer = given), ...BACKGROUND });
  }
  return answer;
}

async function serve(exported, call) {
  await sendResponse(call, await replied(exported, call));
}

export { serve };

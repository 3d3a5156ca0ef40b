// Calls the function as OpenWhisk does: with one object of arguments, from the query and from the body's JSON.

import { BadRequest, send, sendJson } from "./server.mjs";

function argumentsOf(call) {
  const found = { ...call.query };
  if ((call.request.headers["content-type"] ?? "").includes("json") && call.body.length) {
    const sent = call.json();
    if (typeof sent !== "object" || sent === null || Array.isArray(sent)) throw new BadRequest("the body is no JSON object");
    Object.assign(found, sent);
  } else if (call.body.length) {
    found.__ow_body = call.text;
  }
  const parts = { __ow_method: call.method.toLowerCase(), __ow_path: call.url.pathname, __ow_headers: call.request.headers };
  return Object.assign(found, parts);
}

async function serve(exported, call) {
  const value = await exported(argumentsOf(call));
  if (typeof value !== "object" || value === null || !("body" in value || "statusCode" in value)) {
    return sendJson(call.response, 200, value);
  }
  const { body, statusCode = 200, headers = {} } = value;
  const pairs = Object.entries(headers).map(([name, one]) => [name, String(one)]);
  const kind = typeof body === "string" ? "text/html; charset=utf-8" : "application/json";
  if (!pairs.some(([name]) => name.toLowerCase() === "content-type")) pairs.push(["Content-Type", kind]);
  const data = typeof body === "string" || Buffer.isBuffer(body) || body === undefined ? body : JSON.stringify(body);
  send(call.response, Number(statusCode), pairs, data);
}

export { serve };

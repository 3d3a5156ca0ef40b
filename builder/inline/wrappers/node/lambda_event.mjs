// Calls the function as AWS Lambda does: with an event and a context.

import { send, sendJson } from "./server.mjs";

const PAYLOAD = false; // true: the event is the JSON that was sent; false: the event is the request, as an API gateway tells it

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function eventOf(call) {
  const { request, url, body } = call;
  const text = body.toString("utf8");
  const coded = !Buffer.from(text, "utf8").equals(body);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, one]) => [name, String(one)]));
  const many = Object.create(null);
  for (const [name, value] of url.searchParams) (many[name] ??= []).push(value);
  const query = Object.fromEntries(Object.entries(many).map(([name, values]) => [name, values.join(",")]));
  const client = request.socket.remoteAddress;
  const agent = request.headers["user-agent"] ?? "";
  const at = decoded(url.pathname);
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: at,
    rawQueryString: url.search.slice(1),
    cookies: (request.headers.cookie ?? "").split(";").map((one) => one.trim()).filter(Boolean),
    headers,
    queryStringParameters: Object.keys(query).length ? query : null,
    pathParameters: null,
    stageVariables: null,
    httpMethod: call.method,
    path: at,
    resource: "/{proxy+}",
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, one]) => [name, [one]])),
    multiValueQueryStringParameters: Object.keys(many).length ? many : null,
    requestContext: {
      http: { method: call.method, path: at, protocol: "HTTP/1.1", sourceIp: client, userAgent: agent },
      httpMethod: call.method,
      path: at,
      identity: { sourceIp: client, userAgent: agent },
      domainName: request.headers.host ?? "",
      requestId: call.id,
      stage: "$default",
      timeEpoch: Date.now(),
    },
    body: body.length ? (coded ? body.toString("base64") : text) : null,
    isBase64Encoded: coded,
  };
}

function contextOf(call, settle) {
  const until = Date.now() + CALL_SECONDS * 1000;
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: "function",
    functionVersion: "$LATEST",
    invokedFunctionArn: "arn:aws:lambda:local:000000000000:function:function",
    memoryLimitInMB: "128",
    awsRequestId: call.id,
    logGroupName: "",
    logStreamName: "",
    getRemainingTimeInMillis: () => Math.max(until - Date.now(), 0),
    done: settle,
    fail: (error) => settle(error),
    succeed: (value) => settle(null, value),
  };
}

/** Call it: what it returns counts where it promises something, else what it hands to its callback. */
function valueOf(exported, event, call) {
  return new Promise((resolve, reject) => {
    const settle = (error, value) => (error ? reject(error) : resolve(value));
    const given = exported(event, contextOf(call, settle), settle);
    if (typeof given?.then === "function") given.then(resolve, reject);
    else if (given !== undefined || exported.length < 3) resolve(given);
  });
}

async function serve(exported, call) {
  const event = PAYLOAD ? (call.body.length ? call.json() : call.query) : eventOf(call);
  const value = await valueOf(exported, event, call);
  if (typeof value !== "object" || value === null || !("statusCode" in value)) return sendJson(call.response, 200, value);
  const pairs = Object.entries(value.headers ?? {}).map(([name, one]) => [name, String(one)]);
  for (const [name, several] of Object.entries(value.multiValueHeaders ?? {})) for (const one of several) pairs.push([name, String(one)]);
  for (const one of value.cookies ?? []) pairs.push(["Set-Cookie", one]);
  if (!pairs.some(([name]) => name.toLowerCase() === "content-type")) pairs.push(["Content-Type", "application/json"]);
  const { body } = value;
  const data = typeof body === "string" ? Buffer.from(body, value.isBase64Encoded ? "base64" : "utf8") : body === undefined ? "" : JSON.stringify(body);
  send(call.response, Number(value.statusCode), pairs, data);
}

export { serve };

// Calls the function with arguments by name: from the JSON object that was sent, or from the query.

import { BadRequest, sendJson } from "./server.mjs";

const PARAMETERS = []; // name, type, whether it must be given

function read(name, kind, text) {
  if (kind === "number" && text.trim() && Number.isFinite(Number(text))) return Number(text);
  if (kind === "boolean" && (text === "true" || text === "false")) return text === "true";
  if (kind === "string" || kind === "any") return text;
  throw new BadRequest(`${name} is no ${kind}`);
}

function fits(kind, value) {
  if (kind === "any") return true;
  if (kind === "list") return Array.isArray(value);
  if (kind === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === kind;
}

/** Return the arguments in order; the message names the one that is missing, unknown or of another type. */
function argumentsOf(call) {
  const sent = call.body.length ? call.json() : {};
  if (!fits("object", sent)) throw new BadRequest("the body is no JSON object");
  const known = new Map(PARAMETERS.map(([name, kind]) => [name, kind]));
  for (const name of [...Object.keys(call.query), ...Object.keys(sent)]) {
    if (!known.has(name)) throw new BadRequest(`there is no argument ${name.slice(0, 80)}`);
  }
  return PARAMETERS.map(([name, kind, needed]) => {
    if (Object.hasOwn(sent, name)) {
      if (!fits(kind, sent[name])) throw new BadRequest(`${name} is no ${kind}`);
      return sent[name];
    }
    if (Object.hasOwn(call.query, name)) return read(name, kind, call.query[name]);
    if (needed) throw new BadRequest(`${name} is missing`);
    return undefined;
  });
}

async function serve(exported, call) {
  sendJson(call.response, 200, await exported(...argumentsOf(call)));
}

export { serve };

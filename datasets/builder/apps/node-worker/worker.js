import { setTimeout as sleep } from "node:timers/promises";
import { titles } from "./feed.js";

const url = process.env.FEED_URL ?? "https://example.com/feed.xml";
const every = Number(process.env.EVERY_SECONDS ?? 300) * 1000;
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());

const seen = new Set();
console.log(`watching ${url}`);
while (!stop.signal.aborted) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([stop.signal, AbortSignal.timeout(10_000)]) });
    for (const title of titles(await answer.text())) {
      if (!seen.has(title)) console.log(`new: ${title}`);
      seen.add(title);
    }
  } catch (error) {
    if (!stop.signal.aborted) console.log(`not reachable: ${error.message}`);
  }
  await sleep(every, undefined, { signal: stop.signal }).catch(() => {});
}

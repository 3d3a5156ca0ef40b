// Shortens what a link carries along: /?url=… answers with the link without what follows its reader around.

const FOLLOWS = [/^utm_/, /^mc_/, /^fbclid$/, /^gclid$/, /^igsh$/];

function cleaned(text) {
  const url = new URL(text);
  for (const name of [...url.searchParams.keys()]) {
    if (FOLLOWS.some((pattern) => pattern.test(name))) url.searchParams.delete(name);
  }
  url.hash = "";
  return url.href;
}

export default {
  async fetch(request) {
    const asked = new URL(request.url).searchParams.get("url");
    if (!asked) return new Response("give a link: /?url=https://example.com/\n", { status: 400 });
    try {
      return new Response(`${cleaned(asked)}\n`, { headers: { "content-type": "text/plain" } });
    } catch {
      return new Response("that is no link\n", { status: 422 });
    }
  },
};

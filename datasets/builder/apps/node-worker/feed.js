export function titles(xml) {
  return [...xml.matchAll(/<title>(.*?)<\/title>/gs)].map((found) => found[1].trim());
}

export function roll(text: string): { dice: number[]; sum: number } | undefined {
  const found = /^(\d{1,2})d(\d{1,3})$/.exec(text);
  if (!found) return undefined;
  const dice = Array.from({ length: Number(found[1]) }, () => 1 + Math.floor(Math.random() * Number(found[2])));
  return { dice, sum: dice.reduce((left, right) => left + right, 0) };
}

type Table = Record<string, number>;

const lengths: Table = { m: 1, km: 1000, mi: 1609.344, ft: 0.3048 };
const weights: Table = { kg: 1, g: 0.001, lb: 0.45359237 };

export function known(): string[] {
  return [...Object.keys(lengths), ...Object.keys(weights)];
}

export function convert(value: number, from: string, to: string): number | undefined {
  for (const table of [lengths, weights]) {
    if (from in table && to in table) {
      return (value * table[from]) / table[to];
    }
  }
  return undefined;
}

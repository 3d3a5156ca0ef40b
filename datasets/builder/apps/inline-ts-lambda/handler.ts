// Splits a bill: {"total": 100, "people": ["a", "b", "c"]} becomes what each of them pays, to the cent.

interface Bill {
  total: number;
  people: string[];
}

interface Share {
  name: string;
  pays: number;
}

const CENTS = 100;

export const handler = async (event: Bill): Promise<{ shares: Share[] }> => {
  const people = event.people ?? [];
  const cents = Math.round((event.total ?? 0) * CENTS);
  const each = people.length ? Math.floor(cents / people.length) : 0;
  const left = people.length ? cents - each * people.length : 0;
  return { shares: people.map((name, at) => ({ name, pays: (each + (at < left ? 1 : 0)) / CENTS })) };
};

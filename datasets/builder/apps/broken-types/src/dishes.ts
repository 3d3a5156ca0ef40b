const dishes: Record<string, string[]> = { pesto: ["nuts", "milk"] };

export function allergensIn(dish: string): string[] {
  return dishes[dish] ?? [];
}

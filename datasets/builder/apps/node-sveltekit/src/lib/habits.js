const days = new Map();

export function mark(habit, day) {
  const marked = days.get(habit) ?? new Set();
  marked.add(day);
  days.set(habit, marked);
}

export function streaks() {
  return [...days].map(([habit, marked]) => ({ habit, days: marked.size }));
}

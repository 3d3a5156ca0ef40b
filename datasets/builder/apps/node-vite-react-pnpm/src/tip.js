export function split(bill, percent, people) {
  return (bill * (1 + percent / 100)) / Math.max(1, people);
}

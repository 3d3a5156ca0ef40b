const NEW_MOON = Date.UTC(2000, 0, 6, 18, 14);
const MONTH = 29.530588853 * 24 * 3600 * 1000;
const NAMES = ["new", "waxing crescent", "first quarter", "waxing gibbous", "full", "waning gibbous", "last quarter", "waning crescent"];

export function phase(day) {
  const age = (((day - NEW_MOON) % MONTH) + MONTH) % MONTH;
  return NAMES[Math.round((age / MONTH) * 8) % 8];
}

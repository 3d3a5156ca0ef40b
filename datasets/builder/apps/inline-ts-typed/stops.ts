// Where a walk of some length is best interrupted: every hour, and never in the last quarter of one.

const MINUTES = 60;

function pauses(minutes: number): number[] {
  const found: number[] = [];
  for (let at = MINUTES; at < minutes - MINUTES / 4; at += MINUTES) found.push(at);
  return found;
}

export function stops(kilometres: number, speed: number = 4.5): { minutes: number; pauses: number[] } {
  const minutes = Math.round((kilometres / speed) * MINUTES);
  return { minutes, pauses: pauses(minutes) };
}

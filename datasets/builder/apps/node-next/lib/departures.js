const LINES = [
  { train: "RE 7", to: "Harbour", every: 20 },
  { train: "S 2", to: "Airport", every: 10 },
];

export function departures(now) {
  return LINES.map(({ train, to, every }) => {
    const minutes = Math.ceil((now.getMinutes() + 1) / every) * every;
    const next = new Date(now);
    next.setMinutes(minutes, 0, 0);
    return { train, to, time: next.toISOString().slice(11, 16) };
  });
}

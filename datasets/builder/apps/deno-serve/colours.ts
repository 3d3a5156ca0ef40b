const NAMES: Record<string, [number, number, number]> = {
  red: [255, 0, 0],
  lime: [0, 255, 0],
  olive: [128, 128, 0],
  navy: [0, 0, 128],
  white: [255, 255, 255],
};

export function nearest(hex: string): string | undefined {
  if (!/^[0-9a-f]{6}$/i.test(hex)) return undefined;
  const wanted = [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const far = ([r, g, b]: number[]) => (r - wanted[0]) ** 2 + (g - wanted[1]) ** 2 + (b - wanted[2]) ** 2;
  return Object.entries(NAMES).sort((a, b) => far(a[1]) - far(b[1]))[0][0];
}

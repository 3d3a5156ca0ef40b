export const trails = [
  { slug: "ridge", name: "Ridge path", km: 14, note: "No water after the second hut." },
  { slug: "lake", name: "Round the lake", km: 8, note: "Flat, fine with children." },
];

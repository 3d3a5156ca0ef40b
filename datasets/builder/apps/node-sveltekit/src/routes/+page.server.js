import { mark, streaks } from "$lib/habits.js";

export function load() {
  return { streaks: streaks() };
}

export const actions = {
  default: async ({ request }) => {
    const form = await request.formData();
    mark(String(form.get("habit")), new Date().toISOString().slice(0, 10));
  },
};

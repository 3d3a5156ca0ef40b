import { defineConfig } from "astro/config";

export default defineConfig({
  site: "https://trails.example.com",
});

/** Serves and builds the app, the careless app and their redirect page. */
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  plugins: [react()],
  build: {
    target: "esnext",
    rolldownOptions: { input: ["index.html", "careless.html", "redirect.html"].map(here) },
  },
  preview: { port: 5174, strictPort: true },
});

/** The app is served by Vite as in development; its tests stand beside it. */
import { defineConfig } from "@playwright/test";

export default defineConfig({
  // Days of a page take real time, and more of it on a busy machine.
  timeout: 120_000,
  webServer: {
    command: "npx vite --port 5175 --strictPort",
    url: "http://localhost:5175/",
    reuseExistingServer: true,
  },
});

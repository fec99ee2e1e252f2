/** The app and its careless variant are served as in development; their tests stand beside them. */
import { defineConfig } from "@playwright/test";

export default defineConfig({
  // Days of a page take real time, and more of it on a busy machine.
  timeout: 300_000,
  webServer: [
    { command: "npx ng serve --port 4200", url: "http://localhost:4200/", timeout: 300_000 },
    {
      command: "npx ng serve --configuration careless --port 4201",
      url: "http://localhost:4201/",
      timeout: 300_000,
    },
  ],
});

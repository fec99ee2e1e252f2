import { defineConfig } from "@playwright/test";
import { withEntra } from "brownout/playwright";

const port = Number(process.env["PORT"] ?? 3000);
const redis = port + 3;

/** An instance of the app; both have their sessions and tokens in the same Redis. */
const instance = (offset: number, more = "") =>
  withEntra({
    command: `node src/server.ts ${more}`,
    url: `http://localhost:${port + offset}/`,
    env: { PORT: String(port + offset), REDIS_URL: `redis://127.0.0.1:${redis}` },
  });

export default defineConfig({
  workers: 1,
  timeout: 120_000,
  reporter: "list",
  webServer: [
    { command: `redis-server --port ${redis} --save "" --appendonly no`, port: redis },
    instance(0),
    instance(1),
    instance(2, "careless"),
  ],
});

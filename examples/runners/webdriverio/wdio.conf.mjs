import { entra } from "./entra.mjs";

export const config = {
  runner: "local",
  framework: "mocha",
  specs: ["./*.e2e.mjs"],
  baseUrl: "http://localhost:5173",
  capabilities: [{ browserName: "chrome", "goog:chromeOptions": { args: ["--headless"] } }],
  // In the process of the spec file, before its browser is launched.
  async beforeSession(_config, capabilities) {
    await entra.start();
    capabilities["goog:chromeOptions"].args.push(...entra.proxy.browserArguments);
  },
};

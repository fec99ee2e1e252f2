import { expect, it } from "vitest";
import { createNpmRegistry } from "./npm-registry.ts";

it(
  "that cannot be reached is reported in one sentence, with what helps",
  { timeout: 60_000 },
  async () => {
    const registry = createNpmRegistry({
      ...process.env,
      npm_config_registry: "http://127.0.0.1:1/",
      npm_config_cache: "/nonexistent/cache",
    });
    await expect(registry.published("@azure/msal-node")).rejects.toMatchObject({
      code: "no-registry",
      message: expect.stringMatching(/^npm cannot get @azure\/msal-node: .*ECONNREFUSED/),
      hint: expect.stringContaining("npm config get registry"),
    });
  },
);

it("needs npm, and says so", async () => {
  const registry = createNpmRegistry({ PATH: "/nonexistent" });
  await expect(registry.published("msal")).rejects.toMatchObject({
    code: "no-registry",
    place: "PATH",
  });
});

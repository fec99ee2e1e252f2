import { type EntraOptions, expect, test } from "../../../harness/playwright.ts";
import { ask, openPage } from "./page.ts";

test("nothing was shown", async ({ page, entra }) => {
  await openPage(page);
  entra.outage({ for: "1h" });
  await ask(page);
  expect(entra).toHaveRecovered();
});

test("nor its opposite", async ({ page, entra }) => {
  await openPage(page);
  expect(entra).not.toHaveRecovered();
});

test("a host that nobody serves, swallowed", async ({ page }) => {
  await openPage(page);
  expect(await ask(page, "https://telemetry.example.com/hit")).toBe("TypeError");
});

test("an outage misspelt", ({ entra }) => {
  entra.outage("throtled" as never);
});

test("a sign-in that never comes", async ({ page, entra }) => {
  test.setTimeout(20_000);
  await openPage(page);
  await entra.signIn("adele", () => page.getByRole("heading").click());
});

test.describe("with retries", () => {
  test.describe.configure({ retries: 1 });

  test("a second attempt", async ({ page, entra }, { retry }) => {
    await openPage(page);
    expect(entra.clock.elapsed()).toBeLessThan(30_000);
    await entra.clock.advance("1h");
    expect(await ask(page)).toBe(200);
    expect(retry).toBe(1);
  });
});

test.describe("an option misspelt", () => {
  test.use({ entraOptions: { setings: {} } as EntraOptions });
  test("an option misspelt", () => undefined);
});

test.describe("no such person", () => {
  test.use({ entraOptions: { user: "nobody" } });
  test("no such person", () => undefined);
});

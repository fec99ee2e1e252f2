import { expect, test } from "brownout/playwright";
import { world } from "./world.ts";

test.use({ entraOptions: { world } });

test("keeps its page through two hours without Entra", async ({ page, entra }) => {
  entra.api("https://graph.microsoft.com/v1.0/me", { displayName: "Adele Vance" });
  await page.goto("http://localhost:4200/");
  await entra.signIn("adele", () => page.getByRole("button", { name: "Sign in" }).click());
  entra.outage({ for: "2h" });

  // The token is valid: everything works.
  await entra.clock.advance("30m");
  await page.getByRole("button", { name: "Reload" }).click();
  await expect(page.getByRole("status")).toBeEmpty();
  expect(entra).toHaveKeptWorkingFromCache();

  // It has expired: what was read stays.
  await entra.clock.advance("1h");
  await page.getByRole("button", { name: "Reload" }).click();
  await expect(page.getByRole("status")).toHaveText("Not available at the moment.");
  await expect(page.getByText("Adele Vance")).toBeVisible();

  // Entra is back.
  await entra.clock.advance("1h");
  await page.getByRole("button", { name: "Reload" }).click();
  await expect(page.getByRole("status")).toBeEmpty();
  expect(entra).toPassRule("prompts-caused");
  expect(entra).toHaveRecovered();
});

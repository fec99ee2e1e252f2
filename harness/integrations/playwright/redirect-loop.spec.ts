/** A page that goes to Entra and back without end, because it does not read what Entra answers. */
import type { Page } from "@playwright/test";
import { judgeByEveryRule } from "../../rules/rules.ts";
import { type Entra, expect, test } from "../playwright.ts";

const careless = "http://localhost:5173/careless/?on-error=again";

async function loseSession(page: Page, entra: Entra): Promise<void> {
  entra.api("https://graph.microsoft.com/v1.0/me/messages", { value: [{ subject: "Budget" }] });
  await page.goto(careless);
  await entra.signIn("adele", () => page.getByRole("button", { name: "Sign in" }).click());
  await expect(page.getByText("Budget")).toBeVisible();
  entra.world.revokeSessions([entra.world.user("adele")]);
  await page.getByRole("button", { name: "Reload mail" }).click();
}

const loopOf = (entra: Entra) =>
  judgeByEveryRule(entra.history()).find(({ rule }) => rule === "request-loop");

test("a redirect loop lets a wait end, and is named by its addresses", async ({ page, entra }) => {
  await loseSession(page, entra);
  const before = entra.clock.now();
  await entra.clock.advance("10s");
  expect(entra.clock.now() - before).toBeGreaterThanOrEqual(10_000);
  const { verdict, message } = loopOf(entra) ?? {};
  expect(verdict).toBe("fail");
  expect(message).toMatch(
    /^tab-1 of app went to Entra \d+ times within .*, round GET https:\/\/login\.microsoftonline\.com\/\S+\/authorize, http:\/\/localhost:5173\/redirect\.html; 14 in 5m are allowed/,
  );
  expect(entra).not.toPassRule("request-loop");
});

test.describe("with the loop detection of Entra", () => {
  test.use({
    entraOptions: { settings: { loopDetection: { requests: 15, withinSeconds: 300 } } },
  });

  test("a redirect loop that Entra ends is a finding", async ({ page, entra }) => {
    await loseSession(page, entra);
    // Redirects and silent requests take turns: each kind needs its own fifteen, a second each.
    await entra.clock.advance("1m");
    const { verdict, message } = loopOf(entra) ?? {};
    expect(verdict).toBe("fail");
    expect(message).toMatch(/^Entra ended a loop of app with AADSTS50196; it went round GET /);
  });
});

/** A page whose content is replaced by a text in an outage, though its person has a token. */
import type { Page } from "@playwright/test";
import { judgeByEveryRule } from "../../rules/rules.ts";
import { type Entra, expect, test } from "../playwright.ts";

async function openMail(page: Page, entra: Entra): Promise<void> {
  entra.api("https://graph.microsoft.com/v1.0/me/messages", { value: [{ subject: "Budget" }] });
  await page.goto("http://localhost:5173/good/");
  await entra.signIn("adele", () => page.getByRole("button", { name: "Sign in" }).click());
  await expect(page.getByText("Budget")).toBeVisible();
  await entra.clock.advance("1m");
  entra.outage({ for: "1h" });
  await entra.clock.advance("1m");
}

const screenOf = (entra: Entra) =>
  judgeByEveryRule(entra.history()).find(({ rule }) => rule === "screen");

test("a text that no pattern knows is not the application", async ({ page, entra }) => {
  await openMail(page, entra);
  await page.evaluate(() => {
    document.body.innerHTML = "<p>We are having a short break.</p>";
  });
  await entra.clock.advance("1m");
  expect(screenOf(entra)).toMatchObject({
    verdict: "fail",
    message: expect.stringContaining("a page that has nothing of what was there before"),
  });
});

test("the application with other content is", async ({ page, entra }) => {
  await openMail(page, entra);
  await page.getByRole("button", { name: "Reload mail" }).click();
  await entra.clock.advance("1m");
  expect(screenOf(entra)?.verdict).toBe("pass");
});

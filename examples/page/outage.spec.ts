import { expect, test } from "brownout/playwright";

test("works through three hours without Entra", async ({ page, entra }) => {
  entra.api("https://graph.microsoft.com/v1.0/me/messages", { value: [{ subject: "Budget" }] });
  await page.goto("http://localhost:5173/good/");
  await entra.signIn("adele", () => page.getByRole("button", { name: "Sign in" }).click());
  entra.outage({ for: "3h" });
  await entra.clock.advance("2h");
  await page.getByRole("button", { name: "Reload mail" }).click();
  await expect(page.getByText("Budget")).toBeVisible();
  expect(entra).toPassAllRules();
});

import { expect, test } from "@playwright/test";

for (let turn = 0; turn < 25; turn += 1) {
  test(`opens the app, turn ${turn}`, async ({ page }) => {
    await page.goto("http://localhost:5173/good/");
    await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  });
}

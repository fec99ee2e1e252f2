import { expect, test } from "../../harness/integrations/playwright.ts";

for (let turn = 0; turn < 25; turn += 1) {
  test(`opens the app, turn ${turn}`, async ({ page, entra }) => {
    await page.goto("http://localhost:5173/good/");
    await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
    expect(entra.requests()).toHaveLength(0);
  });
}

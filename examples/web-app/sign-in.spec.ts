import { expect, test } from "brownout/playwright";

test("signs in with Entra", async ({ page, entra }) => {
  await page.goto("/");
  await entra.signIn("adele", () => page.getByRole("link", { name: "Sign in" }).click());
  await expect(page.getByRole("heading")).toHaveText("Hello Adele Vance");
  await expect(page.getByText("Your mail is here.")).toBeVisible();
});

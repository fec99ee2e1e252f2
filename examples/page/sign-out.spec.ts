/** Signing out of the good mail reader: nothing breaks here, so there is no rule to pass. */
import { expect, test } from "brownout/playwright";

test("signing out, and in again as another person", async ({ page, entra }) => {
  entra.api("https://graph.microsoft.com/v1.0/me/messages", { value: [{ subject: "Budget" }] });
  const signIn = () => page.getByRole("button", { name: "Sign in" }).click();
  await page.goto("http://localhost:5173/good/");
  await entra.signIn("adele", signIn);
  await expect(page.getByText("Budget")).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await expect(page.getByText("Budget")).toBeHidden();
  await entra.signIn("megan", signIn);
  await expect(page.getByText("Budget")).toBeVisible();
});

import { expect, test } from "brownout/playwright";
import { world } from "./world.ts";

test.use({ entraOptions: { world } });

test("shows who is signed in", async ({ page, entra }) => {
  entra.api("https://graph.microsoft.com/v1.0/me", { displayName: "Adele Vance" });
  await page.goto("http://localhost:4200/");
  await entra.signIn("adele", () => page.getByRole("button", { name: "Sign in" }).click());
  await expect(page.getByText("Adele Vance")).toBeVisible();
});

import { expect, test } from "brownout/playwright";

test("signs people out in an outage", async ({ page, entra, baseURL }) => {
  const careless = `http://localhost:${Number(new URL(baseURL ?? "").port) + 2}`;
  await page.goto(careless);
  await entra.signIn("adele", () => page.getByRole("link", { name: "Sign in" }).click());
  await expect(page.getByRole("heading")).toHaveText("Hello Adele Vance");

  entra.outage({ for: "1h" });
  await entra.clock.advance("1m");
  await page.goto(`${careless}/profile`);
  await expect(page.getByRole("heading")).toHaveText("Welcome");
  expect(entra).not.toHaveKeptWorkingFromCache();
});

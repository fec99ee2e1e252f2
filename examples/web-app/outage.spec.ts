import { expect, test } from "brownout/playwright";

const other = (baseURL: string | undefined, offset: number): string => {
  const url = new URL(baseURL ?? "");
  return `http://localhost:${Number(url.port) + offset}`;
};

test("knows who is signed in through three hours without Entra, on each instance", async ({
  page,
  entra,
  baseURL,
}) => {
  await page.goto("/");
  await entra.signIn("adele", () => page.getByRole("link", { name: "Sign in" }).click());
  await expect(page.getByRole("heading")).toHaveText("Hello Adele Vance");

  entra.outage({ for: "3h" });
  await entra.clock.advance("30m");
  await page.goto(`${other(baseURL, 1)}/profile`);
  await expect(page.getByRole("heading")).toHaveText("Hello Adele Vance");

  // The token has expired, and there is no new one.
  await entra.clock.advance("2h");
  await entra.operate("profile", () => page.goto("/profile"));
  await expect(page.getByRole("heading")).toHaveText("Hello Adele Vance");
  await expect(page.getByText("Mail is not available")).toBeVisible();

  // No one can sign in now, and the app says so.
  await entra.clock.advance("1h");
  await entra.operate("profile", () => page.goto("/profile"));
  await expect(page.getByText("Your mail is here.")).toBeVisible();
  expect(entra).toPassAllRules();
});

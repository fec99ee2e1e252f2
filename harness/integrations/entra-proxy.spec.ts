/** The mail reader, a page on MSAL Browser, in a browser that plain Playwright drives, behind `createEntraProxy`. */
import { chromium, expect, test } from "@playwright/test";
import { findBrowser } from "../browser/launch/find-browser.ts";
import { createEntraProxy, expectEntra } from "./suite.ts";

const entra = createEntraProxy({ app: { name: "mail" } });

test("a page signs in, and shows mail while Entra is down", async () => {
  await entra.start();
  entra.api("https://graph.microsoft.com/v1.0/me/messages", { value: [{ subject: "Budget" }] });
  const { executablePath } = await findBrowser("windowed");
  const browser = await chromium.launch({
    executablePath,
    args: [...entra.proxy.browserArguments],
  });
  try {
    const page = await browser.newPage();
    await page.goto("http://localhost:5173/good/");
    const opening = page.waitForEvent("popup");
    await page.getByRole("button", { name: "Sign in" }).click();
    const popup = await opening;
    const { upn, password } = entra.world.user("adele");
    await popup.getByLabel("Email").fill(upn);
    await popup.getByLabel("Password").fill(password);
    await popup.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByText("Budget")).toBeVisible();

    entra.outage();
    await page.getByRole("button", { name: "Reload mail" }).click();
    await expect(page.getByRole("status")).toHaveText(/^As of/);
    expectEntra(entra).toHaveRequested("token", { times: 1 });
    expectEntra(entra).toHavePromptedAtMost(1);
    expect(() => expectEntra(entra).toHaveKeptWorkingFromCache()).toThrow(
      /only the requests of a browser were seen/,
    );
  } finally {
    await browser.close();
    await entra.stop();
  }
});

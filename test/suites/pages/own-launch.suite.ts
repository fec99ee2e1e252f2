import { expect, test } from "../../../harness/integrations/playwright.ts";
import { findBrowser } from "../../../harness/browser/launch/find-browser.ts";
import { ask, openPage } from "./page.ts";

const { executablePath } = await findBrowser("windowed");

// Takes the place of the config's and of ours, the pin of our certificate among them.
test.use({ launchOptions: { executablePath, args: ["--disable-gpu"] } });

test("trusts the simulator all the same", async ({ page, launchOptions }) => {
  expect(launchOptions.args).toEqual(["--disable-gpu"]);
  await openPage(page);
  expect(await ask(page)).toBe(200);
});

/** The careless page fails in the outage with what `red.txt` shows. */
import { readFileSync } from "node:fs";
import { expect, test } from "brownout/playwright";
import { world } from "./world.ts";

test.use({ entraOptions: { world } });

const red = readFileSync(new URL("red.txt", import.meta.url), "utf8").trim();
/** Times differ from run to run. */
const withoutNumbers = (text: string): string => text.replaceAll(/\d[\d.]*/g, "0");

test("a page that sends people to Entra on every error fails a rule", async ({ page, entra }) => {
  entra.api("https://graph.microsoft.com/v1.0/me", { displayName: "Adele Vance" });
  await page.goto("http://localhost:4201/");
  await entra.signIn("adele", () => page.getByRole("button", { name: "Sign in" }).click());
  await expect(page.getByText("Adele Vance")).toBeVisible();
  entra.outage({ for: "2h" });
  await entra.clock.advance("90m");
  await page.getByRole("button", { name: "Reload" }).click();
  await entra.clock.advance("1m");
  let failure = "";
  try {
    expect(entra).toPassRule("prompts-caused");
  } catch (error) {
    failure = String(error);
  }
  expect(withoutNumbers(failure)).toContain(withoutNumbers(red));
});

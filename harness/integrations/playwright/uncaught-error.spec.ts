/** Errors that nothing in a page catches: each is in the history, and a rule judges them. */
import type { Page } from "@playwright/test";
import { judgeByEveryRule } from "../../rules/rules.ts";
import { type Entra, expect, test } from "../playwright.ts";

const judge = (entra: Entra) =>
  judgeByEveryRule(entra.history()).find(({ rule }) => rule === "uncaught-error");

const errorsOf = (entra: Entra) =>
  entra.history().events.filter((event) => event.kind === "page-error");

/** A token request in an outage, whose failure some code of the page does not catch. */
async function askInOutage(page: Page, entra: Entra, isCaught: boolean): Promise<void> {
  await page.goto("http://localhost:5173/good/");
  entra.outage({ for: "1h" });
  await page.evaluate((caught) => {
    const ask = async () => {
      const address = "https://login.microsoftonline.com/common/oauth2/v2.0/token";
      const answer = await fetch(address, { method: "POST", body: "grant_type=refresh_token" });
      return ((await answer.json()) as { access_token: string }).access_token;
    };
    // The rejection is not awaited: `evaluate` would catch it.
    void ask().catch((error: unknown) => {
      if (!caught) void Promise.reject(error as Error);
    });
  }, isCaught);
}

test("a rejection that nothing catches in an outage fails the rule", async ({ page, entra }) => {
  await askInOutage(page, entra, false);
  await expect.poll(() => errorsOf(entra).length).toBe(1);
  expect(errorsOf(entra)[0]).toMatchObject({ tab: "tab-1" });
  expect(judge(entra)).toMatchObject({
    verdict: "fail",
    message: expect.stringMatching(/^A page of \S+ left (?:TypeError|SyntaxError) uncaught/),
  });
  expect(entra.timeline()).toContain("tab-1 of app leaves an error uncaught");
});

test("one that is caught passes it: the page was watched", async ({ page, entra }) => {
  await askInOutage(page, entra, true);
  await expect.poll(() => entra.requests({ endpoint: "token" }).length).toBe(1);
  await entra.clock.advance("1m");
  expect(errorsOf(entra)).toEqual([]);
  expect(judge(entra)?.verdict).toBe("pass");
});

test("each of many like errors is in the history, and one in the list of the page's errors", async ({
  page,
  entra,
}) => {
  await page.goto("http://localhost:5173/good/");
  entra.outage({ for: "1h" });
  await page.evaluate(() => {
    for (let count = 0; count < 40; count += 1)
      setTimeout(() => {
        throw new Error(count < 35 ? "again" : `another ${count}`);
      });
  });
  await expect.poll(() => errorsOf(entra).length).toBe(40);
  expect(new Set(errorsOf(entra).map(({ error }) => error.message)).size).toBe(6);
});

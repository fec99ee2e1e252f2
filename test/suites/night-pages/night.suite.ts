import { expect, test } from "../../../harness/integrations/playwright.ts";
import { ask, openPage } from "../pages/page.ts";

const breaks = process.env["BREAKS"];

test("asks seldom", async ({ page, entra }) => {
  await openPage(page);
  for (let call = 0; call < (breaks === "asks" ? 2 : 1); call += 1) await ask(page);
  expect(entra).toHaveRequested("keys", { times: 1 });
});

test("succeeds when it is tried again", async ({ page, entra }, { retry }) => {
  await openPage(page);
  await ask(page);
  expect(entra).toHaveRequested("keys", { times: breaks === "once" && retry === 0 ? 2 : 1 });
});

/** The live page in a real browser: it shows what happens, breaks things and clears them. */
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { type Serving, startServing } from "../start-serving.ts";

const anywhere = { host: "127.0.0.1", port: 0 };

let serving: Serving;
test.beforeEach(async () => {
  serving = await startServing({
    listen: anywhere,
    control: anywhere,
    clock: { kind: "stepped" },
    seed: "1",
    app: "app",
    eventsKept: 1_000,
    token: "token-of-a-test",
    pid: process.pid,
    environment: {},
    onProblem: () => undefined,
  });
});
test.afterEach(() => serving.stop());

test("shows requests and findings, starts an outage and ends it", async ({ page }) => {
  const wrong: string[] = [];
  page.on("pageerror", ({ message }) => wrong.push(message));
  page.on("console", (message) => {
    if (message.type() === "error") wrong.push(message.text());
  });
  await page.goto(`${serving.control.url}/#token-of-a-test`);
  await expect(page.locator("#findings")).toHaveText(/none/);
  // The token is not left in the address.
  expect(page.url()).toBe(`${serving.control.url}/`);

  await page.getByLabel("Outage").selectOption("throttled");
  await page.getByRole("button", { name: "Start" }).click();
  await expect(page.locator("#outages")).toHaveText(/throttled/);
  const { live } = serving.supervisor.current();
  await live.mounted.fetch(
    new Request("https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token", {
      method: "POST",
      body: new URLSearchParams({ grant_type: "client_credentials" }),
    }),
  );
  await expect(page.locator("#requests tr")).toHaveText(/token.*429.*throttled/);
  await page.getByLabel("as the scenario").fill("busy-monday");
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as scenario" }).click();
  const file = await saving;
  expect(file.suggestedFilename()).toBe("busy-monday.scenario.ts");
  const text = readFileSync(await file.path(), "utf8");
  expect(text).toContain('kind: "throttle"');
  await page.locator("#outages").getByRole("button", { name: "End" }).click();
  await expect(page.locator("#outages li")).toHaveCount(0);

  const before = live.clock.now();
  await page.getByRole("button", { name: "+1 h" }).click();
  await expect.poll(() => live.clock.now()).toBe(before + 3_600_000);
  expect(wrong).toEqual([]);
});

test("says that the token is missing", async ({ page }) => {
  await page.goto(serving.control.url);
  await expect(page.locator("#problem")).toHaveText(/the token of the ready file is missing/);
});

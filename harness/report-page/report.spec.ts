/** `report.html` of real runs, opened from disk in a real Chromium. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { timelineOf } from "../report/event-line.ts";
import { createExplain } from "../report/explain.ts";
import { loadPageProgram } from "../report/html/page-program.ts";
import { writeHtml } from "../report/html/write-html.ts";
import { buildResults, type RunResult } from "../report/results.ts";
import { judgedRun } from "../report/testing.ts";
import { makeReport, type MadeReport } from "./testing-report.ts";

const TEXT = "token-throttled-text--msal-node";
const STORM = "managed-identity-storm--azure-identity";
const RESTART = "browser-restart-in-outage--msal-browser";

/** Daemons in one report, pages in a browser in another, and a run of ten thousand events. */
let daemons: MadeReport;
let pages: MadeReport;
let storm: MadeReport;
const wrong: string[] = [];

test.beforeAll(() => {
  test.setTimeout(240_000);
  daemons = makeReport(
    ...["token-throttled", "token-throttled-text", "outage-12h-daemon-past-refresh-in"],
    ...["--mount", "direct"],
  );
  pages = makeReport("browser-restart-in-outage");
  storm = makeReport(
    ...["managed-identity-storm", "--client", "azure-identity", "--mount", "direct"],
  );
});

test.beforeEach(({ page }) => {
  wrong.length = 0;
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("request", (request) => {
    if (!/^(?:file|data):/.test(request.url())) wrong.push(`asks ${request.url()}`);
  });
});

test.afterEach(() => expect(wrong).toEqual([]));

const frameOf = (page: Page): Locator => page.getByRole("application", { name: /^Timeline of/ });
const drawn = (page: Page): Promise<number> =>
  frameOf(page).evaluate((frame) => Number(frame.dataset["drawn"]));
const span = (page: Page): Promise<number> =>
  frameOf(page).evaluate(({ dataset }) => Number(dataset["to"]) - Number(dataset["from"]));
const idOf = ({ scenario, client }: RunResult): string => `${scenario}--${client.name}`;

async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
}

test("leads from the overview to every finding, and shows its evidence twice", async ({ page }) => {
  test.slow();
  const all = [daemons, pages, storm].flatMap(({ url, results }) =>
    results.runs.flatMap((run) => run.findings.map((found) => ({ url, run, found }))),
  );
  expect(all.length).toBeGreaterThan(7);
  for (const { url, run, found } of all) {
    const evidence = found.evidence.toSorted((a, b) => a - b);
    await page.goto(url);
    const card = page.locator("#broken article").filter({ hasText: found.message });
    await card
      .getByRole("link", { name: `See the evidence of ${found.rule} in ${run.scenario}` })
      .click();
    await expect(page).toHaveURL(new RegExp(`#run/${idOf(run)}/${found.rule}$`));
    // On the timeline: flags that together name all of it.
    await expect(page.locator(".flag").first()).toBeVisible();
    const flagged = await page
      .locator("[data-evidence]")
      .evaluateAll((flags) =>
        flags.flatMap((flag) => flag.getAttribute("data-evidence")?.split(" ")),
      );
    expect(flagged.map(Number).toSorted((a, b) => a - b)).toEqual(evidence);
    // Beside the finding: a line each, which leads to its event.
    const lines = page.getByRole("list", { name: `Evidence of ${found.rule}` }).getByRole("button");
    await expect(lines).toHaveCount(evidence.length);
    await lines.last().click();
    await expect(page.locator(".selection")).toHaveAttribute("data-event", `${evidence.at(-1)}`);
    // And in the table.
    await page.getByRole("combobox", { name: /^Show/ }).selectOption("evidence of findings");
    for (const index of evidence) {
      const row = page.locator(`tr[data-event="${index}"]`);
      await expect(row.getByRole("cell").last()).toContainText(found.rule);
    }
  }
});

test("has every event in the table, in the words of the journal", async ({ page }) => {
  for (const { url, id, histories } of [
    { ...daemons, id: TEXT },
    { ...pages, id: RESTART },
  ]) {
    const history = histories.get(id);
    if (history === undefined) throw new Error(`there is no journal ${id}`);
    await page.goto(`${url}#run/${id}`);
    const read: string[] = [];
    for (;;) {
      const rows = page.locator("table.events tbody tr");
      await expect(rows.first()).toHaveAttribute("data-event", `${read.length}`);
      read.push(
        ...(await rows.evaluateAll((all) =>
          all.map((row) => `${row.children[1]?.textContent} ${row.children[3]?.textContent}`),
        )),
      );
      const next = page.getByRole("button", { name: /^Next/ });
      if (await next.isDisabled()) break;
      await next.click();
    }
    const told = timelineOf(history).map((line) => line.replace(/^(\+.{0,11}?) +/, "$1 "));
    expect(read.map(oneSpace)).toEqual(told.map(oneSpace));
  }
});

const oneSpace = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

test("is used by keyboard alone", async ({ page }) => {
  await page.goto(daemons.url);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
  const evidence = page.getByRole("link", { name: /^See the evidence of retry-after/ }).first();
  for (let steps = 0; steps < 40; steps += 1) {
    await page.keyboard.press("Tab");
    if (await evidence.evaluate((link) => link === document.activeElement)) break;
  }
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  for (let steps = 0; steps < 80; steps += 1) {
    await page.keyboard.press("Tab");
    if (await frameOf(page).evaluate((frame) => frame === document.activeElement)) break;
  }
  await expect(frameOf(page)).toBeFocused();
  const before = await span(page);
  await page.keyboard.press("-");
  await expect.poll(() => span(page)).toBeGreaterThan(before);
  await page.keyboard.press("0");
  await expect.poll(() => span(page)).toBeGreaterThan(600_000);
  await page.keyboard.press("n");
  const status = page.locator(".selected").getByRole("status");
  await expect(status).toHaveText(/^Event 3: \+0s exchange 1 is answered: 429/);
  await page.keyboard.press("ArrowRight");
  await expect(status).toHaveText(/^Event 4: /);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Show event 4 on the timeline" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(frameOf(page)).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: /^Evidence 1/ })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(status).toHaveText(/^Event \d+: /);
});

test("zooms about the pointer and moves by dragging, and a click says what a mark is", async ({
  page,
}) => {
  await page.goto(`${daemons.url}#run/${TEXT}`);
  const frame = frameOf(page);
  const box = await frame.boundingBox();
  if (box === null) throw new Error("the timeline has no place");
  const whole = await span(page);
  await page.mouse.move(box.x + 400, box.y + 100);
  await page.mouse.wheel(0, -300);
  expect(await span(page)).toBe(whole);
  await frame.scrollIntoViewIfNeeded();
  const again = (await frame.boundingBox()) ?? box;
  await page.keyboard.down("Control");
  await page.mouse.move(again.x + 400, again.y + 100);
  await page.mouse.wheel(0, -300);
  await page.keyboard.up("Control");
  await expect.poll(() => span(page)).toBeLessThan(whole * 0.8);
  const from = await frame.getAttribute("data-from");
  await page.mouse.down();
  await page.mouse.move(again.x + 300, again.y + 100, { steps: 5 });
  await page.mouse.up();
  await expect(frame).not.toHaveAttribute("data-from", from ?? "");
  await page.getByRole("button", { name: "Whole run" }).click();
  await expect.poll(() => span(page)).toBe(whole);
  const path = page.locator(".lanes path.call-fail").first();
  const mark = await path.boundingBox();
  if (mark === null) throw new Error("no failed call is drawn");
  await page.mouse.click(mark.x + 1, mark.y + mark.height / 2);
  await expect(page.locator(".selected").getByRole("status")).toHaveText(/operation 1 fails/);
  await expect(page.locator(".tip")).toContainText("nightly-daemon-1");
});

test("opens a journal of ten thousand events, and draws no more than there are pixels", async ({
  page,
}) => {
  const events = storm.histories.get(STORM)?.events.length ?? 0;
  expect(events).toBeGreaterThan(10_000);
  const began = Date.now();
  await page.goto(`${storm.url}#run/${STORM}`);
  await expect(frameOf(page)).toBeVisible();
  await expect.poll(() => drawn(page)).toBeGreaterThan(100);
  const opened = Date.now() - began;
  // Rows in sight times cells of three pixels; far from a box an event.
  expect(await drawn(page)).toBeLessThan(5_000);
  expect(await page.locator("*").count()).toBeLessThan(3_000);
  const frames: number[] = [];
  await frameOf(page).focus();
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press(step < 8 ? "+" : "Shift+ArrowRight");
    frames.push(await drawn(page));
  }
  expect(Math.max(...frames)).toBeLessThan(5_000);
  expect(frames.at(7)).toBeLessThan((frames[0] ?? 0) / 4);
  const zoomed = (Date.now() - began - opened) / 12;
  test.info().annotations.push({
    type: "measured",
    description: `${events} events opened in ${opened} ms; ${Math.round(zoomed)} ms a key, with the test's own questions`,
  });
  // Lanes out of sight are not drawn until they are scrolled to; the last is the service.
  await expect(page.getByText("Entra ID", { exact: true })).toHaveCount(0);
  await frameOf(page).evaluate((frame) => frame.scrollTo(0, frame.scrollHeight));
  await expect(page.locator(".lanes .name").last()).toContainText("Entra ID");
});

test("has landmarks, names and contrast, in light and in dark", async ({ page }) => {
  test.slow();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const url of [
      daemons.url,
      `${daemons.url}#run/${TEXT}/retry-after`,
      `${pages.url}#run/${RESTART}`,
    ]) {
      await page.goto("about:blank");
      await page.goto(url);
      if (url.includes("#")) await expect(frameOf(page)).toBeVisible();
      expect(await violations(page)).toEqual([]);
    }
  }
});

test("is light or dark as the system is, until the reader says otherwise", async ({ page }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(daemons.url);
  const light = await ground();
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await ground();
  expect(dark).not.toBe(light);
  await page.getByRole("combobox", { name: /^Colours/ }).selectOption("light");
  expect(await ground()).toBe(light);
  await page.reload();
  expect(await ground()).toBe(light);
  await page.emulateMedia({ colorScheme: "light" });
  await page.getByRole("combobox", { name: /^Colours/ }).selectOption("dark");
  expect(await ground()).toBe(dark);
});

test("prints every lane in light colours and without controls", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(`${storm.url}#run/${STORM}`);
  await expect(frameOf(page)).toBeVisible();
  const lanes = () => frameOf(page).evaluate(({ dataset }) => Number(dataset["lanes"]));
  const onScreen = await lanes();
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect.poll(lanes).toBeGreaterThan(onScreen);
  await expect(page.getByRole("button", { name: "Whole run" })).toBeHidden();
  const scheme = await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  expect(scheme).toBe("light");
});

test("finds scenarios, and fits a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const hash of ["", `#run/${TEXT}`]) {
    await page.goto("about:blank");
    await page.goto(daemons.url + hash);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    const over = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await expect.poll(over).toBe(0);
  }
  await page.goto(`${daemons.url}#matrix`);
  const search = page.getByRole("search", { name: "Scenarios" });
  await search.getByRole("searchbox").fill("cached-token refresh");
  await expect(search.getByRole("status")).toHaveText("1 of 3 scenarios");
  await search.getByRole("searchbox").fill("");
  await search.getByRole("combobox", { name: /^Standing/ }).selectOption("pass");
  await page.getByRole("link", { name: /token-throttled, msal-node/ }).click();
  await expect(page.getByRole("heading", { name: "Findings" })).toBeVisible();
  await expect(page.getByText("None.")).toBeVisible();
});

test("says so when an address leads nowhere", async ({ page }) => {
  await page.goto(`${daemons.url}#run/never-was`);
  await expect(page.getByRole("alert")).toHaveText("This report has no run called never-was.");
});

test("shows text of others as text, and what did not finish", async ({ page }) => {
  const hostile = `</script><img src=x onerror="alert(1)"><b>bold</b>`;
  const run = judgedRun({ "retry-after": "fail" }, { scenario: hostile });
  const failure = { scenario: hostile, client: "msal-node", mount: "https", code: "stuck" };
  const results = buildResults([run], [], {
    seed: "1",
    brownout: "0.1.0",
    failures: [{ ...failure, message: hostile, hint: "Run it again." }],
  });
  const contexts = new Map(results.runs.map((result) => [result, { history: run.history }]));
  const html = writeHtml(
    results,
    createExplain({ contexts, rules: [], baseline: [] }),
    await loadPageProgram(),
  );
  const file = join(mkdtempSync(join(tmpdir(), "brownout-hostile-")), "report.html");
  writeFileSync(file, html);
  page.on("dialog", (dialog) => {
    wrong.push(dialog.message());
    void dialog.dismiss();
  });
  await page.goto(pathToFileURL(file).href);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("1 run not finished");
  await expect(page.locator("#not-finished").getByRole("heading", { level: 3 })).toHaveText(
    hostile,
  );
  await expect(page.locator("#not-finished")).toContainText("Run it again.");
  await expect(page.locator("img, main b:text-is('bold')")).toHaveCount(0);
  await page.getByRole("link", { name: /^See the evidence/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(hostile);
  await expect(frameOf(page)).toBeVisible();
});

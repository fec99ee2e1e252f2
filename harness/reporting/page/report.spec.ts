/** `report.html` of real runs, opened from disk in a real Chromium: what stands in it. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import { timelineOf } from "../../history/event-line.ts";
import { loadPageProgram } from "../formats/page-program.ts";
import { writeHtml } from "../formats/html.ts";
import type { RunResult } from "../model/results.ts";
import { judgedRun, reportOf } from "../../../test/support/report.ts";
import {
  daemons,
  frameOf,
  makeReport,
  type MadeReport,
  restart,
  watch,
} from "../../../test/support/report-page-report.ts";

const STORM = "managed-identity-storm--azure-identity";

/** Daemons in one report, a browser in another, and a run of ten thousand events. */
let throttled: MadeReport;
let browser: MadeReport;
let storm: MadeReport;
let wrong: readonly string[] = [];

test.beforeAll(() => {
  test.setTimeout(240_000);
  throttled = makeReport(...daemons.scenarios, "--mount", "direct");
  browser = makeReport(...restart.scenarios);
  storm = makeReport("managed-identity-storm", "--client", "azure-identity", "--mount", "direct");
});

test.beforeEach(({ page }) => {
  wrong = watch(page);
});

test.afterEach(() => expect(wrong).toEqual([]));

const drawn = (page: Page): Promise<number> =>
  frameOf(page).evaluate((frame) => Number(frame.dataset["drawn"]));
const idOf = ({ scenario, client }: RunResult): string => `${scenario}--${client.name}`;
const oneSpace = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

test("leads from the overview to every finding, and shows its evidence twice", async ({ page }) => {
  test.slow();
  const all = [throttled, browser, storm].flatMap(({ url, results }) =>
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
    await expect(
      page.locator(`[data-rule="${found.rule}"]`).getByRole("listitem").first(),
    ).toBeInViewport();
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
    { ...throttled, id: daemons.text },
    { ...browser, id: restart.id },
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
    const expected = timelineOf(history).map((line) => line.replace(/^(\+.{0,11}?) +/, "$1 "));
    expect(read.map(oneSpace)).toEqual(expected.map(oneSpace));
  }
});

test("opens a journal of ten thousand events, and draws no more than there are pixels", async ({
  page,
}) => {
  const events = storm.histories.get(STORM)?.events.length ?? 0;
  expect(events).toBeGreaterThan(10_000);
  await page.goto(`${storm.url}#run/${STORM}`);
  await expect(frameOf(page)).toBeVisible();
  await expect.poll(() => drawn(page)).toBeGreaterThan(100);
  // In ms since the navigation began, as the page itself has it.
  const now = (): Promise<number> => page.evaluate("performance.now()");
  const opened = await now();
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
  const zoomed = ((await now()) - opened) / 12;
  test.info().annotations.push({
    type: "measured",
    description: `${events} events opened in ${Math.round(opened)} ms; ${Math.round(zoomed)} ms a key, with the test's own questions`,
  });
  // Lanes out of sight are not drawn until they are scrolled to; the last is the service.
  await expect(page.getByText("Entra ID", { exact: true })).toHaveCount(0);
  await frameOf(page).evaluate((frame) => frame.scrollTo(0, frame.scrollHeight));
  await expect(page.locator(".lanes .name").last()).toContainText("Entra ID");
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
  await expect(
    page.getByText(/^Events 1 to 100 of \d+; the journal has all of them\.$/),
  ).toBeVisible();
});

test("says so when an address leads nowhere", async ({ page }) => {
  await page.goto(`${throttled.url}#run/never-was`);
  await expect(page.getByRole("alert")).toHaveText("This report has no run called never-was.");
});

test("shows text of others as text, and what did not finish", async ({ page }) => {
  const hostile = `</script><img src=x onerror="alert(1)"><b>bold</b>`;
  const run = judgedRun({ "retry-after": "fail" }, { scenario: hostile });
  const failure = { scenario: hostile, client: "msal-node", mount: "https", code: "stuck" };
  const model = reportOf([run], {
    failures: [{ ...failure, message: hostile, hint: "Run it again." }],
  });
  const html = writeHtml(model, await loadPageProgram());
  const file = join(mkdtempSync(join(tmpdir(), "brownout-hostile-")), "report.html");
  writeFileSync(file, html);
  await page.goto(pathToFileURL(file).href);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(
    "1 run not finished, 1 unexpected finding",
  );
  await expect(page.locator("#not-finished").getByRole("heading", { level: 3 })).toHaveText(
    hostile,
  );
  await expect(page.locator("#not-finished")).toContainText("Run it again.");
  await expect(page.locator("img, main b:text-is('bold')")).toHaveCount(0);
  await page.getByRole("link", { name: /^See the evidence/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(hostile);
  await expect(frameOf(page)).toBeVisible();
});

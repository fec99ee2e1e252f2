/** `report.html` in the hands of its readers: keys, mouse, phone, screen readers, dark and light. */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import {
  daemons,
  frameOf,
  makeReport,
  type MadeReport,
  restart,
  watch,
} from "../../../test/support/report-page-report.ts";

let throttled: MadeReport;
let browser: MadeReport;
let wrong: readonly string[] = [];

test.beforeAll(() => {
  test.setTimeout(240_000);
  throttled = makeReport(...daemons.scenarios, "--mount", "direct");
  browser = makeReport(...restart.scenarios);
});

test.beforeEach(({ page }) => {
  wrong = watch(page);
});

test.afterEach(() => expect(wrong).toEqual([]));

const span = (page: Page): Promise<number> =>
  frameOf(page).evaluate(({ dataset }) => Number(dataset["to"]) - Number(dataset["from"]));

async function violations(page: Page, rules?: string[]): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  const { violations: found } = await (rules === undefined ? axe : axe.withRules(rules)).analyze();
  return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
}

test("is used by keyboard alone", async ({ page }) => {
  await page.goto(throttled.url);
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

test("a row that was opened does not take the focus from who looks for another", async ({
  page,
}) => {
  await page.goto(`${throttled.url}#run/${daemons.text}`);
  await frameOf(page).focus();
  await page.keyboard.press("n");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Show event 3 on the timeline" })).toBeFocused();
  const find = page.getByRole("searchbox", { name: "Find" });
  await find.focus();
  await page.keyboard.type("exchange");
  await expect(find).toHaveValue("exchange");
  await expect(find).toBeFocused();
});

test("zooms about the pointer and moves by dragging, and a click says what a mark is", async ({
  page,
}) => {
  await page.goto(`${throttled.url}#run/${daemons.text}`);
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

test("has landmarks, names and contrast, in light and in dark", async ({ page }) => {
  test.slow();
  for (const url of [
    throttled.url,
    `${throttled.url}#run/${daemons.text}/retry-after`,
    `${browser.url}#run/${restart.id}`,
  ]) {
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto("about:blank");
    await page.goto(url);
    if (url.includes("#")) await expect(frameOf(page)).toBeVisible();
    expect(await violations(page)).toEqual([]);
    // Only colours differ in the dark, and a whole look takes seconds.
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violations(page, ["color-contrast"])).toEqual([]);
  }
});

test("is light or dark as the system is, until the reader says otherwise", async ({ page }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(throttled.url);
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

test("finds scenarios, and fits a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const hash of ["", `#run/${daemons.text}`]) {
    await page.goto("about:blank");
    await page.goto(throttled.url + hash);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    const over = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await expect.poll(over).toBe(0);
  }
  await page.goto(`${throttled.url}#matrix`);
  const search = page.getByRole("search", { name: "Scenarios" });
  await search.getByRole("searchbox").fill("cached-token refresh");
  await expect(search.getByRole("status")).toHaveText("1 of 3 scenarios");
  await search.getByRole("searchbox").fill("no such thing");
  await expect(page.getByRole("cell", { name: "No scenario is like that." })).toBeVisible();
  await search.getByRole("searchbox").fill("");
  await search.getByRole("combobox", { name: /^Standing/ }).selectOption("pass");
  await page.getByRole("link", { name: /token-throttled, msal-node/ }).click();
  await expect(page.getByRole("heading", { name: "Findings" })).toBeVisible();
  await expect(page.getByText("None.")).toBeVisible();
});

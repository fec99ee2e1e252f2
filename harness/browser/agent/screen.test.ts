/** What a person sees in real pages, and the person who signs in there. */
import type { BrowserContext, Page } from "@playwright/test";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { wantsNoBrowser } from "../launch/find-browser.ts";
import { processBrowser } from "../launch/launch.ts";
import { fillInSignInPages } from "../sign-in-person.ts";
import { lookAtScreen } from "./screen.ts";

describe.skipIf(wantsNoBrowser())("in front of a real browser", () => {
  let context: BrowserContext;
  let page: Page;
  beforeAll(async () => {
    context = await (await processBrowser.launchBrowser()).newContext();
  });
  beforeEach(async () => {
    page = await context.newPage();
  });
  afterAll(() => processBrowser.close());

  it.each([
    ["an empty page", "", { shows: "blank" }],
    ["words that are not visible", '<p style="display:none">Hello</p>', { shows: "blank" }],
    ["an application", "<h1>Mail</h1><p>3 messages</p>", { shows: "content", text: "Mail" }],
    ["a picture and no word", '<svg width="9" height="9"></svg>', { shows: "content" }],
    [
      "a sign of waiting under a heading",
      '<h1>Mail</h1><p aria-busy="true">Loading</p>',
      { shows: "spinner", text: "Loading" },
    ],
    ["a wheel without words", '<div role="progressbar">&nbsp;</div>', { shows: "spinner" }],
    [
      "a sign of waiting beside the application",
      '<h1>Mail</h1><p aria-busy="true">Loading</p><ul><li>From Megan</li></ul>',
      { shows: "content", text: "Mail" },
    ],
    [
      "an alert beside other content",
      '<h1>Mail</h1><p role="alert">Cannot sign in: 90033</p><p aria-busy="true">…</p>',
      { shows: "error", text: "Cannot sign in: 90033" },
    ],
    [
      "an alert that says nothing",
      '<h1>Mail</h1><p role="alert"></p>',
      { shows: "content", text: "Mail" },
    ],
    [
      "an error text in the place of the application",
      "Error: post_request_failed: Network request failed",
      { shows: "error", text: "Error: post_request_failed: Network request failed" },
    ],
    [
      "an error text under the heading of the application",
      "<h1>Mail</h1><p>BrowserAuthError: timed_out</p><button>Try again</button>",
      { shows: "error", text: "BrowserAuthError: timed_out" },
    ],
    [
      "an application that writes about errors",
      "<h1>Orders</h1><p>2 orders failed</p><p>No error so far</p>",
      { shows: "content", text: "Orders" },
    ],
    [
      "an application with one error among much else",
      `<h1>Log</h1><p>Error: one line of many</p><ul>${"<li>An ordinary line of the log</li>".repeat(30)}</ul>`,
      { shows: "content", text: "Log" },
    ],
    [
      "a sign-in page",
      '<h1>Sign in</h1><form><input name="login"><input type="password"></form>',
      { shows: "sign-in", text: "Sign in" },
    ],
  ])("recognizes %s", async (_, html, expected) => {
    await page.setContent(`<!doctype html><body>${html}</body>`);
    expect(await lookAtScreen(page)).toEqual(expected);
  });

  it.each([
    [500, { shows: "error", text: "Our shop" }],
    [503, { shows: "error", text: "Our shop" }],
    [404, { shows: "content", text: "Our shop" }],
  ])("recognizes a page that was answered with %i", async (status, expected) => {
    await page.route("https://shop.example/", (route) =>
      route.fulfill({ status, contentType: "text/html", body: "<h1>Our shop</h1><p>Hello</p>" }),
    );
    await page.goto("https://shop.example/");
    expect(await lookAtScreen(page)).toEqual(expected);
  });

  it("recognizes the browser's own page about a broken connection, and reads nothing from a page that is gone", async () => {
    await page.goto("http://localhost:1/").catch(() => undefined);
    await expect.poll(() => lookAtScreen(page)).toMatchObject({ shows: "error" });
    await page.close();
    expect(await lookAtScreen(page)).toBeUndefined();
  });
});

describe.skipIf(wantsNoBrowser())("a person", () => {
  const form = `<!doctype html><form action="/done"><input name="login"><input type="password" name="passwd"><button type="submit">Sign in</button></form>`;
  const isServed = ({ hostname }: URL): boolean => hostname === "login.example";
  let context: BrowserContext;
  beforeEach(async () => {
    context = await (await processBrowser.launchBrowser()).newContext();
    await context.route("**/*", (route) => {
      const { pathname } = new URL(route.request().url());
      const body = pathname === "/done" ? "<h1>Done</h1>" : form;
      return route.fulfill({ contentType: "text/html", body });
    });
  });
  afterAll(() => processBrowser.close());

  it("signs in at a page that asks for it, in a tab and in a popup, and counts the sign-in", async () => {
    const asked: string[] = [];
    fillInSignInPages(context, {
      isServed,
      answers: () => ({ username: "adele@contoso.example", password: "p&q" }),
      asked: (prompt) => asked.push(prompt),
      acting: (work) => work(),
    });
    const page = await context.newPage();
    await page.goto("https://login.example/authorize?prompt=login");
    await page.getByText("Done").waitFor();
    const sent = new URL(page.url()).searchParams;
    expect([sent.get("login"), sent.get("passwd")]).toEqual(["adele@contoso.example", "p&q"]);
    const [popup] = await Promise.all([
      context.waitForEvent("page"),
      page.evaluate(() => void window.open("https://login.example/authorize")),
    ]);
    await popup.getByText("Done").waitFor();
    expect(asked).toEqual(["login", "none-given"]);
    await context.close();
  });

  it("without a name leaves the page to the test, and counts the page once", async () => {
    const asked: string[] = [];
    fillInSignInPages(context, {
      isServed,
      answers: () => undefined,
      asked: (prompt) => asked.push(prompt),
      acting: (work) => work(),
    });
    const page = await context.newPage();
    await page.goto("https://login.example/authorize");
    await page.locator('[name="login"]').fill("megan");
    await expect.poll(() => asked).toEqual(["none-given"]);
    await page.locator("button").click();
    await page.getByText("Done").waitFor();
    expect([asked, new URL(page.url()).searchParams.get("login")]).toEqual([
      ["none-given"],
      "megan",
    ]);
    await context.close();
  });
});

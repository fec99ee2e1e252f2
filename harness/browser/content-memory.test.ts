/** What pages showed before, and what stands in its place. */
import type { BrowserContext, Page } from "@playwright/test";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type PageContent, contentOf, createContentMemory } from "./content-memory.ts";
import { wantsNoBrowser } from "./launch/find-browser.ts";
import { processBrowser } from "./launch/launch.ts";

const page = (words: string, more: Partial<PageContent> = {}): PageContent => ({
  address: "https://shop.example/",
  labels: [],
  words: words.split(" "),
  isBare: true,
  ...more,
});

const shop = page("orders three open", { labels: ["orders"], isBare: false });

/** Whether each of these contents of one window is unlike what was there before. */
function seen(...contents: readonly PageContent[]): readonly boolean[] {
  const isUnlike = createContentMemory();
  const window = {};
  return contents.map((content) => isUnlike(window, content));
}

describe("a page that has nothing of what was there before", () => {
  it("is a bare text at the same address, for as long as it stays", () => {
    const text = page("come back later");
    expect(seen(shop, shop, text, text, page("come back later again"), shop)).toEqual([
      false,
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it.each([
    ["the first at its address", [page("come back later")]],
    ["another page", [shop, page("come back later", { address: "https://shop.example/help" })]],
    ["a page with a form or a list", [shop, page("settings theme", { isBare: false })]],
    ["a page with a heading that was there", [shop, page("none left", { labels: ["orders"] })]],
    ["a page with half of the words", [shop, page("four open orders today")]],
    ["a page without words", [shop, page("", { words: [] })]],
  ] as const)("is not %s", (_what, contents) => {
    expect(seen(...contents).at(-1)).toBe(false);
  });

  it("is known by what all windows of a context showed", () => {
    const isUnlike = createContentMemory();
    expect(isUnlike({}, shop)).toBe(false);
    expect(isUnlike({}, page("come back later"))).toBe(true);
  });
});

describe.skipIf(wantsNoBrowser())("in a real browser", () => {
  let context: BrowserContext;
  let tab: Page;
  beforeAll(async () => {
    context = await (await processBrowser.launchBrowser()).newContext();
  });
  beforeEach(async () => {
    tab = await context.newPage();
  });
  afterAll(() => processBrowser.close());

  it("a text that no pattern knows differs from the application", async () => {
    const isUnlike = createContentMemory();
    const show = async (html: string): Promise<boolean | undefined> => {
      await tab.setContent(`<!doctype html><body>${html}</body>`);
      const content = await contentOf(tab);
      return content === undefined ? undefined : isUnlike(tab, content);
    };
    const app = (count: number) =>
      `<header><h1>Contoso</h1></header><nav><a href="#">Orders</a></nav><p>${count} orders</p>`;
    expect(await show(app(3))).toBe(false);
    expect(await show(app(4))).toBe(false);
    expect(await show("<h1>Oops</h1><p>We are having a break.</p><button>Retry</button>")).toBe(
      true,
    );
    expect(await show(app(5))).toBe(false);
    expect(await show(`<h1>Settings</h1><label>Theme <input></label>`)).toBe(false);
  });
});

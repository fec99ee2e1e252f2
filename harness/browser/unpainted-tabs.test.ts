/** Tabs without frames: neither they nor their windows are painted, and each is in the context that was asked for. */
import type { Page } from "@playwright/test";
import { afterAll, describe, expect, it } from "vitest";
import { findBrowser, wantsNoBrowser } from "./launch/find-browser.ts";
import { processBrowser } from "./launch/launch.ts";
import { openContext, openUnpaintedTab } from "./unpainted-tabs.ts";

const isShell = !wantsNoBrowser() && /headless-shell/.test((await findBrowser()).executablePath);

/** Whether the page is painted. A frame that comes has come within a second; without a limit, one is waited for. */
function framesOf(page: Page, withinMs?: number): Promise<string> {
  return page.evaluate(
    (limitMs) =>
      new Promise<string>((resolve) => {
        requestAnimationFrame(() => resolve("painted"));
        if (limitMs !== undefined) setTimeout(() => resolve("not painted"), limitMs);
      }),
    withinMs,
  );
}

describe.skipIf(wantsNoBrowser())("an unpainted tab", () => {
  afterAll(() => processBrowser.close());

  it("is in its own context, also when several are opened at once", async () => {
    const browser = await processBrowser.launchBrowser();
    const contexts = await Promise.all([1, 2, 3].map(() => openContext(browser, {})));
    const pages = await Promise.all(
      contexts.flatMap((context) => [openUnpaintedTab(context), openUnpaintedTab(context)]),
    );
    expect(pages.map((page) => contexts.indexOf(page.context()))).toEqual([0, 0, 1, 1, 2, 2]);
    expect(new Set(pages).size).toBe(6);
    for (const context of contexts) await context.close();
  });

  it.runIf(isShell)("has no frames, nor has a window that it opens; a usual tab has", async () => {
    const browser = await processBrowser.launchBrowser();
    const context = await openContext(browser, {});
    const page = await openUnpaintedTab(context);
    const [popup] = await Promise.all([
      context.waitForEvent("page"),
      page.evaluate(() => void open("about:blank")),
    ]);
    expect(await framesOf(page, 1_000)).toBe("not painted");
    expect(await framesOf(popup, 1_000)).toBe("not painted");
    expect(await framesOf(await context.newPage())).toBe("painted");
    await context.close();
  });

  it.runIf(isShell)("shows and computes its layout all the same", async () => {
    const browser = await processBrowser.launchBrowser();
    const context = await openContext(browser, {});
    const page = await openUnpaintedTab(context);
    await page.setContent("<p>seen</p><p hidden>not seen</p>");
    const seen = await page.evaluate(() => [
      document.body.innerText.trim(),
      document.visibilityState,
      ...[...document.querySelectorAll("p")].map((one) => String(one.checkVisibility())),
    ]);
    expect(seen).toEqual(["seen", "visible", "true", "false"]);
    await context.close();
  });

  it("is a usual tab in a context of which the browser's own name is not known", async () => {
    const browser = await processBrowser.launchBrowser();
    const context = await browser.newContext();
    expect(await framesOf(await openUnpaintedTab(context))).toBe("painted");
    await context.close();
  });
});

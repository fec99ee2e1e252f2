import type { Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wantsNoBrowser } from "../../browser/launch/find-browser.ts";
import { processBrowser } from "../../browser/launch/launch.ts";
import { openShell, type PageApp, type PageCall } from "./page-shell.ts";

type PageScope = typeof globalThis & { readonly app: PageApp; acquired: number };

/** A library that returns a token after 50 ms, and never one for the correlation id "nothing". */
const library = `{
  start: () => Promise.resolve(undefined),
  who: () => undefined,
  leave: () => Promise.reject(new Error("no way")),
  acquire: ({ correlationId }) => {
    globalThis.acquired = (globalThis.acquired ?? 0) + 1;
    return new Promise((resolve) => {
      if (correlationId !== "nothing") setTimeout(() => resolve({ accessToken: correlationId }), 50);
    });
  },
}`;

const call = (correlationId: string): PageCall => ({
  method: "silent",
  scopes: [],
  correlationId,
});

describe.skipIf(wantsNoBrowser())("the application around a library", () => {
  let page: Page;
  beforeAll(async () => {
    page = await (await processBrowser.launchBrowser()).newPage();
    await page.setContent("<main></main>");
    await page.addScriptTag({ content: `(${String(openShell)})(${library})` });
  });
  afterAll(() => processBrowser.close());

  const ask = (request: PageCall) =>
    page.evaluate((of) => (globalThis as PageScope).app.call(of), request);

  it("makes each call once, and returns its result again for the same correlation id", async () => {
    const first = await ask(call("one"));
    expect(first).toEqual({ token: { accessToken: "one" } });
    expect(await ask(call("one"))).toEqual(first);
    expect(await ask(call("two"))).toEqual({ token: { accessToken: "two" } });
    expect(await page.evaluate(() => (globalThis as PageScope).acquired)).toBe(2);
  });

  it("keeps the promises of calls, so that they are not garbage-collected", async () => {
    let said: unknown = "nothing yet";
    const asked = ask(call("nothing")).catch((error: unknown) => (said = error));
    const session = await page.context().newCDPSession(page);
    for (let count = 0; count < 3; count += 1) {
      await session.send("HeapProfiler.collectGarbage");
      await ask(call(`after ${count}`));
    }
    expect(said).toBe("nothing yet");
    await page.close();
    await asked;
    expect(String(said)).toMatch(/closed/);
  });
});

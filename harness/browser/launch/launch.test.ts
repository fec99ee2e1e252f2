/** One browser a process: shared, relaunched when it dies, counted; with the real one at the end. */
import { EventEmitter } from "node:events";
import type { Browser } from "@playwright/test";
import { describe, expect, it, vi } from "vitest";
import { wantsNoBrowser } from "./find-browser.ts";
import { keepBrowser, processBrowser } from "./launch.ts";

/** A browser that can be killed; `end` is what the process of a real one would do. */
function fakeBrowser() {
  const events = new EventEmitter();
  let isConnected = true;
  const end = (): void => {
    isConnected = false;
    events.emit("disconnected");
  };
  const die = (): void => {
    isConnected = false;
  };
  const close = (): Promise<void> => Promise.resolve(end());
  const browser = Object.assign(events, { isConnected: () => isConnected, close });
  return { browser: browser as unknown as Browser, end, die };
}

/** A keeper of fakes; `failures` of its first launches fail. */
function keepFakes({ failures = 0 } = {}) {
  const made: ReturnType<typeof fakeBrowser>[] = [];
  let tried = 0;
  const keeper = keepBrowser(async () => {
    tried += 1;
    await Promise.resolve();
    if (tried <= failures) throw new Error("no luck");
    const fake = fakeBrowser();
    made.push(fake);
    return fake.browser;
  });
  return { ...keeper, made };
}

describe("the browser of a process", () => {
  it("is launched once, for all who ask", async () => {
    const { launchBrowser, launches } = keepFakes();
    expect(launches()).toBe(0);
    const [one, two] = await Promise.all([launchBrowser(), launchBrowser()]);
    expect(two).toBe(one);
    expect(await launchBrowser()).toBe(one);
    expect(launches()).toBe(1);
  });

  it("is launched again after it died, once for all callers, and listeners are called", async () => {
    const { launchBrowser, launches, onDied, made } = keepFakes();
    const died = vi.fn<() => void>();
    const stopped = vi.fn<() => void>();
    onDied(died);
    onDied(stopped)();
    const first = await launchBrowser();
    made[0]?.end();
    const [one, two] = await Promise.all([launchBrowser(), launchBrowser()]);
    expect(one).not.toBe(first);
    expect(two).toBe(one);
    expect(launches()).toBe(2);
    expect(died).toHaveBeenCalledOnce();
    expect(stopped).not.toHaveBeenCalled();
  });

  it("is launched again even before its death is reported", async () => {
    const { launchBrowser, launches, made } = keepFakes();
    await launchBrowser();
    made[0]?.die();
    await launchBrowser();
    expect(launches()).toBe(2);
  });

  it("is tried again after a launch that failed, which does not count", async () => {
    const { launchBrowser, launches } = keepFakes({ failures: 1 });
    await expect(launchBrowser()).rejects.toThrow("no luck");
    await launchBrowser();
    expect(launches()).toBe(1);
  });

  it("is not launched for ever when it ends as it starts", async () => {
    const keeper = keepBrowser(() => {
      const fake = fakeBrowser();
      fake.die();
      return Promise.resolve(fake.browser);
    });
    await expect(keeper.launchBrowser()).rejects.toMatchObject({ code: "no-browser" });
    expect(keeper.launches()).toBe(1);
  });

  it("may be closed, also while it starts, and that is no death", async () => {
    const { launchBrowser, launches, onDied, close, made } = keepFakes();
    const died = vi.fn<() => void>();
    onDied(died);
    await close();
    const starting = launchBrowser();
    await close();
    expect((await starting).isConnected()).toBe(false);
    expect(launches()).toBe(1);
    await launchBrowser();
    await close();
    expect(launches()).toBe(2);
    expect(made[1]?.browser.isConnected()).toBe(false);
    expect(died).not.toHaveBeenCalled();
  });
});

describe.skipIf(wantsNoBrowser())("the real browser", () => {
  it("is relaunched after a crash, and the count says so", async () => {
    const keeper = processBrowser;
    const died = new Promise<void>((resolve) => void keeper.onDied(resolve));
    try {
      const first = await keeper.launchBrowser();
      const session = await first.newBrowserCDPSession();
      await session.send("Browser.crash").catch(() => undefined);
      await died;
      expect(first.isConnected()).toBe(false);
      const second = await keeper.launchBrowser();
      const page = await second.newPage();
      await page.goto("data:text/html,<title>alive</title>");
      expect(await page.title()).toBe("alive");
      expect(keeper.launches()).toBe(2);
    } finally {
      await keeper.close();
    }
  });

  it("that does not start is named, with why", async () => {
    vi.stubEnv("BROWNOUT_BROWSER", process.execPath);
    try {
      await expect(keepBrowser().launchBrowser()).rejects.toMatchObject({
        code: "no-browser",
        message: expect.stringMatching(`^${process.execPath} does not start: .`),
        hint: expect.stringContaining("BROWNOUT_BROWSER"),
      });
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

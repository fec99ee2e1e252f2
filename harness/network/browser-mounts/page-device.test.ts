/** The faults of the browser itself, as a page of a real Chromium sees them, under both mounts. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wantsNoBrowser } from "../../browser/launch/find-browser.ts";
import { type Device, type DeviceState, healthyDevice } from "../../core/device.ts";
import { browserMounts } from "../mount-names.ts";
import {
  APP,
  type BrowserBench,
  closeBrowser,
  startBrowserBench,
} from "../../../test/support/mount-browser.ts";

afterAll(closeBrowser);

/** A device that a test changes, and waits for. */
function createDevice(): Device & { change(changes: Partial<DeviceState>): Promise<void> } {
  let state = healthyDevice;
  const listeners = new Set<(state: DeviceState) => Promise<void>>();
  return {
    state: () => state,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async change(changes) {
      state = { ...healthyDevice, ...changes };
      await Promise.all([...listeners].map((listener) => listener(state)));
    },
  };
}

describe.skipIf(wantsNoBrowser()).each(browserMounts)("under %s", (mount) => {
  const device = createDevice();
  let bench: BrowserBench;
  beforeAll(async () => {
    bench = await startBrowserBench(mount, { device });
  });
  afterAll(() => bench.stop());

  it("shows a wrong clock to a page, to a new document and to a frame without a server", async () => {
    const { page, clock, drive } = bench;
    const shown = (): Promise<number> => page.evaluate(() => Date.now());
    expect(await shown()).toBe(clock.now());
    await device.change({ clockShiftMs: -3_600_000 });
    expect(await shown()).toBe(clock.now() - 3_600_000);
    await drive(() => page.goto(`${APP}/next`));
    expect(await shown()).toBe(clock.now() - 3_600_000);
    const framed = await page.evaluate(() => {
      const frame = document.createElement("iframe");
      document.body.append(frame);
      const inside = frame.contentWindow as (Window & typeof globalThis) | null;
      return inside?.Date.now() ?? 0;
    });
    expect(framed).toBe(clock.now() - 3_600_000);
    await device.change({});
    expect(await shown()).toBe(clock.now());
  });

  it("fires timers when they are due, although the clock is wrong", async () => {
    const { page, clock, drive } = bench;
    await device.change({ clockShiftMs: 7_200_000 });
    const before = clock.now();
    await drive(() =>
      page.evaluate(() => new Promise((resolve) => void setTimeout(resolve, 5_000))),
    );
    expect(clock.now() - before).toBe(5_000);
    await device.change({});
  });

  it("says that it is offline, with the events of a browser", async () => {
    const { page } = bench;
    await page.evaluate(() => {
      for (const name of ["offline", "online"])
        window.addEventListener(name, () => {
          document.title = `${document.title} ${name}:${navigator.onLine}`;
        });
      document.title = "";
    });
    // Also on a machine without a network.
    expect(await page.evaluate(() => navigator.onLine)).toBe(true);
    await device.change({ isOffline: true });
    expect(await page.evaluate(() => navigator.onLine)).toBe(false);
    await device.change({});
    expect(await page.evaluate(() => navigator.onLine)).toBe(true);
    expect((await page.title()).trim()).toBe("offline:false online:true");
  });

  it("is offline while Playwright says so, or a fault", async () => {
    const { page } = bench;
    const onLine = (): Promise<boolean> => page.evaluate(() => navigator.onLine);
    await page.evaluate(() => {
      document.title = "";
    });
    await page.context().setOffline(true);
    expect(await onLine()).toBe(false);
    await device.change({ isOffline: true });
    await page.context().setOffline(false);
    expect(await onLine()).toBe(false);
    await device.change({});
    expect(await onLine()).toBe(true);
    expect((await page.title()).trim()).toBe("offline:false online:true");
  });

  it("refuses what takes more room when storage is full, and lets the rest be", async () => {
    const { page } = bench;
    await page.evaluate(() => localStorage.setItem("known", "12345"));
    await device.change({ storeWrites: "full" });
    const seen = await page.evaluate(() => {
      const attempt = (call: () => unknown): string => {
        try {
          return String(call());
        } catch (error) {
          return (error as Error).name;
        }
      };
      return [
        attempt(() => localStorage.setItem("new", "1")),
        attempt(() => sessionStorage.setItem("new", "1")),
        attempt(() => localStorage.setItem("known", "123456")),
        attempt(() => localStorage.setItem("known", "54321")),
        attempt(() => localStorage.getItem("known")),
        attempt(() => localStorage.removeItem("known")),
      ];
    });
    const [full, ok] = ["QuotaExceededError", "undefined"];
    expect(seen).toEqual([full, full, full, ok, "54321", ok]);
    await device.change({});
  });

  it("fails requests to IndexedDB when the store fails or is full, and leaves no database behind", async () => {
    const { page } = bench;
    const attempt = (): Promise<string[]> => page.evaluate(tryDatabase);
    expect(await attempt()).toEqual(["open: ok", "put: ok", "end: complete", "get: 1", "add: ok"]);
    await device.change({ storeWrites: "full" });
    const full = "QuotaExceededError";
    expect(await attempt()).toEqual([
      "open: ok",
      `put: ${full}`,
      `end: abort by ${full}`,
      "get: 1",
      `add: ${full}`,
    ]);
    await device.change({ storeWrites: "fail" });
    expect(await attempt()).toContain("put: UnknownError");
    await device.change({ storeReads: "fail" });
    expect(await attempt()).toEqual(["open: UnknownError"]);
    await device.change({});
    expect(await attempt()).toContain("get: 1");
    const names = await page.evaluate(async () =>
      (await indexedDB.databases()).map(({ name }) => name),
    );
    expect(names).toEqual(["keys"]);
  });

  it("denies storage when it fails", async () => {
    const { page } = bench;
    const attempt = (): Promise<string[]> =>
      page.evaluate(() =>
        ["getItem", "setItem"].map((name) => {
          try {
            localStorage[name as "setItem"]("a", "1");
            return "ok";
          } catch (error) {
            return (error as Error).name;
          }
        }),
      );
    await device.change({ storeReads: "fail" });
    expect(await attempt()).toEqual(["SecurityError", "ok"]);
    await device.change({ storeWrites: "fail" });
    expect(await attempt()).toEqual(["ok", "SecurityError"]);
    await device.change({});
    expect(await attempt()).toEqual(["ok", "ok"]);
  });
});

/** What a page that keeps keys in IndexedDB, as MSAL does, sees at each step. Runs in the page. */
async function tryDatabase(): Promise<string[]> {
  const seen: string[] = [];
  const result = (request: IDBRequest): Promise<string> =>
    new Promise((resolve) => {
      request.addEventListener("success", () => resolve(String(request.result ?? "ok")));
      request.addEventListener("error", () => resolve(request.error?.name ?? "no error"));
    });
  const opening = indexedDB.open("keys", 1);
  opening.addEventListener("upgradeneeded", () => void opening.result.createObjectStore("keys"));
  const opened = await result(opening);
  seen.push(`open: ${opened.startsWith("[object") ? "ok" : opened}`);
  if (opening.error !== null) return seen;
  const writing = opening.result.transaction("keys", "readwrite");
  const end = new Promise<string>((resolve) => {
    writing.addEventListener("complete", () => resolve("complete"));
    writing.addEventListener("abort", () => resolve(`abort by ${writing.error?.name}`));
  });
  const put = await result(writing.objectStore("keys").put(1, "a"));
  seen.push(`put: ${put === "a" ? "ok" : put}`, `end: ${await end}`);
  const stored = opening.result.transaction("keys").objectStore("keys").get("a");
  seen.push(`get: ${await result(stored)}`);
  const adding = opening.result.transaction("keys", "readwrite").objectStore("keys");
  const key = crypto.randomUUID();
  const added = await result(adding.add(1, key));
  seen.push(`add: ${added === key ? "ok" : added}`);
  opening.result.close();
  return seen;
}

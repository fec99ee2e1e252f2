/** Time, chance and screens in the documents of a real browser. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { BrowserContext, Page } from "@playwright/test";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { days, hours, seconds } from "../core/time/duration.ts";
import { createVirtualClock, type VirtualClock } from "../core/time/virtual-clock.ts";
import { wantsNoBrowser } from "./launch/find-browser.ts";
import { processBrowser } from "./launch/launch.ts";
import { keepTime, type PageTime } from "./page-time.ts";

const START = Date.parse("2026-03-02T08:00:00Z");

describe.skipIf(wantsNoBrowser())("the time of pages", () => {
  let server: Server;
  let origin: string;
  let held: (() => void)[] = [];
  let clock: VirtualClock;
  let time: PageTime;
  let context: BrowserContext;
  let leave: () => void;

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === "/held") {
        held.push(() => response.end("late"));
        return;
      }
      response.setHeader("Content-Type", "text/html");
      response.setHeader("Server-Timing", time.timing());
      response.end(`<!doctype html><title>born ${request.url}</title><h1>Page</h1>
        <script>globalThis.bornAt = Date.now()</script>`);
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await processBrowser.close();
  });
  afterEach(async () => {
    leave();
    for (const answer of held) answer();
    held = [];
    await context.close();
  });

  const open = async (seed?: number): Promise<Page> => {
    clock = createVirtualClock({ startMs: START, shared: true });
    context = await (await processBrowser.launchBrowser()).newContext();
    time = await keepTime(context, {
      nowMs: START,
      underway: () => held.length,
      isServed: () => true,
      ...(seed === undefined ? {} : { seed }),
    });
    leave = clock.join(time);
    const page = await context.newPage();
    await page.goto(origin);
    return page;
  };
  /** A call into a page that moves time until it settles. */
  const drive = <T>(page: Page, script: string): Promise<T> =>
    clock.drive(time.during(() => page.evaluate(script)) as Promise<T>);

  it("stands still, and jumps to the timers of pages, never over them", async () => {
    const page = await open();
    const fired = await drive<number[]>(
      page,
      `new Promise((done) => {
        const at = [Date.now()];
        setTimeout(() => at.push(Date.now()), 3600_000);
        const id = setInterval(() => at.push(Date.now()), 1500_000);
        setTimeout(() => { clearInterval(id); at.push(Date.now(), new Date().getTime()); done(at) }, 4000_000);
      })`,
    );
    expect(fired.map((at) => (at - START) / 1_000)).toEqual([0, 1_500, 3_000, 3_600, 4_000, 4_000]);
    expect(clock.now() - START).toBe(seconds(4_000));
  });

  it("is asked for its state twice before the clock jumps and twice after", async () => {
    const page = await open();
    await page.evaluate(`
      globalThis.asked = 0;
      const { state } = __brownout;
      __brownout.state = (...how) => { asked += 1; return state(...how); };
    `);
    const jumps = 20;
    for (let count = 0; count < jumps; count += 1) await clock.drive(clock.sleep(hours(1)));
    const asked = await page.evaluate(() => (globalThis as unknown as { asked: number }).asked);
    expect(asked).toBeLessThanOrEqual(4 * jumps);
  });

  /** Counts the calls of the agent in a page while time goes on by so much. */
  const countCalls = async (page: Page, byMs: number): Promise<Record<string, number>> => {
    await page.evaluate(`
      globalThis.calls = { state: 0, setTime: 0, leap: 0 };
      for (const name of Object.keys(calls)) {
        const original = __brownout[name];
        __brownout[name] = (...values) => { calls[name] += 1; return original(...values); };
      }
    `);
    await clock.drive(clock.sleep(byMs), Infinity, () => true);
    return page.evaluate("calls");
  };

  it("leaps with one call where there is one document", async () => {
    const page = await open();
    await page.evaluate("setInterval(() => document.body.append('more '), 600_000)");
    const { leap = 0, setTime } = await countCalls(page, hours(5));
    expect(leap).toBeGreaterThan(4);
    expect(setTime).toBe(0);
  });

  it("waits in the page for work of the page", async () => {
    const page = await open();
    // A page whose request has failed counts as busy for another 50 ms of the machine's time.
    await page.evaluate(
      "setInterval(() => fetch('http://localhost:1/').catch(() => undefined), 600_000)",
    );
    const { state = 0, leap = 0 } = await countCalls(page, hours(5));
    expect(leap).toBeGreaterThan(20);
    expect(state / leap).toBeLessThan(3.5);
  });

  it("is asked by the browser's protocol, not by Playwright's evaluate at twice the cost", async () => {
    const page = await open();
    await page.evaluate("setInterval(() => document.body.append('more '), 600_000)");
    const evaluate = vi.spyOn(page.mainFrame(), "evaluate");
    await clock.drive(clock.sleep(hours(5)));
    expect(evaluate).not.toHaveBeenCalled();
    expect(await page.textContent("body")).toMatch(/(?:more ){29,}/);
  });

  it("is the same in popups and iframes, also in those that open later", async () => {
    const page = await open();
    await clock.drive(clock.sleep(days(3)));
    await clock.drive(
      time.during(() =>
        page.evaluate(async (address) => {
          const frame = document.createElement("iframe");
          frame.src = `${address}/frame`;
          document.body.append(frame);
          await new Promise((resolve) => {
            frame.addEventListener("load", resolve);
          });
        }, origin),
      ),
    );
    const [popup] = await Promise.all([
      context.waitForEvent("page"),
      page.evaluate((address) => void window.open(`${address}/popup`), origin),
    ]);
    await popup.waitForLoadState();
    const empty = page.evaluate(() => {
      const frame = document.createElement("iframe");
      document.body.append(frame);
      return (frame.contentWindow as unknown as { Date: DateConstructor }).Date.now();
    });
    const born = page.frames().map((frame) => frame.evaluate(() => Date.now()));
    const all = await Promise.all([...born, popup.evaluate(() => Date.now()), empty]);
    expect(all.map((at) => at - START)).toEqual(all.map(() => days(3)));
    expect(await popup.evaluate("bornAt")).toBe(START + days(3));
  });

  it.each([
    ["looks again and again", "setInterval(() => 0, 100)", true],
    ["starts itself again", "(function look() { setTimeout(look, 100) })()", true],
    ["ends", "setTimeout(() => 0, 100)", false],
    ["has seen enough", "const id = setInterval(() => clearInterval(id), 100)", false],
    ["begins something else", "setInterval(() => setTimeout(() => 0, 5000), 100)", false],
    ["becomes another", "setTimeout(() => setTimeout(() => 1, 100), 100)", false],
    [
      "begins it in a promise",
      "setInterval(async () => { await 0; setTimeout(() => 0, 9) }, 100)",
      false,
    ],
    ["shows something", "setInterval(() => document.body.append('.'), 100)", false],
    ["asks for something", "setInterval(() => void fetch('/one'), 100)", false],
    [
      "computes",
      "setInterval(() => void crypto.subtle.digest('SHA-256', new Uint8Array(9)), 100)",
      false,
    ],
    ["sends a message", "setInterval(() => new BroadcastChannel('x').postMessage(1), 100)", false],
    ["opens a window", "setInterval(() => void window.open('/popup'), 100)", false],
  ])("a timer that %s", async (_, script, onlyPolled) => {
    const page = await open();
    await drive(page, `(() => { ${script} })()`);
    await clock.idle();
    expect([await time.isQuiescent("thorough"), time.onlyPolled()]).toEqual([true, false]);
    await time.advance(START + 100);
    expect(time.onlyPolled()).toBe(onlyPolled);
    // Another look at all documents starts the count again.
    await time.isQuiescent("quick");
    expect(time.onlyPolled()).toBe(false);
  });

  it("moves the time-outs of signals and performance.now, and a delay of zero means the next turn", async () => {
    const page = await open();
    const fired = await drive<unknown[]>(
      page,
      `(async () => {
        const before = performance.now();
        const signal = AbortSignal.timeout(30_000);
        await new Promise((resolve) => setTimeout(resolve, 0));
        await new Promise((resolve) => setTimeout(resolve, 0.9));
        const atOnce = performance.now() - before;
        await new Promise((resolve) => setTimeout(resolve, 10.9));
        const fraction = performance.now() - before;
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return [atOnce, fraction, performance.now() - before, signal.reason.name];
      })()`,
    );
    expect(fired).toEqual([0, 10, 30_000, "TimeoutError"]);
  });

  it("waits for requests, cryptography and navigations, however long they take by the machine", async () => {
    const page = await open();
    const fetched = drive<number[]>(
      page,
      `(async () => {
        let ticks = 0;
        setInterval(() => { ticks += 1 }, 1000);
        const key = await crypto.subtle.generateKey({ name: "RSA-PSS", modulusLength: 4096, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" }, true, ["sign"]);
        const made = ticks;
        await (await fetch("/slow")).text();
        return [made, ticks, Date.now() - ${START}];
      })()`,
    );
    expect(await fetched).toEqual([0, 0, 0]);
  });

  it("lets time pass for a request that the simulator delays", async () => {
    const page = await open();
    clock.setTimer(() => held.splice(0).forEach((answer) => answer()), hours(1));
    const text = drive<string>(page, `fetch("/held").then((answer) => answer.text())`);
    expect(await text).toBe("late");
    expect(clock.now() - START).toBe(hours(1));
  });

  it("draws the same by one seed, and differently in two documents", async () => {
    const draw = `JSON.stringify([Math.random(), crypto.randomUUID(), [...crypto.getRandomValues(new Uint8Array(4))]])`;
    const drawn: string[] = [];
    for (const seed of [7, 7, 8]) {
      const page = await open(seed);
      drawn.push(await page.evaluate(draw));
      await page.goto(`${origin}/other`);
      drawn.push(await page.evaluate(draw));
      leave();
      await context.close();
    }
    await open();
    expect(drawn[0]).toBe(drawn[2]);
    expect(drawn[1]).toBe(drawn[3]);
    expect(new Set([drawn[0], drawn[1], drawn[4]]).size).toBe(3);
  });

  it("flows by itself between drives, and goes on from where a drive has come to", async () => {
    const page = await open();
    const stop = clock.flow();
    const skew = async (): Promise<number> => {
      const [inPage, here] = [await page.evaluate(() => Date.now()), clock.now()];
      return here - inPage;
    };
    await page.evaluate(() => {
      Object.assign(globalThis, { fired: [] as number[] });
      for (const wait of [50, 3_600_000])
        setTimeout(() => (globalThis as unknown as { fired: number[] }).fired.push(wait), wait);
    });
    await page.waitForFunction("fired.length === 1");
    await clock.drive(clock.sleep(hours(2)));
    expect(await page.evaluate("fired")).toEqual([50, 3_600_000]);
    expect(clock.now() - START).toBeGreaterThanOrEqual(hours(2));
    expect(clock.now() - START).toBeLessThan(hours(2) + seconds(60));
    // A document of a server that knows nothing of us has the same time.
    await page.reload();
    expect(Number(await page.evaluate("bornAt")) - START).toBeGreaterThanOrEqual(hours(2));
    expect(Math.abs(await skew())).toBeLessThan(seconds(30));
    stop();
  });

  it("never lets performance.now go backward, in frames as well", async () => {
    const page = await open();
    const stop = clock.flow();
    const measure = (): Promise<number[]> =>
      page.evaluate(
        () =>
          new Promise<number[]>((resolve) => {
            const before = performance.now();
            requestAnimationFrame((at) =>
              resolve([before, at, performance.now(), performance.timeOrigin + at - Date.now()]),
            );
          }),
      );
    const measured = [await measure()];
    await clock.drive(clock.sleep(hours(2)));
    measured.push(await measure());
    stop();
    const [first = 0, ...later] = measured.flatMap((numbers) => numbers.slice(0, 3));
    expect([first, ...later]).toEqual([first, ...later].toSorted((a, b) => a - b));
    expect((later.at(-1) ?? 0) - first).toBeGreaterThanOrEqual(hours(2));
    expect((later.at(-1) ?? 0) - first).toBeLessThan(hours(2) + seconds(60));
    for (const [, , , skew = Infinity] of measured) expect(Math.abs(skew)).toBeLessThan(1_000);
  });

  it("follows a timer of every second for a day, when time flows", async () => {
    const page = await open();
    const stop = clock.flow();
    await page.evaluate(() => {
      Object.assign(globalThis, { ticks: 0 });
      setInterval(() => ((globalThis as unknown as { ticks: number }).ticks += 1), 1_000);
    });
    await clock.drive(clock.sleep(days(1)), Infinity, () => true);
    expect(Number(await page.evaluate("ticks"))).toBeGreaterThanOrEqual(86_400);
    stop();
  });

  it("counts the requests of pages to the simulator", async () => {
    const page = await open();
    const before = time.requests();
    await page.evaluate(() => fetch("/one").then((answer) => answer.text()));
    expect(time.requests() - before).toBe(1);
  });
});

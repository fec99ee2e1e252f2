/** Leaps of documents in a real browser: every timer at its instant, and a stop where somebody could notice. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { BrowserContext, Page } from "@playwright/test";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createVirtualClock, type VirtualClock } from "../../core/time/virtual-clock.ts";
import { wantsNoBrowser } from "../launch/find-browser.ts";
import { processBrowser } from "../launch/launch.ts";
import { serveWebSockets } from "../../../test/support/web-sockets.ts";
import { leapOf, stateOf } from "./agent-calls.ts";
import { keepTime, type PageTime } from "../page-time.ts";

const START = Date.parse("2026-03-02T08:00:00Z");

describe.skipIf(wantsNoBrowser())("a document that leaps", () => {
  let server: Server;
  let origin = "";
  /** When each request arrived, seconds since the start. */
  let arrived: number[] = [];
  let clock: VirtualClock;
  let time: PageTime;
  let context: BrowserContext;
  let leave: () => void;
  let looks = 0;
  /** Requests that the server has and has not answered. */
  let underway = 0;
  /** Messages that came over WebSockets. */
  let messages: string[] = [];
  /** When the server heard that a request was given up, seconds since the start. */
  let givenUp: number[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === "/never-answered") {
        underway += 1;
        // A busy machine: the server hears late that the browser has closed the connection.
        response.on("close", () => {
          setTimeout(() => {
            givenUp.push((clock.now() - START) / 1_000);
            underway -= 1;
          }, 800);
        });
        return;
      }
      const hold = clock.gate.hold();
      void hold.run(async () => {
        if (request.url?.startsWith("/asked") === true) arrived.push((clock.now() - START) / 1_000);
        response.setHeader("Content-Type", "text/html");
        response.setHeader("Server-Timing", time.timing());
        response.end("<!doctype html><title>Page</title><h1>Page</h1><p id='p'>Text</p>");
        response.on("close", () => hold.release());
        await Promise.resolve();
      });
    });
    serveWebSockets(server, (text, answer) => {
      messages.push(text);
      if (text.startsWith("question")) answer("answer");
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
    await context.close();
  });

  const open = async (...scripts: readonly string[]): Promise<Page> => {
    arrived = [];
    givenUp = [];
    messages = [];
    clock = createVirtualClock({ startMs: START, shared: true });
    context = await (await processBrowser.launchBrowser()).newContext();
    time = await keepTime(context, {
      nowMs: START,
      underway: () => underway,
      isServed: () => true,
    });
    leave = clock.join(time);
    let page: Page | undefined;
    for (const script of scripts) {
      page = await context.newPage();
      await page.goto(origin);
      await page.evaluate(script);
    }
    if (page === undefined) throw new Error("a page needs a script");
    looks = 0;
    clock.beforeTimeGoesOn((thoroughness) => {
      if (thoroughness === "thorough") looks += 1;
      return Promise.resolve(true);
    });
    return page;
  };
  const pass = (ms: number): Promise<void> => clock.drive(clock.sleep(ms), Infinity, () => true);

  it("fires an interval of one second at each second, and is looked at a few times an hour", async () => {
    const page = await open(
      "globalThis.at = []; setInterval(() => { at.push(Date.now()); document.title = at.length }, 1000)",
    );
    await pass(7_200_000);
    const at = await page.evaluate(() => (globalThis as unknown as { at: number[] }).at);
    expect(at).toEqual(Array.from({ length: 7_200 }, (_, index) => START + 1_000 * (index + 1)));
    expect(await page.title()).toBe("7200");
    expect(looks).toBeLessThan(40);
    expect(clock.now() - START).toBe(7_200_000);
  });

  it("sends each request at its instant while other timers tick", async () => {
    await open(
      "setInterval(() => { document.title = Date.now() }, 1000); setInterval(() => fetch('/asked'), 300_500)",
    );
    await pass(1_500_000);
    expect(arrived).toEqual([300.5, 601, 901.5, 1_202]);
  });

  it("takes a leap once, also when it is asked again where that leap ended", async () => {
    const page = await open("globalThis.ticks = 0; setInterval(() => { ticks += 1 }, 1000)");
    const frame = page.mainFrame();
    const activity = (await stateOf(frame, { turns: 1, times: 1, screen: false }))?.activity ?? -1;
    const leap = { name: -1, untilMs: START + 10_000, company: "alone", activity } as const;
    const first = await leapOf(frame, leap);
    expect(first).toMatchObject({ reachedMs: START + 10_000, stopped: false });
    expect(await leapOf(frame, { ...leap, untilMs: START + 99_000 })).toEqual(first);
    expect(await page.evaluate(() => (globalThis as unknown as { ticks: number }).ticks)).toBe(10);
  });

  it("takes no leap when something has happened since the last look", async () => {
    const page = await open("globalThis.ticks = 0; setTimeout(() => { ticks += 1 }, 1000)");
    const frame = page.mainFrame();
    const activity = (await stateOf(frame, { turns: 1, times: 1, screen: false }))?.activity ?? -1;
    await page.evaluate(() => void fetch("/asked"));
    const leap = { name: -1, untilMs: START + 10_000, company: "alone", activity } as const;
    expect(await leapOf(frame, leap)).toMatchObject({ reachedMs: START, stopped: true });
    expect(await page.evaluate(() => (globalThis as unknown as { ticks: number }).ticks)).toBe(0);
  });

  it("gives a request the time at which it was sent, although an interval fires a thousand times meanwhile", async () => {
    const page = await open(
      `setInterval(() => { document.title = Date.now() }, 1000);
       globalThis.outcomes = [];
       setInterval(async () => {
         const controller = new AbortController();
         setTimeout(() => controller.abort(), 10_000);
         outcomes.push(await fetch('/asked', { signal: controller.signal }).then((r) => r.status, String));
       }, 300_000)`,
    );
    await pass(1_900_000);
    const outcomes = await page.evaluate(
      () => (globalThis as unknown as { outcomes: unknown[] }).outcomes,
    );
    expect(outcomes).toEqual([200, 200, 200, 200, 200, 200]);
  });

  it.each<[string, string, number]>([
    ["a blank page", "document.body.innerHTML = ''", 1],
    ["another heading", "document.querySelector('h1').textContent = 'Sorry'", 1],
    ["work in another thread", "crypto.subtle.digest('SHA-256', new Uint8Array(1))", 1],
    ["a message to others", "new BroadcastChannel('x').postMessage(1)", 1],
    ["a store that takes its time", "navigator.locks.request('x', () => undefined)", 1],
    ["a beacon", "navigator.sendBeacon('/asked')", 1],
    ["words below the heading", "document.querySelector('#p').textContent = 'Other'", 0],
    ["what only it can read", "localStorage.setItem('x', Date.now())", 0],
  ])("stops for %s if it is to be noticed", async (_, act, stops) => {
    await open(`setTimeout(() => { ${act} }, 60_500); setInterval(() => undefined, 1000)`);
    const seen: number[] = [];
    clock.beforeTimeGoesOn(() => {
      seen.push((clock.now() - START) / 1_000);
      return Promise.resolve(true);
    });
    await pass(120_000);
    expect(seen.filter((at) => at === 60.5).length > 0 ? 1 : 0).toBe(stops);
  });

  /** A page that says `text` every 30 s. */
  const openTalking = (text: string): Promise<Page> =>
    open(
      `new Promise((resolve) => {
        const socket = new WebSocket(location.origin.replace("http", "ws"));
        let count = 0;
        socket.onopen = () => { setInterval(() => { count += 1; socket.send(${text}) }, 30_000); resolve() };
      })`,
    );

  it("passes over the heartbeat of a WebSocket that its server never answers, as development servers have", async () => {
    await openTalking("'ping'");
    await pass(7_200_000);
    await expect.poll(() => messages).toEqual(Array.from({ length: 240 }, () => "ping"));
    expect(looks).toBeLessThan(40);
  });

  it.each([
    ["differs from the one before", "`message ${count}`"],
    ["was answered when it was last sent", "'question'"],
  ])("stops for a message over a WebSocket that %s", async (_, text) => {
    await openTalking(text);
    await pass(1_200_000);
    await expect.poll(() => messages.length).toBe(40);
    expect(looks).toBeGreaterThanOrEqual(30);
  });

  it("stops for a write to storage when another tab could read it, and both keep one time", async () => {
    const other = await open(
      "setTimeout(() => localStorage.setItem('x', Date.now()), 60_500); setInterval(() => undefined, 700)",
      "globalThis.heard = []; addEventListener('storage', ({ newValue }) => heard.push(Date.now() - newValue)); setInterval(() => undefined, 1000)",
    );
    await pass(120_000);
    const heard = await other.evaluate(() => (globalThis as unknown as { heard: number[] }).heard);
    // By its own time, which is as late as its last timer.
    expect(heard).toEqual([-500]);
    expect(await other.evaluate(() => Date.now())).toBe(START + 120_000);
  });

  it("stands while the server has not heard that a page has given its request up", async () => {
    await open(
      `setInterval(() => { document.title = Date.now() }, 1000);
       setTimeout(() => fetch('/never-answered', { signal: AbortSignal.timeout(10_000) }).catch(() => {}), 20_000)`,
    );
    await pass(300_000);
    expect(givenUp).toEqual([30]);
  });

  it("gives a popup the time at which it was opened", async () => {
    const page = await open(
      "setInterval(() => undefined, 1000); setTimeout(() => open('/asked-popup'), 90_000)",
    );
    const opened = context.waitForEvent("page");
    await pass(100_000);
    const popup = await opened;
    await popup.waitForLoadState();
    expect(arrived).toEqual([90]);
    expect(await popup.evaluate(() => Date.now())).toBe(await page.evaluate(() => Date.now()));
  });

  it("goes on after a page has navigated to another", async () => {
    const page = await open(
      "setInterval(() => undefined, 1000); setTimeout(() => { location.href = '/asked-next' }, 90_000)",
    );
    await pass(3_600_000);
    expect(arrived).toEqual([90]);
    expect(page.url()).toMatch(/asked-next$/);
    expect(await page.evaluate(() => Date.now())).toBe(START + 3_600_000);
  });

  it("takes no leap while a call into it is under way", async () => {
    const page = await open("setInterval(() => undefined, 1000)");
    const work = time.during(() =>
      page.evaluate(() => new Promise((resolve) => void setTimeout(resolve, 5_500))),
    );
    await clock.drive(work, Infinity, () => true);
    expect(clock.now() - START).toBe(5_500);
  });
});

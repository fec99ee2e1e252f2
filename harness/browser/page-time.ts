/**
 * Keeps every document of a browser context on the virtual clock: main pages, popups and
 * iframes alike. The clock asks whether they rest, and brings them forward; a document born
 * later is told the time by a header of its own, before its scripts run.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { BrowserContext, Frame, Page, Request } from "@playwright/test";
import type { Participant } from "../clock/participants.ts";
import { frameOf, watchLeaving } from "./leaving.ts";
import {
  agentScript,
  type PageAgent,
  type PageState,
  type PageTime as PageClock,
  timingOf,
} from "./page-agent.ts";

export interface PageTimeOptions {
  readonly nowMs: number;
  readonly seed?: number;
  /** Requests and connections of this context that the simulator has and has not answered. */
  readonly underway: () => number;
  /** Whether the simulator answers at an address: only such requests are counted. */
  readonly isServed: (url: URL) => boolean;
  /** Until when the browser may keep what it was last served, by its headers and the virtual clock; it keeps the machine's time. */
  readonly keptUntilMs?: () => number | undefined;
}

export interface PageTime extends Participant {
  /** A `Server-Timing` value that tells a document the time; without one it asks its opener or parent. */
  timing(): string;
  /** Runs `work`, a call into a page or about one, so that its beginning and end count as something happening. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Whether the browser has told of a request to this address. */
  knows(url: string): boolean;
  /** Whether the next document of a page is on its way: nobody can ask it anything. */
  isLeaving(page: Page): boolean;
  /** The windows that the document of a page had opened at the last look: whether each was still open. */
  windowsOf(page: Page): readonly boolean[];
  /** Requests that pages made to the simulator, by the browser's own count: one for each, however often it went over a socket. */
  requests(): number;
  /** The same for one address, without its fragment; resolves when the browser has told of all that it has sent. */
  requestsTo(method: string, url: string): Promise<number>;
}

/** Turns of a document's event loop, and looks at all documents, that must pass without activity. */
const TURNS = 2;
const LOOKS = 2;
/** While a call is under way in a page, something may be on its way that nobody sees. */
const LOOKS_IN_A_CALL = 6;
/** What has not reached the simulator by then goes elsewhere, such as to the application's own server; ms, the machine's. */
const ON_THEIR_WAY_MS = 3_000;
/** From the last event that the browser reported; ms, the machine's. */
const SETTLING_MS = { "a moment": 4, surely: 30 } as const;
/** A look at all documents is worth its time now and then, whatever they say. */
const POLLS_MAX = 100;
/** A second or so. */
const SETTING_OUT_LOOKS_MAX = 200;

/** Puts a context on the clock, before it has a page. */
export async function keepTime(
  context: BrowserContext,
  options: PageTimeOptions,
): Promise<PageTime> {
  let time: PageClock = { stillAtMs: options.nowMs };
  let activity = 0;
  let lastAtMs = 0;
  /** What `activity` was when all rested surely, and so often nothing but polling has followed. */
  let rested: { readonly at: number; polls: number } | undefined;
  const happened = (): void => {
    activity += 1;
    lastAtMs = performance.now();
  };
  let due: number | undefined;
  const requests = new Map<string, number>();
  /** With the machine's time at which each began: some never end, and are not ours. */
  const underway = new Map<Request, number>();
  const seen = new Set<string>();
  const windows = new WeakMap<Page, readonly boolean[]>();
  let calls = 0;
  context.on("request", (request) => {
    happened();
    if (options.isServed(new URL(request.url()))) {
      const asked = keyOf(request.method(), request.url());
      requests.set(asked, (requests.get(asked) ?? 0) + 1);
    }
    underway.set(request, performance.now());
    seen.add(withoutFragment(request.url()));
  });
  const end = (request: Request): void => {
    happened();
    underway.delete(request);
  };
  context.on("requestfinished", end);
  context.on("requestfailed", end);
  const forget = (gone: (request: Request) => boolean): void => {
    for (const request of underway.keys()) if (gone(request)) underway.delete(request);
  };
  const watch = (page: Page): void => {
    happened();
    page.on("framenavigated", () => happened());
    page.on("framedetached", (frame) => {
      happened();
      forget((request) => frameOf(request) === frame);
    });
    page.on("close", () => {
      happened();
      forget((request) => frameOf(request)?.page() === page);
    });
  };
  context.on("page", watch);

  const { seed } = options;
  const teach = (): Promise<unknown> =>
    context.addInitScript({
      content: agentScript({ time, ...(seed === undefined ? {} : { seed }) }),
    });
  await teach();

  const leaving = watchLeaving(context);
  /** Those that can be asked. */
  const frames = (): readonly Frame[] =>
    context.pages().flatMap((page) => page.frames().filter((frame) => !leaving.has(frame)));
  const ask = async (frame: Frame, work: () => Promise<PageState | undefined>): Promise<Seen> => {
    const state = await leaving.unlessLeaving(frame, async () => ({ is: await work() }));
    // One without an agent, such as the browser's own error page, has no timers.
    return state === undefined ? "gone" : (state.is ?? NOTHING);
  };

  const onTheirWay = (): number => {
    const since = performance.now() - ON_THEIR_WAY_MS;
    return [...underway.values()].filter((beganAt) => beganAt > since).length;
  };

  /** What has grown old in the browser's cache would be fresh by the machine's time. */
  const emptyCache = async (): Promise<void> => {
    const [page] = context.pages();
    if (page === undefined) return;
    const session = await context.newCDPSession(page);
    await session.send("Network.clearBrowserCache");
    await session.detach();
  };

  const setTime = async (to: PageClock): Promise<void> => {
    const nowMs = "stillAtMs" in to ? to.stillAtMs : Date.now() + to.flowingByMs;
    if ((options.keptUntilMs?.() ?? Infinity) <= nowMs) await emptyCache().catch(() => undefined);
    time = to;
    const states: Seen[] = [];
    // One after the other: their timers of one instant would race.
    for (const frame of frames()) states.push(await ask(frame, () => setTimeOf(frame, to)));
    due = earliestOf(states);
    const isPoll = states.every((state) => state !== "gone" && state.onlyPolled === true);
    if (rested !== undefined && isPoll) rested.polls += 1;
    else rested = undefined;
  };

  const look = async (): Promise<{ readonly sign: string; readonly busy: boolean }> => {
    const all = frames();
    const states = await Promise.all(all.map((frame) => ask(frame, () => stateOf(frame, TURNS))));
    due = earliestOf(states);
    states.forEach((state, index) => {
      const page = all[index]?.page();
      if (page !== undefined && all[index] === page.mainFrame() && state !== "gone")
        windows.set(page, state.windows);
    });
    const isLost = states.some((state) => state === "gone");
    const busy = states.some(
      (state) => state !== "gone" && (state.busy > 0 || isSettingOut(state)),
    );
    const counts = states.map((state) => (state === "gone" ? "gone" : state.activity));
    return {
      sign: `${activity} ${counts.join(" ")}`,
      busy: busy || isLost || onTheirWay() > options.underway(),
    };
  };

  /** An address that a document has set out for and that the browser has not reported; some it never does. */
  const patience = new Map<string, number>();
  const isSettingOut = ({ going }: PageState): boolean =>
    going.some((address) => {
      if (seen.has(address)) return false;
      const looks = (patience.get(address) ?? 0) + 1;
      patience.set(address, looks);
      return looks < SETTING_OUT_LOOKS_MAX;
    });

  return {
    async rest(howLong) {
      // The browser's own processes tell each other things that nobody else sees.
      const waitMs = lastAtMs + SETTLING_MS[howLong] - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      rested = undefined;
      const before = await look();
      const looks = howLong === "surely" && calls > 0 ? LOOKS_IN_A_CALL : LOOKS;
      for (let count = 1; count < looks; count += 1) {
        if (before.busy) return false;
        const after = await look();
        if (after.busy || after.sign !== before.sign) return false;
      }
      if (howLong === "surely" && !before.busy) rested = { at: activity, polls: 0 };
      return !before.busy;
    },
    onlyPolled: () =>
      rested !== undefined &&
      rested.at === activity &&
      rested.polls > 0 &&
      rested.polls < POLLS_MAX &&
      onTheirWay() <= options.underway(),
    nextDueMs: () => due,
    advance: (toMs) => setTime({ stillAtMs: toMs }),
    async flow(flowingByMs) {
      await setTime({ flowingByMs });
      // Documents that the simulator does not serve learn it by their script; the browser does
      // not take one while a page waits for an answer, so it is not waited for long.
      await Promise.race([teach(), new Promise((resolve) => void setTimeout(resolve, 1_000))]);
    },
    timing: () => timingOf(time),
    async during(work) {
      happened();
      calls += 1;
      try {
        return await work();
      } finally {
        happened();
        calls -= 1;
      }
    },
    knows: (url) => seen.has(withoutFragment(url)),
    isLeaving: (page) => leaving.has(page.mainFrame()),
    windowsOf: (page) => windows.get(page) ?? [],
    requests: () => [...requests.values()].reduce((sum, count) => sum + count, 0),
    async requestsTo(method, url) {
      // An answer of the browser or of a document comes after what it has told before.
      const documents = frames().map((frame) => ask(frame, () => frame.evaluate(() => undefined)));
      await Promise.all([...documents, context.cookies(url).catch(() => [])]);
      return requests.get(keyOf(method, url)) ?? 0;
    },
  };
}

function withoutFragment(address: string): string {
  return address.split("#")[0] ?? "";
}

function keyOf(method: string, url: string): string {
  return `${method} ${withoutFragment(url)}`;
}

/** A frame that goes away meanwhile is news. */
type Seen = PageState | "gone";

interface AgentScope {
  readonly __brownout?: PageAgent;
}

const NOTHING: PageState = { activity: 0, busy: 0, going: [], windows: [], onlyPolled: true };

function stateOf(frame: Frame, turns: number): Promise<PageState | undefined> {
  return frame.evaluate((count) => (globalThis as AgentScope).__brownout?.state(count), turns);
}

function setTimeOf(frame: Frame, time: PageClock): Promise<PageState | undefined> {
  return frame.evaluate((to) => (globalThis as AgentScope).__brownout?.setTime(to), time);
}

function earliestOf(states: readonly Seen[]): number | undefined {
  const due = states.flatMap((state) => (state === "gone" ? [] : (state.nextDueMs ?? [])));
  return due.length === 0 ? undefined : Math.min(...due);
}

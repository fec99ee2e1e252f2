/**
 * Keeps every document of a browser context on the virtual clock: main pages, popups and
 * iframes alike. The clock asks whether they rest, and brings them forward; a document born
 * later is told the time by a header of its own, before its scripts run.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { BrowserContext, Frame, Page } from "@playwright/test";
import type { Thoroughness, Participant } from "../core/time/participants.ts";
import { frameOf, watchLeaving } from "./leaving.ts";
import {
  agentScript,
  type PageLeap,
  type PageScreen,
  type PageState,
  type PageTime as PageClock,
  timingOf,
} from "./page-agent.ts";
import { leapOf, setTimeOf, stateOf } from "./page-asks.ts";
import { watchRequests } from "./page-requests.ts";

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
  /** What a person saw in a page at the last thorough look; nothing when the page could not say. */
  screenOf(page: Page): PageScreen | undefined;
  /** Requests that pages made to the simulator, by the browser's own count: one for each, however often it went over a socket. */
  requests(): number;
  /** The same for one address, without its fragment; resolves when the browser has told of all that it has sent. */
  requestsTo(method: string, url: string): Promise<number>;
}

/** Turns of a document's event loop before each reading of its state, and readings in one look, that must pass without activity. */
const TURNS = 2;
const READINGS = 2;
/**
 * Looks at all documents after which they are at rest: a message between two of them may arrive
 * after the one was looked at. A look that follows a quick one starts where that one ended.
 */
const LOOKS = { one: 1, several: 2 } as const;
/** While a call is under way in a page, something may be on its way that nobody sees. */
const MORE_LOOKS_IN_A_CALL = 2;
/** So far a document leaps at once, and so often before the harness looks at everything. */
const LEAP_MAX_MS = 3_600_000;
const LEAPS_MAX = 1_000;
/** From the last event that the browser reported; ms, the machine's. */
const SETTLING_MS = { quick: 4, thorough: 30 } as const;
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
  /** What `activity` was when a thorough look found all at rest, and how often nothing but polling has followed. */
  let rested: { readonly at: number; polls: number } | undefined;
  const happened = (): void => {
    activity += 1;
    lastAtMs = performance.now();
  };
  /** When the next timer of each document is due, as of the last look. */
  let dues: ReadonlyMap<Frame, number> = new Map();
  /** What had happened in each document, as of the last look. */
  const seen = new WeakMap<Frame, number>();
  const windows = new WeakMap<Page, readonly boolean[]>();
  let screens: ReadonlyMap<Page, PageScreen> = new Map();
  /** What the last quick look showed, when all was at rest. */
  let quick: Look | undefined;
  let calls = 0;
  let leaps = 0;
  const requests = watchRequests(context, options.isServed, happened);
  const watch = (page: Page): void => {
    happened();
    page.on("framenavigated", () => happened());
    page.on("framedetached", (frame) => {
      happened();
      requests.forget((request) => frameOf(request) === frame);
    });
    page.on("close", () => {
      happened();
      requests.forget((request) => frameOf(request)?.page() === page);
    });
  };
  context.on("page", watch);

  const { seed } = options;
  let taught: { readonly dispose?: () => Promise<void> } | void = undefined;
  const teach = async (): Promise<void> => {
    const before = taught;
    taught = await context.addInitScript({
      content: agentScript({ time, ...(seed === undefined ? {} : { seed }) }),
    });
    // Where Playwright cannot take one back, a later script has the last word.
    await before?.dispose?.();
  };
  let told: ((atMs: number) => void) | undefined;
  await context.exposeBinding("__brownoutAt", (_source, atMs: number) => told?.(atMs));
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
    const next = new Map<Frame, number>();
    let isPoll = true;
    // One after the other: their timers of one instant would race.
    for (const frame of frames()) {
      const state = await ask(frame, () => setTimeOf(frame, to));
      if (state !== "gone" && state.nextDueMs !== undefined) next.set(frame, state.nextDueMs);
      if (state !== "gone") seen.set(frame, state.activity);
      isPoll &&= state !== "gone" && state.onlyPolled === true;
    }
    dues = next;
    if (rested !== undefined && isPoll) rested.polls += 1;
    else rested = undefined;
  };

  /** Lets the document with the next timer leap as far as no other has one; the others follow. */
  const leapOnce = async (untilMs: number, tell: (atMs: number) => void): Promise<Leap> => {
    const [first, second] = [...dues].toSorted(([, a], [, b]) => a - b);
    if (first === undefined) {
      if (untilMs < Infinity) await setTime({ stillAtMs: untilMs });
      return { reachedMs: untilMs, stopped: true };
    }
    const [frame, dueMs] = first;
    let heardMs = dueMs;
    told = (atMs) => {
      heardMs = Math.max(heardMs, atMs);
      tell(atMs);
    };
    const endMs = Math.min(untilMs, second?.[1] ?? Infinity, dueMs + LEAP_MAX_MS);
    if ((options.keptUntilMs?.() ?? Infinity) <= endMs) await emptyCache().catch(() => undefined);
    const company = frames().length > 1 ? "others" : "alone";
    // A call that waits there would be seen to end too late.
    const way = calls > 0 ? { reachedMs: dueMs, stopped: true } : undefined;
    const leapt =
      way ??
      (await leaving.unlessLeaving(frame, () =>
        leapOf(frame, {
          name: (leaps += 1),
          untilMs: endMs,
          company,
          activity: seen.get(frame) ?? 0,
        }),
      ));
    told = undefined;
    // A document that went away, or its page, did so when it was last heard of.
    const { reachedMs, stopped } = leapt ?? { reachedMs: heardMs, stopped: true };
    await setTime({ stillAtMs: reachedMs });
    // What it stopped for is to be looked at.
    rested = undefined;
    const isQuiet =
      leapt === undefined || !("activity" in leapt) || leapt.activity === seen.get(frame);
    return { reachedMs, stopped: stopped || !isQuiet };
  };

  const look = async (screen: boolean): Promise<Look> => {
    const all = frames();
    const reading = { turns: TURNS, times: READINGS, screen };
    const states = await Promise.all(all.map((frame) => ask(frame, () => stateOf(frame, reading))));
    const next = new Map<Frame, number>();
    const shown = new Map<Page, PageScreen>();
    states.forEach((state, index) => {
      const frame = all[index];
      if (frame === undefined || state === "gone") return;
      if (state.nextDueMs !== undefined) next.set(frame, state.nextDueMs);
      seen.set(frame, state.activity);
      const page = frame.page();
      if (frame !== page.mainFrame()) return;
      windows.set(page, state.windows);
      if (state.screen !== undefined) shown.set(page, state.screen);
    });
    dues = next;
    screens = shown;
    const isLost = states.some((state) => state === "gone");
    const busy = states.some(
      (state) =>
        state !== "gone" && (state.busy > 0 || state.unsteady === true || isSettingOut(state)),
    );
    const counts = states.map((state) => (state === "gone" ? "gone" : state.activity));
    return {
      sign: `${activity} ${counts.join(" ")}`,
      busy: busy || isLost || requests.onTheirWay() > options.underway(),
      documents: all.length,
      ...(process.env["DBG"]
        ? {
            why: JSON.stringify(
              states.map((x) =>
                x === "gone" ? x : [x.busy, x.unsteady, isSettingOut(x), x.screen?.text],
              ),
            ),
            lost: isLost,
          }
        : {}),
    };
  };

  /** An address that a document has set out for and that the browser has not reported; some it never does. */
  const patience = new Map<string, number>();
  const isSettingOut = ({ going }: PageState): boolean =>
    going.some((address) => {
      if (requests.knows(address)) return false;
      const looks = (patience.get(address) ?? 0) + 1;
      patience.set(address, looks);
      return looks < SETTING_OUT_LOOKS_MAX;
    });

  return {
    async isQuiescent(thoroughness) {
      // The browser's own processes tell each other things that nobody else sees.
      const waitMs = lastAtMs + SETTLING_MS[thoroughness] - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      rested = undefined;
      // What is between a page and the simulator will soon be with one of them.
      if (requests.onTheirWay() > options.underway()) {
        await sleep(1);
        return false;
      }
      const isThorough = thoroughness === "thorough";
      let before = isThorough ? quick : undefined;
      quick = undefined;
      let looks = before === undefined ? 0 : looksFor("quick", before, calls);
      for (let wanted = looks + 1; looks < wanted;) {
        const at = activity;
        const now = await look(isThorough);
        const isSame = activity === at && (before === undefined || before.sign === now.sign);
        if (now.busy || (before !== undefined && !isSame)) return false;
        // What happens during the first look, such as the end of a call, is what it has seen.
        looks = isSame ? looks + 1 : 0;
        before = now;
        wanted = looksFor(thoroughness, now, calls);
      }
      if (isThorough) rested = { at: activity, polls: 0 };
      else quick = before;
      return true;
    },
    onlyPolled: () =>
      rested !== undefined &&
      rested.at === activity &&
      rested.polls > 0 &&
      rested.polls < POLLS_MAX &&
      requests.onTheirWay() <= options.underway(),
    nextDueMs: () => (dues.size === 0 ? undefined : Math.min(...dues.values())),
    async leap(untilMs, tell) {
      try {
        for (let count = 1; ; count += 1) {
          const { reachedMs, stopped } = await leapOnce(untilMs, tell);
          if (stopped || reachedMs >= untilMs || count >= LEAPS_MAX) return reachedMs;
        }
      } finally {
        told = undefined;
      }
    },
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
    knows: (url) => requests.knows(url),
    isLeaving: (page) => leaving.has(page.mainFrame()),
    windowsOf: (page) => windows.get(page) ?? [],
    screenOf: (page) => screens.get(page),
    requests: () => requests.all(),
    async requestsTo(method, url) {
      // An answer of the browser or of a document comes after what it has told before.
      const documents = frames().map((frame) => ask(frame, () => frame.evaluate(() => undefined)));
      await Promise.all([...documents, context.cookies(url).catch(() => [])]);
      return requests.to(method, url);
    },
  };
}

/** How many looks must be alike; the quick ones before a thorough one count. */
function looksFor(
  thoroughness: Thoroughness,
  { documents }: Pick<Look, "documents">,
  calls: number,
): number {
  const quick = documents > 1 ? LOOKS.several : LOOKS.one;
  if (thoroughness === "quick") return quick;
  return quick + 1 + (calls > 0 ? MORE_LOOKS_IN_A_CALL : 0);
}

/** What all documents showed at once. */
interface Look {
  /** Equal when nothing has happened in between. */
  readonly sign: string;
  /** Something is at work. */
  readonly busy: boolean;
  readonly documents: number;
}

/** A frame that goes away meanwhile is news. */
type Seen = PageState | "gone";

const NOTHING: PageState = { activity: 0, busy: 0, going: [], windows: [], onlyPolled: true };

type Leap = Pick<PageLeap, "reachedMs" | "stopped">;

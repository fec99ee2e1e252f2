/**
 * What stands in every document before its own scripts: `Date`, timers, `performance.now`,
 * animation frames and `AbortSignal.timeout` by the simulator's clock, and chance by the
 * run's seed.
 *
 * Time in a document is still, and its timers fire only when the harness brings it
 * forward; or it flows, as far ahead of the machine's own as the harness says. Workers keep
 * the machine's time (`docs/sources.md#k5`).
 */
import { installPageChance } from "./page-chance.ts";
import { installPageLeaps } from "./page-leap.ts";
import { installPageMeasure } from "./page-measure.ts";
import { installPageTimers, pageTimerParts } from "./page-timers.ts";
import { installPageWatch, pageWatchParts } from "./page-watch.ts";
import { readScreen, type SeenScreen, SIGN_IN_FORM } from "./screen.ts";

/** How time goes in a document: it stands at an instant, or runs so far ahead of the machine's; ms. */
export type PageTime = { readonly stillAtMs: number } | { readonly flowingByMs: number };

export interface AgentStart {
  readonly time: PageTime;
  /** Where chance begins; absent leaves the browser its own. */
  readonly seed?: number;
}

/** How it stands in a document. */
export interface PageState {
  /** Grows with everything that happens; equal readings mean that nothing did. */
  readonly activity: number;
  /** Work under way that no request shows: cryptography, timers of zero delay. */
  readonly busy: number;
  /** Addresses that the document has set out for since it was born. */
  readonly going: readonly string[];
  /** The windows that the document has opened, in order: whether each is still open. */
  readonly windows: readonly boolean[];
  /** After `setTime`: nothing happened but timers that looked, found nothing, and will look again. */
  readonly onlyPolled?: true;
  /** After `state`: something happened between its readings. */
  readonly unsteady?: true;
  /** After `state`, of a main document that was asked for it: what a person sees there. */
  readonly screen?: PageScreen;
  /** When the next timer is due; ms since the Unix epoch, virtual. */
  readonly nextDueMs?: number;
}

/** What a person sees in a document, and whether it asks for a name and a password. */
export interface PageScreen extends SeenScreen {
  readonly asksForSignIn?: true;
}

/** How `state` reads. */
export interface PageReading {
  /** Turns of the event loop before each reading, so that what is on its way has come. */
  readonly turns: number;
  /** How often it reads; the last reading is the answer. */
  readonly times: number;
  /** Whether to read the screen, too. */
  readonly screen: boolean;
}

/** What the harness calls, as `globalThis.__brownout`. */
export interface PageAgent {
  /** Several readings in one call: each call is a round trip through three processes. */
  state(reading: PageReading): Promise<PageState>;
  time(): PageTime;
  /** Fires what is due by then, in order. Time never turns back. */
  setTime(time: PageTime): Promise<PageState>;
  /** As `setTime`, but stops at the instant at which somebody outside could notice what a timer does; there `__brownoutAt` is told the time at once. Asked again by the same name, it says where that leap came to. */
  leap(leap: LeapWish): Promise<PageLeap>;
}

export interface LeapWish {
  readonly name: number;
  /** Ms since the Unix epoch, virtual. */
  readonly untilMs: number;
  readonly company: Company;
  /** As of the last look; where something has happened since, there is no leap. */
  readonly activity: number;
}

/** Whether other documents live by the same clock, which would see what this one stores. */
export type Company = "alone" | "others";

/** Where a leap came to, ms since the Unix epoch, virtual, and whether something is to be seen there. */
export interface PageLeap extends PageState {
  readonly reachedMs: number;
  readonly stopped: boolean;
}

/** What tells a document the time when it is served: a `Server-Timing` header, which scripts can read at once. */
export function timingOf(time: PageTime): string {
  const told = "stillAtMs" in time ? `still ${time.stillAtMs}` : `flowing ${time.flowingByMs}`;
  return `brownout;desc="${told}"`;
}

/**
 * The script of the agent: its functions as text, since a page has no modules of ours. All of
 * them stand beside each other in one scope, so functions of one file may call each other by name;
 * those of other files are handed to `installAgent`.
 */
export function agentScript(start: AgentStart): string {
  const parts = [
    installPageTimers,
    installPageChance,
    installPageWatch,
    installPageMeasure,
    installPageLeaps,
    readScreen,
  ];
  const called = [...pageTimerParts, ...pageWatchParts].map(String).join("\n");
  const values = [JSON.stringify(start), ...parts.map(String), JSON.stringify(SIGN_IN_FORM)].join(
    ", ",
  );
  return `(() => {\n${called}\n(${String(installAgent)})(${values});\n})();`;
}

/** Runs in the page, so it may use nothing but its parameters. */
function installAgent(
  start: AgentStart,
  timersOf: typeof installPageTimers,
  chance: typeof installPageChance,
  watchOf: typeof installPageWatch,
  measure: typeof installPageMeasure,
  leapsOf: typeof installPageLeaps,
  screenOf: typeof readScreen,
  signInForm: string,
): void {
  const scope = globalThis as typeof globalThis & { readonly __brownout?: PageAgent };
  if (scope.__brownout !== undefined) {
    // A later script of ours knows a later time.
    if (!("stillAtMs" in start.time)) void scope.__brownout.setTime(start.time);
    return;
  }
  const told = (): PageTime | undefined => {
    const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    const timing = entry?.serverTiming.find(({ name }) => name === "brownout")?.description ?? "";
    const [, how, value] = /^(still|flowing) (-?[\d.]+)$/.exec(timing) ?? [];
    if (how !== undefined)
      return how === "still" ? { stillAtMs: Number(value) } : { flowingByMs: Number(value) };
    // A frame or window that nobody served has the time of who made it.
    for (const maker of [window.opener as unknown, window.parent]) {
      try {
        const agent = (maker as typeof scope | null)?.__brownout;
        if (agent !== undefined) return agent.time();
      } catch {
        // Of another origin: it says nothing.
      }
    }
    return undefined;
  };
  let activity = 0;
  const bump = (): void => {
    activity += 1;
  };
  const RealDate = Date;
  const realSetTimeout = setTimeout.bind(globalThis);
  const timers = timersOf(told() ?? start.time, bump);
  const notice = (): void => {
    bump();
    leaps.noticed();
  };
  const watch = watchOf(notice, realSetTimeout);
  let changes = 0;
  new MutationObserver(() => {
    changes += 1;
  }).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    characterData: true,
  });
  const leaps = leapsOf(
    timers,
    { isBusy: () => watch.busy() > 0, changes: () => changes },
    screenOf,
  );
  const nowMs = (): number => Math.floor(timers.now());
  if (start.seed !== undefined) chance(start.seed, nowMs());
  measure(timers);

  const VirtualDate = function (this: unknown, ...parts: unknown[]): unknown {
    if (new.target === undefined) return new RealDate(nowMs()).toString();
    return Reflect.construct(RealDate, parts.length === 0 ? [nowMs()] : parts, new.target);
  };
  VirtualDate.prototype = RealDate.prototype;
  Object.setPrototypeOf(VirtualDate, RealDate);
  Object.assign(VirtualDate, { now: nowMs });
  Object.assign(scope, { Date: VirtualDate });
  Object.defineProperty(RealDate.prototype, "constructor", { value: VirtualDate });

  const read = (): PageState => {
    const dueMs = timers.nextDueMs();
    return {
      activity,
      busy: watch.busy() + timers.zeros(),
      going: watch.going(),
      windows: watch.windows(),
      ...(dueMs === undefined ? {} : { nextDueMs: dueMs }),
    };
  };
  let last: { readonly name: number; readonly leap: Promise<PageLeap> } | undefined;
  const screenNow = (): { readonly screen?: PageScreen } => {
    if (window.parent !== window) return {};
    const forms = document.querySelectorAll(signInForm);
    return { screen: { ...screenOf(), ...(forms.length === 1 ? { asksForSignIn: true } : {}) } };
  };
  const agent: PageAgent = {
    async state(reading) {
      let before: number | undefined;
      for (let count = 1; ; count += 1) {
        for (let turn = 0; turn < reading.turns; turn += 1) await timers.turn();
        const state = read();
        const isSteady = before === undefined || before === state.activity;
        if (isSteady && state.busy === 0 && count < reading.times) {
          before = state.activity;
          continue;
        }
        return {
          ...state,
          ...(isSteady ? {} : { unsteady: true }),
          ...(reading.screen ? screenNow() : {}),
        };
      }
    },
    time: () => timers.time(),
    async setTime(to) {
      const before = activity;
      const goingBefore = watch.going().length;
      const changesBefore = changes;
      const { onlyAgain, bumps } = await timers.setTime(to);
      const state = read();
      const isAtRest =
        state.busy === 0 && state.going.length === goingBefore && activity === before + bumps;
      return onlyAgain && isAtRest && changes === changesBefore
        ? { ...state, onlyPolled: true }
        : state;
    },
    leap({ name, untilMs, company, activity: seen }) {
      if (last?.name === name) return last.leap;
      const leapt =
        seen === activity
          ? leaps.leap(untilMs, company)
          : Promise.resolve({ reachedMs: timers.now(), stopped: true });
      const leap = leapt.then((reached) => ({ ...read(), ...reached }));
      last = { name, leap };
      return leap;
    },
  };
  Object.defineProperty(scope, "__brownout", { value: agent });
}

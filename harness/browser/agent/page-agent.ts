/**
 * What is put into every document before its own scripts: `Date`, timers, `performance.now`,
 * animation frames and `AbortSignal.timeout` by the simulator's clock, and chance by the
 * run's seed.
 *
 * Time in a document stands still, and its timers fire only when the harness moves it
 * forward; or it flows, as far ahead of the machine's own as the harness says. Workers keep
 * the machine's time (`docs/sources.md#k5`).
 */
import type { DeviceState } from "../../core/device.ts";
import { installPageChance } from "./page-chance.ts";
import { installPageDevice, type PageDevice, pageDeviceParts } from "./page-device.ts";
import { installPageHeartbeats } from "./page-heartbeat.ts";
import { installPageLeaps, type PageLeaps } from "./page-leap.ts";
import { installPageMeasure } from "./page-measure.ts";
import type {
  AgentStart,
  DocumentTime,
  PageAgent,
  PageLeap,
  PageReading,
  PageScreen,
  PageState,
} from "./agent-protocol.ts";
import { installPageTimers, pageTimerParts, type PageTimers } from "./page-timers.ts";
import { installPageWatch, pageWatchParts, type PageWatch } from "./page-watch.ts";
import {
  CONSENT_FORM,
  readScreen,
  SECOND_FACTOR_FORM,
  SIGN_IN_FORM,
  STAY_SIGNED_IN_FORM,
} from "./screen.ts";

/** The time and the device that a document is served with: a `Server-Timing` header, which scripts can read at once. */
export function timingOf(time: DocumentTime, device: DeviceState): string {
  const text = "stillAtMs" in time ? `still ${time.stillAtMs}` : `flowing ${time.flowingByMs}`;
  const { clockShiftMs, isOffline, storeReads, storeWrites } = device;
  const network = isOffline ? "offline" : "online";
  return `brownout;desc="${text}", brownout-device;desc="${clockShiftMs} ${network} ${storeReads} ${storeWrites}"`;
}

/** What `installAgent` is made of; the page has no modules of ours to import it from. */
interface AgentParts {
  readonly installPageTimers: typeof installPageTimers;
  readonly installPageChance: typeof installPageChance;
  readonly installPageWatch: typeof installPageWatch;
  readonly installPageMeasure: typeof installPageMeasure;
  readonly installPageLeaps: typeof installPageLeaps;
  readonly installPageHeartbeats: typeof installPageHeartbeats;
  readonly installPageDevice: typeof installPageDevice;
  readonly readScreen: typeof readScreen;
  readonly signInForm: string;
}

/**
 * The script of the agent: its functions as text. All of them stand beside each other in one
 * scope, so functions of one file may call each other by name; those of other files are handed to
 * `installAgent`.
 */
export function agentScript(start: AgentStart): string {
  const called = [
    ...pageTimerParts,
    ...pageWatchParts,
    ...pageDeviceParts,
    inheritedTime,
    inheritedDevice,
    servedWith,
    makersOf,
    replaceDate,
    countChanges,
    createAgent,
    readSteadily,
  ];
  const parts = Object.entries({
    installPageTimers,
    installPageChance,
    installPageWatch,
    installPageMeasure,
    installPageLeaps,
    installPageHeartbeats,
    installPageDevice,
    readScreen,
  }).map(([name, part]) => `${name}: ${String(part)}`);
  const values = `{ ${parts.join(", ")}, signInForm: ${JSON.stringify(`${SIGN_IN_FORM}, ${STAY_SIGNED_IN_FORM}, ${SECOND_FACTOR_FORM}, ${CONSENT_FORM}`)} }`;
  return `(() => {\n${called.map(String).join("\n")}\n(${String(installAgent)})(${JSON.stringify(start)}, ${values});\n})();`;
}

type AgentScope = typeof globalThis & { readonly __brownout?: PageAgent };

/** What the functions of this file share. */
interface AgentState {
  activity: number;
  readonly timers: PageTimers;
  readonly watch: PageWatch;
  readonly device: PageDevice;
  /** How often the document has changed. */
  readonly changes: () => number;
}

/** Runs in the page, so it may use nothing but its parameters and the functions beside it. */
function installAgent(start: AgentStart, parts: AgentParts): void {
  const scope = globalThis as AgentScope;
  if (scope.__brownout !== undefined) {
    // A later script of ours has a later time.
    if (!("stillAtMs" in start.time)) void scope.__brownout.setTime(start.time, start.device);
    return;
  }
  const realSetTimeout = setTimeout.bind(globalThis);
  const bump = (): void => {
    state.activity += 1;
  };
  const timers = parts.installPageTimers(inheritedTime() ?? start.time, bump);
  const watch = parts.installPageWatch(() => {
    bump();
    leaps.noticed();
  }, realSetTimeout);
  const device = parts.installPageDevice(inheritedDevice() ?? start.device);
  const state: AgentState = { activity: 0, timers, watch, device, changes: countChanges() };
  const leaps = parts.installPageLeaps(
    timers,
    {
      isBusy: () => watch.busy() > 0,
      changes: state.changes,
      isHeartbeat: parts.installPageHeartbeats(),
    },
    parts.readScreen,
  );
  const nowMs = (): number => Math.floor(timers.now()) + device.state().clockShiftMs;
  if (start.seed !== undefined) parts.installPageChance(start.seed, nowMs());
  parts.installPageMeasure(timers);
  replaceDate(nowMs);
  const screen = (): PageScreen | undefined => {
    if (window.parent !== window) return undefined;
    const forms = document.querySelectorAll(parts.signInForm);
    return { ...parts.readScreen(), ...(forms.length === 1 ? { asksForSignIn: true } : {}) };
  };
  Object.defineProperty(scope, "__brownout", { value: createAgent(state, leaps, screen) });
}

/** What the simulator served this document with under that name. */
function servedWith(name: string): string {
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return entry?.serverTiming.find((timing) => timing.name === name)?.description ?? "";
}

/** The agents of the documents that could have made this one: a frame or window that no server sent is as its maker. */
function makersOf(): readonly PageAgent[] {
  return [window.opener as unknown, window.parent].flatMap((maker) => {
    try {
      return (maker as AgentScope | null)?.__brownout ?? [];
    } catch {
      // Of another origin: it cannot be read.
      return [];
    }
  });
}

/** The time that the simulator served this document with, or that of the document that made it. */
function inheritedTime(): DocumentTime | undefined {
  const [, how, value] = /^(still|flowing) (-?[\d.]+)$/.exec(servedWith("brownout")) ?? [];
  if (how !== undefined)
    return how === "still" ? { stillAtMs: Number(value) } : { flowingByMs: Number(value) };
  return makersOf()[0]?.time();
}

/** The same of its device. */
function inheritedDevice(): DeviceState | undefined {
  const [shift, network, storeReads, storeWrites] = servedWith("brownout-device").split(" ");
  if (storeReads === undefined || storeWrites === undefined) return makersOf()[0]?.device();
  return {
    clockShiftMs: Number(shift),
    isOffline: network === "offline",
    storeReads: storeReads as DeviceState["storeReads"],
    storeWrites: storeWrites as DeviceState["storeWrites"],
  };
}

/** Puts a `Date` by the document's time in place of the browser's. */
function replaceDate(nowMs: () => number): void {
  const RealDate = Date;
  const VirtualDate = function (this: unknown, ...values: unknown[]): unknown {
    if (new.target === undefined) return new RealDate(nowMs()).toString();
    return Reflect.construct(RealDate, values.length === 0 ? [nowMs()] : values, new.target);
  };
  VirtualDate.prototype = RealDate.prototype;
  Object.setPrototypeOf(VirtualDate, RealDate);
  Object.assign(VirtualDate, { now: nowMs });
  Object.assign(globalThis, { Date: VirtualDate });
  Object.defineProperty(RealDate.prototype, "constructor", { value: VirtualDate });
}

/** Counts the changes of the document from now on. */
function countChanges(): () => number {
  let changes = 0;
  new MutationObserver(() => {
    changes += 1;
  }).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    characterData: true,
  });
  return () => changes;
}

function createAgent(
  state: AgentState,
  leaps: Pick<PageLeaps, "leap">,
  screen: () => PageScreen | undefined,
): PageAgent {
  const { timers, watch, device, changes } = state;
  const read = (): PageState => {
    const dueMs = timers.nextDueMs();
    return {
      activity: state.activity,
      busy: watch.busy() + timers.zeros(),
      going: watch.going(),
      windows: watch.windows(),
      ...(dueMs === undefined ? {} : { nextDueMs: dueMs }),
    };
  };
  let last: { readonly name: number; readonly leap: Promise<PageLeap> } | undefined;
  return {
    async state(reading) {
      const found = await readSteadily(reading, timers, read);
      const seen = reading.screen ? screen() : undefined;
      return { ...found, ...(seen === undefined ? {} : { screen: seen }) };
    },
    time: () => timers.time(),
    device: () => device.state(),
    async setTime(to, deviceState) {
      device.set(deviceState);
      const before = { activity: state.activity, going: watch.going().length, changes: changes() };
      const { onlyAgain, bumps } = await timers.setTime(to);
      const now = read();
      const hasOnlyPolled =
        onlyAgain &&
        now.busy === 0 &&
        now.going.length === before.going &&
        now.activity === before.activity + bumps &&
        changes() === before.changes;
      return hasOnlyPolled ? { ...now, onlyPolled: true } : now;
    },
    leap({ name, untilMs, company, activity: seen }) {
      if (last?.name === name) return last.leap;
      const leapt =
        seen === state.activity
          ? leaps.leap(untilMs, company)
          : Promise.resolve({ reachedMs: timers.now(), stopped: true });
      const leap = leapt.then((reached) => ({ ...read(), ...reached }));
      last = { name, leap };
      return leap;
    },
  };
}

/**
 * Reads several times, or until something has happened between two readings. Work that is under
 * way is waited for here for a while: each question from outside goes through three processes.
 */
async function readSteadily(
  reading: PageReading,
  timers: Pick<PageTimers, "turn" | "swiftTurn">,
  read: () => PageState,
): Promise<PageState> {
  /** A turn takes up to 4 ms of the machine's time. */
  const TURNS_BUSY_MAX = 12;
  let before: number | undefined;
  for (let count = 1; ; count += 1) {
    for (let turns = 0; turns < reading.turns; turns += 1) await timers.swiftTurn();
    for (let turns = 0; turns < TURNS_BUSY_MAX && read().busy > 0; turns += 1) await timers.turn();
    const state = read();
    const isSteady = before === undefined || before === state.activity;
    if (!isSteady || state.busy > 0 || count >= reading.times)
      return { ...state, ...(isSteady ? {} : { unsteady: true }) };
    before = state.activity;
  }
}

/**
 * The timers of one document, by the harness's clock. Sent to the browser as text (see
 * `page-agent.ts`), so its functions may use nothing but each other and what is inside them.
 */
import type { DocumentTime } from "./agent-protocol.ts";

/** What the agent needs of them. */
export interface PageTimers {
  now(): number;
  time(): DocumentTime;
  /** Fires what is due by then, in order, and reports what fired. Time never turns back. */
  setTime(time: DocumentTime): Promise<Fired>;
  /** As `setTime`, but ends after the instant at which `isToStop` says so, or after a thousand timers. */
  leap(untilMs: number, isToStop: () => boolean): Promise<void>;
  nextDueMs(): number | undefined;
  /** Timers of zero delay that wait for their turn. */
  zeros(): number;
  /** One turn of the event loop, in the machine's time; up to 4 ms. */
  turn(): Promise<void>;
  /** The same at once, as far as there is nothing else to do. */
  swiftTurn(): Promise<void>;
}

/** Timers that have fired. */
export interface Fired {
  /** Each has started itself again as it was, and no other timer: as code does that polls. */
  readonly onlyAgain: boolean;
  /** How often they have called `bump` by firing and starting. */
  readonly bumps: number;
}

interface Timer {
  readonly id: number;
  dueMs: number;
  readonly order: number;
  readonly everyMs: number | undefined;
  /** Delay and code: a timer with the same signature is the same timer, started again. */
  readonly signature: string;
  readonly run: () => void;
}

/** What the functions of this file share. */
interface TimerState {
  time: DocumentTime;
  lastId: number;
  lastOrder: number;
  starts: number;
  wake: ReturnType<typeof setTimeout> | undefined;
  readonly timers: Map<number, Timer>;
  readonly zeros: Map<number, ReturnType<typeof setTimeout>>;
  readonly bump: () => void;
  /** As a turn of the event loop, without the browser's pause of 4 ms between nested timers. */
  readonly quickTurn: () => Promise<void>;
  readonly real: {
    readonly now: () => number;
    readonly setTimeout: (callback: () => void, delayMs: number) => ReturnType<typeof setTimeout>;
    readonly clearTimeout: (id: ReturnType<typeof setTimeout> | number) => void;
  };
}

/** Puts virtual timers in place of the document's; `bump` is called for everything that happens. */
export function installPageTimers(begin: DocumentTime, bump: () => void): PageTimers {
  const state = createTimerState(begin, bump);
  replacePageTimers(state);
  const now = (): number => pageNow(state);
  return {
    now,
    time: () => state.time,
    async setTime(to) {
      const target = (): number =>
        "stillAtMs" in to ? to.stillAtMs : state.real.now() + to.flowingByMs;
      let fired: Fired = { onlyAgain: true, bumps: 0 };
      if (target() > now()) {
        if (!("stillAtMs" in state.time)) state.time = { stillAtMs: now() };
        fired = await firePageTimers(state, target);
      }
      state.time = to;
      rearmPageTimers(state);
      return fired;
    },
    leap: (untilMs, isToStop) => leapPageTimers(state, untilMs, isToStop),
    nextDueMs: () => nextPageTimer(state)?.dueMs,
    zeros: () => state.zeros.size,
    turn: () => new Promise((resolve) => void state.real.setTimeout(resolve, 0)),
    async swiftTurn() {
      await new Promise<void>((resolve) => void state.real.setTimeout(resolve, 0));
      // A timer that is not set by a timer has no pause of 4 ms.
      await state.quickTurn();
    },
  };
}

function createTimerState(begin: DocumentTime, bump: () => void): TimerState {
  const scope = globalThis;
  const channel = new MessageChannel();
  const turning: (() => void)[] = [];
  channel.port1.onmessage = () => turning.shift()?.();
  return {
    time: begin,
    // Far from the browser's own numbers, so that a foreign one is recognized and passed on.
    lastId: 1_000_000_000,
    lastOrder: 0,
    starts: 0,
    wake: undefined,
    timers: new Map(),
    zeros: new Map(),
    bump,
    quickTurn: () =>
      new Promise((resolve) => {
        turning.push(resolve);
        channel.port2.postMessage(null);
      }),
    real: {
      now: scope.Date.now.bind(scope.Date),
      setTimeout: scope.setTimeout.bind(scope),
      clearTimeout: scope.clearTimeout.bind(scope),
    },
  };
}

function pageNow({ time, real }: TimerState): number {
  return "stillAtMs" in time ? time.stillAtMs : real.now() + time.flowingByMs;
}

function nextPageTimer({ timers }: TimerState): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of timers.values()) {
    const isEarlier =
      first === undefined ||
      timer.dueMs < first.dueMs ||
      (timer.dueMs === first.dueMs && timer.order < first.order);
    if (isEarlier) first = timer;
  }
  return first;
}

function firePageTimer({ timers, bump, real }: TimerState, timer: Timer): void {
  bump();
  if (timer.everyMs === undefined) timers.delete(timer.id);
  else timer.dueMs += timer.everyMs;
  try {
    timer.run();
  } catch (error) {
    // As for any timer: the page's own error handlers get it, and the other timers go on.
    real.setTimeout(() => {
      throw error;
    }, 0);
  }
}

/** Whether a timer that has fired has started itself again, and no other timer. */
function isStartedAgain(
  { starts, timers }: TimerState,
  { id, everyMs, signature }: Timer,
  before: { readonly starts: number; readonly id: number },
): boolean {
  if (everyMs !== undefined) return starts === before.starts && timers.has(id);
  return starts === before.starts + 1 && timers.get(before.id + 1)?.signature === signature;
}

async function firePageTimers(state: TimerState, untilMs: () => number): Promise<Fired> {
  let onlyAgain = true;
  let fired = 0;
  const startsBefore = state.starts;
  for (
    let timer = nextPageTimer(state);
    timer !== undefined && timer.dueMs <= untilMs();
    timer = nextPageTimer(state)
  ) {
    if ("stillAtMs" in state.time && timer.dueMs > state.time.stillAtMs)
      state.time = { stillAtMs: timer.dueMs };
    const before = { starts: state.starts, id: state.lastId };
    firePageTimer(state, timer);
    await state.quickTurn();
    fired += 1;
    onlyAgain &&= isStartedAgain(state, timer, before);
  }
  return { onlyAgain, bumps: fired + state.starts - startsBefore };
}

async function leapPageTimers(
  state: TimerState,
  untilMs: number,
  isToStop: () => boolean,
): Promise<void> {
  /** So many at once: a caller that waits for the page must be able to give up. */
  const LEAP_TIMERS_MAX = 1_000;
  for (let count = 0; count < LEAP_TIMERS_MAX; count += 1) {
    const timer = nextPageTimer(state);
    const nowMs = pageNow(state);
    if (timer === undefined || timer.dueMs > untilMs) {
      // A leap without a limit ends at the last timer.
      if (nowMs < untilMs && untilMs < Number.MAX_SAFE_INTEGER && (count === 0 || !isToStop()))
        state.time = { stillAtMs: untilMs };
      return;
    }
    if (timer.dueMs > nowMs) {
      if (count > 0 && isToStop()) return;
      state.time = { stillAtMs: timer.dueMs };
    }
    firePageTimer(state, timer);
    // What it has set off posts messages to itself, as schedulers of view libraries do.
    for (let turns = 0; turns < 3; turns += 1) await state.quickTurn();
  }
}

/** While time flows, the next timer is waited for in the machine's time. */
function rearmPageTimers(state: TimerState): void {
  if (state.wake !== undefined) state.real.clearTimeout(state.wake);
  state.wake = undefined;
  const timer = nextPageTimer(state);
  if (timer === undefined || "stillAtMs" in state.time) return;
  const waitMs = Math.min(2_000_000_000, Math.max(0, timer.dueMs - pageNow(state)));
  state.wake = state.real.setTimeout(() => {
    void firePageTimers(state, () => pageNow(state)).then(() => rearmPageTimers(state));
  }, waitMs);
}

function startPageTimer(
  state: TimerState,
  { run, text }: { readonly run: () => void; readonly text: string },
  delay: unknown,
  repeats: "once" | "again",
): number {
  const { timers, zeros, bump, real } = state;
  bump();
  state.starts += 1;
  const id = (state.lastId += 1);
  // Browsers cut fractions off.
  const wanted = Math.trunc(Number(delay ?? 0));
  const isSoon = !(wanted >= 1) || wanted > 2_147_483_647;
  if (isSoon && repeats === "once") {
    // "Next turn" must not need a jump in time.
    const handle = real.setTimeout(() => {
      zeros.delete(id);
      bump();
      run();
    }, 0);
    zeros.set(id, handle);
    return id;
  }
  const delayMs = isSoon ? 1 : wanted;
  const everyMs = repeats === "again" ? delayMs : undefined;
  const order = (state.lastOrder += 1);
  const signature = `${delayMs} ${text}`;
  timers.set(id, { id, dueMs: pageNow(state) + delayMs, order, everyMs, signature, run });
  rearmPageTimers(state);
  return id;
}

function clearPageTimer({ timers, zeros, real }: TimerState, id: unknown): void {
  const number = Number(id);
  const zero = zeros.get(number);
  if (zero !== undefined) real.clearTimeout(zero);
  if (!zeros.delete(number) && !timers.delete(number)) real.clearTimeout(number);
}

/** Puts the timer functions of `state` and `AbortSignal.timeout` in place of the document's. */
function replacePageTimers(state: TimerState): void {
  const scope = globalThis;
  type Callback = ((...values: unknown[]) => void) | string;
  const callable = (callback: Callback, values: unknown[]): (() => void) =>
    typeof callback === "function"
      ? () => callback.apply(scope, values)
      : () => {
          // A text is code, in timers as old as some sign-in libraries: a script element runs it.
          const script = document.createElement("script");
          script.textContent = callback;
          document.documentElement.append(script);
          script.remove();
        };
  const timerOf =
    (repeats: "once" | "again") =>
    (callback: Callback, delay?: unknown, ...values: unknown[]): number =>
      startPageTimer(
        state,
        { run: callable(callback, values), text: String(callback) },
        delay,
        repeats,
      );
  const clear = (id: unknown): void => clearPageTimer(state, id);
  Object.assign(scope, {
    setTimeout: timerOf("once"),
    setInterval: timerOf("again"),
    clearTimeout: clear,
    clearInterval: clear,
  });
  Object.assign(AbortSignal, {
    timeout: (delay: number): AbortSignal => {
      const controller = new AbortController();
      const abort = (): void =>
        controller.abort(new DOMException("signal timed out", "TimeoutError"));
      startPageTimer(state, { run: abort, text: "abort" }, delay, "once");
      return controller.signal;
    },
  });
}

/** The functions that `installPageTimers` calls. */
export const pageTimerParts: readonly ((...values: never[]) => unknown)[] = [
  createTimerState,
  pageNow,
  nextPageTimer,
  firePageTimer,
  isStartedAgain,
  firePageTimers,
  leapPageTimers,
  rearmPageTimers,
  startPageTimer,
  clearPageTimer,
  replacePageTimers,
];

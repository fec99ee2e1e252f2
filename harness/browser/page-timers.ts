/**
 * The timers of one document, by the harness's clock. Sent to the browser as text (see
 * `page-agent.ts`), so it may use nothing but what is inside the function.
 */
import type { PageTime } from "./page-agent.ts";

/** What the agent needs of them. */
export interface PageTimers {
  now(): number;
  time(): PageTime;
  /** Fires what is due by then, in order, and tells what came of it. Time never turns back. */
  setTime(time: PageTime): Promise<Fired>;
  /** As `setTime`, but ends after the instant at which `isToStop` says so, or after a thousand timers. */
  leap(untilMs: number, isToStop: () => boolean): Promise<void>;
  nextDueMs(): number | undefined;
  /** Timers of zero delay that wait for their turn. */
  zeros(): number;
  /** One turn of the event loop, in the machine's time. */
  turn(): Promise<void>;
}

/** Timers that have fired. */
export interface Fired {
  /** Each has started itself again as it was, and no other: as somebody does who looks every now and then. */
  readonly onlyAgain: boolean;
  /** How often they have called `bump` by firing and starting. */
  readonly bumps: number;
}

/** Puts virtual timers in place of the document's; `bump` is told of everything that happens. */
export function installPageTimers(begin: PageTime, bump: () => void): PageTimers {
  const scope = globalThis;
  const real = {
    now: scope.Date.now.bind(scope.Date),
    setTimeout: scope.setTimeout.bind(scope),
    clearTimeout: scope.clearTimeout.bind(scope),
  };
  interface Timer {
    readonly id: number;
    dueMs: number;
    readonly order: number;
    readonly everyMs: number | undefined;
    /** What it was asked for: two timers with one wish are the same, started again. */
    readonly wish: string;
    readonly run: () => void;
  }
  let time = begin;
  const timers = new Map<number, Timer>();
  const zeros = new Map<number, ReturnType<typeof setTimeout>>();
  // Far from the browser's own numbers, so that a foreign one can be told and passed on.
  let lastId = 1_000_000_000;
  let lastOrder = 0;
  let starts = 0;
  let wake: ReturnType<typeof setTimeout> | undefined;

  const now = (): number => ("stillAtMs" in time ? time.stillAtMs : real.now() + time.flowingByMs);
  const turn = (): Promise<void> => new Promise((resolve) => void real.setTimeout(resolve, 0));
  /** As a turn, without the browser's pause of 4 ms between nested timers. */
  const channel = new MessageChannel();
  const turning: (() => void)[] = [];
  channel.port1.onmessage = () => turning.shift()?.();
  const quickTurn = (): Promise<void> =>
    new Promise((resolve) => {
      turning.push(resolve);
      channel.port2.postMessage(null);
    });
  const next = (): Timer | undefined => {
    let first: Timer | undefined;
    for (const timer of timers.values()) {
      const isEarlier =
        first === undefined ||
        timer.dueMs < first.dueMs ||
        (timer.dueMs === first.dueMs && timer.order < first.order);
      if (isEarlier) first = timer;
    }
    return first;
  };
  const fire = (timer: Timer): void => {
    bump();
    if (timer.everyMs === undefined) timers.delete(timer.id);
    else timer.dueMs += timer.everyMs;
    try {
      timer.run();
    } catch (error) {
      // As for any timer: the page's own error handlers hear of it, and the others go on.
      real.setTimeout(() => {
        throw error;
      }, 0);
    }
  };
  const isAgain = (
    { id, everyMs, wish }: Timer,
    before: { readonly starts: number; readonly id: number },
  ): boolean => {
    if (everyMs !== undefined) return starts === before.starts && timers.has(id);
    return starts === before.starts + 1 && timers.get(before.id + 1)?.wish === wish;
  };
  const fireUntil = async (untilMs: () => number): Promise<Fired> => {
    let onlyAgain = true;
    let fired = 0;
    const startsBefore = starts;
    for (let timer = next(); timer !== undefined && timer.dueMs <= untilMs(); timer = next()) {
      if ("stillAtMs" in time && timer.dueMs > time.stillAtMs) time = { stillAtMs: timer.dueMs };
      const before = { starts, id: lastId };
      fire(timer);
      await quickTurn();
      fired += 1;
      onlyAgain &&= isAgain(timer, before);
    }
    return { onlyAgain, bumps: fired + starts - startsBefore };
  };
  /** So many at once: who waits for the page must be able to give up. */
  const LEAP_TIMERS_MAX = 1_000;
  const leap = async (untilMs: number, isToStop: () => boolean): Promise<void> => {
    for (let count = 0; count < LEAP_TIMERS_MAX; count += 1) {
      const timer = next();
      if (timer === undefined || timer.dueMs > untilMs) {
        // To a leap without end the last timer is the end.
        if (now() < untilMs && untilMs < Number.MAX_SAFE_INTEGER && (count === 0 || !isToStop()))
          time = { stillAtMs: untilMs };
        return;
      }
      if (timer.dueMs > now()) {
        if (count > 0 && isToStop()) return;
        time = { stillAtMs: timer.dueMs };
      }
      fire(timer);
      // What it has set off posts messages to itself, as schedulers of view libraries do.
      for (let turns = 0; turns < 3; turns += 1) await quickTurn();
    }
  };
  /** While time flows, the next timer is waited for in the machine's time. */
  const rearm = (): void => {
    if (wake !== undefined) real.clearTimeout(wake);
    wake = undefined;
    const timer = next();
    if (timer === undefined || "stillAtMs" in time) return;
    const waitMs = Math.min(2_000_000_000, Math.max(0, timer.dueMs - now()));
    wake = real.setTimeout(() => void fireUntil(now).then(rearm), waitMs);
  };
  /** "Next turn" must not need a jump in time. */
  const startAtOnce = (id: number, run: () => void): void => {
    const handle = real.setTimeout(() => {
      zeros.delete(id);
      bump();
      run();
    }, 0);
    zeros.set(id, handle);
  };
  const start = (
    { run, text }: { readonly run: () => void; readonly text: string },
    delay: unknown,
    repeats: "once" | "again",
  ): number => {
    bump();
    starts += 1;
    const id = (lastId += 1);
    // Browsers cut fractions off.
    const wanted = Math.trunc(Number(delay ?? 0));
    const isSoon = !(wanted >= 1) || wanted > 2_147_483_647;
    if (isSoon && repeats === "once") {
      startAtOnce(id, run);
      return id;
    }
    const delayMs = isSoon ? 1 : wanted;
    const everyMs = repeats === "again" ? delayMs : undefined;
    const wish = `${delayMs} ${text}`;
    timers.set(id, { id, dueMs: now() + delayMs, order: (lastOrder += 1), everyMs, wish, run });
    rearm();
    return id;
  };
  const clear = (id: unknown): void => {
    const number = Number(id);
    const zero = zeros.get(number);
    if (zero !== undefined) real.clearTimeout(zero);
    if (!zeros.delete(number) && !timers.delete(number)) real.clearTimeout(number);
  };
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
      start({ run: callable(callback, values), text: String(callback) }, delay, repeats);
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
      start({ run: abort, text: "abort" }, delay, "once");
      return controller.signal;
    },
  });

  return {
    now,
    time: () => time,
    async setTime(to) {
      const target = (): number => ("stillAtMs" in to ? to.stillAtMs : real.now() + to.flowingByMs);
      let fired: Fired = { onlyAgain: true, bumps: 0 };
      if (target() > now()) {
        if (!("stillAtMs" in time)) time = { stillAtMs: now() };
        fired = await fireUntil(target);
      }
      time = to;
      rearm();
      return fired;
    },
    leap,
    nextDueMs: () => next()?.dueMs,
    zeros: () => zeros.size,
    turn,
  };
}

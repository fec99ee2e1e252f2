/**
 * Virtual time that passes by itself: as fast as the machine's and a fixed number of ms ahead of it.
 * With that one number the documents of a browser on the same machine have the same time
 * without asking. Without pages it can also pass at another rate.
 */
export interface FreeRunningTimeOptions {
  /** Fires everything that is due by then; ms since the Unix epoch, virtual. */
  readonly fireUntil: (untilMs: number) => void;
  /** Called on each start with how far time is ahead of the machine's, ms. */
  readonly onStart: (byMs: number) => Promise<void>;
}

export interface FreeRunningTime {
  /** Time passes from `nowMs` on, `rate` times as fast as the machine's (default: 1); resolves as `onStart` does, which only time at the machine's rate has. */
  start(nowMs: number, rate?: number): Promise<void>;
  /** Stops time; returns the time at which it stopped, undefined when it did not flow. */
  stop(): number | undefined;
  /** The time, while it flows. */
  now(): number | undefined;
  /** How far ahead of the machine's it is, while it flows at the same rate; ms. */
  byMs(): number | undefined;
}

/** Often enough that a delay goes unnoticed, ms. */
const LOOK_EVERY_MS = 10;

const realNow = Date.now.bind(Date);
const realSetInterval = setInterval;
const realClearInterval = clearInterval;

/** The machine's time, also while this process has a virtual one; ms since the Unix epoch. */
export function machineTime(): number {
  return realNow();
}

/** Time that does not flow until it is started. */
export function createFreeRunningTime({
  fireUntil,
  onStart,
}: FreeRunningTimeOptions): FreeRunningTime {
  let since:
    | { readonly virtualMs: number; readonly realMs: number; readonly rate: number }
    | undefined;
  let looking: ReturnType<typeof setInterval> | undefined;
  const now = (): number | undefined =>
    since === undefined
      ? undefined
      : since.virtualMs + Math.floor((realNow() - since.realMs) * since.rate);
  const byMs = (): number | undefined =>
    since?.rate === 1 ? since.virtualMs - since.realMs : undefined;
  return {
    now,
    byMs,
    async start(nowMs, rate = 1) {
      since = { virtualMs: nowMs, realMs: realNow(), rate };
      looking ??= realSetInterval(() => fireUntil(now() ?? nowMs), LOOK_EVERY_MS).unref();
      const ahead = byMs();
      if (ahead !== undefined) await onStart(ahead);
    },
    stop() {
      const stoppedAtMs = now();
      realClearInterval(looking);
      looking = undefined;
      since = undefined;
      return stoppedAtMs;
    },
  };
}

/**
 * Virtual time that runs by itself at the speed of the computer's clock, at a fixed offset
 * from it. The offset is one number, so that the documents of a browser on the same computer
 * have the same time without asking.
 */
export interface FreeRunningTimeOptions {
  /** Fires what is due by then. */
  readonly fireUntil: (untilMs: number) => void;
  /** Tells the others how far their time is ahead of the machine's. */
  readonly told: (byMs: number) => Promise<void>;
}

export interface FreeRunningTime {
  /** From `nowMs` on; resolves when the others know. */
  start(nowMs: number): Promise<void>;
  /** Stands still again; returns the time at which it does, nothing when it did not flow. */
  stop(): number | undefined;
  /** The time, while it flows. */
  now(): number | undefined;
  /** How far ahead of the machine's it is, while it flows; ms. */
  byMs(): number | undefined;
}

/** Often enough that nobody notices, ms. */
const LOOK_EVERY_MS = 10;

const realNow = Date.now.bind(Date);
const realSetInterval = setInterval;
const realClearInterval = clearInterval;

/** Stands still at first. */
export function createFreeRunningTime({
  fireUntil,
  told,
}: FreeRunningTimeOptions): FreeRunningTime {
  let byMs: number | undefined;
  let looking: ReturnType<typeof setInterval> | undefined;
  const now = (): number | undefined => (byMs === undefined ? undefined : realNow() + byMs);
  return {
    now,
    byMs: () => byMs,
    async start(nowMs) {
      byMs = nowMs - realNow();
      looking ??= realSetInterval(() => fireUntil(now() ?? nowMs), LOOK_EVERY_MS).unref();
      await told(byMs);
    },
    stop() {
      const stoppedAtMs = now();
      realClearInterval(looking);
      looking = undefined;
      byMs = undefined;
      return stoppedAtMs;
    },
  };
}

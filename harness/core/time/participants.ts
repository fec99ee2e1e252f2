/**
 * What shares the virtual clock with this process: the documents of a browser, which have
 * timers of their own. The clock jumps only when all participants are quiescent, never over
 * a timer of theirs, and advances them together with this process.
 */
export interface Participant {
  /**
   * Whether nothing happens there: resolves true after a wait without activity, false when
   * something is at work. A jump in time needs the thorough answer.
   */
  isQuiescent(thoroughness: Thoroughness): Promise<boolean>;
  /** When its next timer is due, as of the last `isQuiescent`; ms since the Unix epoch, virtual. */
  nextDueMs(): number | undefined;
  /** Brings it to `nowMs`: its timers due by then fire, in order. */
  advance(nowMs: number): Promise<void>;
  /**
   * Fires its timers in order until `untilMs`, or until one has done something that others
   * could notice; resolves to where it stopped. `onReached` is called as soon as that
   * happens. Times: ms since the Unix epoch, virtual.
   */
  leap(untilMs: number, onReached: (atMs: number) => void): Promise<number>;
  /**
   * Whether, since it was last thoroughly quiescent, nothing has happened there except
   * timers that look for something, found nothing, and will look again.
   */
  onlyPolled(): boolean;
  /** From now on its time passes by itself, `byMs` ahead of the machine's; ms. */
  flow(byMs: number): Promise<void>;
}

/** How long a participant is observed before it counts as quiescent. */
export type Thoroughness = "quick" | "thorough";

export interface Participants {
  /** Adds a participant until the returned function is called. */
  join(participant: Participant): () => void;
  any(): boolean;
  /** True when it is true of each participant. */
  onlyPolled(): boolean;
  /** True when it is true of each participant. */
  isQuiescent(thoroughness: Thoroughness): Promise<boolean>;
  /** The earliest due time of all participants. */
  nextDueMs(): number | undefined;
  advance(nowMs: number): Promise<void>;
  /**
   * As for one participant: the one that is due first leaps, as far as the others have
   * nothing to do, and then the others are advanced to the same time.
   */
  leap(untilMs: number, onReached: (atMs: number) => void): Promise<number>;
  flow(byMs: number): Promise<void>;
}

/** Creates an empty set of clock participants; the virtual clock advances them together. */
export function createParticipants(): Participants {
  const all = new Set<Participant>();
  return {
    join(participant) {
      all.add(participant);
      return () => void all.delete(participant);
    },
    any: () => all.size > 0,
    onlyPolled: () => [...all].every((one) => one.onlyPolled()),
    async isQuiescent(thoroughness) {
      const quiescent = await Promise.all([...all].map((one) => one.isQuiescent(thoroughness)));
      return quiescent.every(Boolean);
    },
    nextDueMs: () => earliestOf([...all]),
    async leap(untilMs, onReached) {
      const [first, ...others] = [...all].toSorted(
        (a, b) => (a.nextDueMs() ?? Infinity) - (b.nextDueMs() ?? Infinity),
      );
      if (first === undefined) return untilMs;
      const limitMs = Math.min(untilMs, earliestOf(others) ?? Infinity);
      const reachedMs = await first.leap(limitMs, onReached);
      for (const one of others) await one.advance(reachedMs);
      return reachedMs;
    },
    async advance(nowMs) {
      // One after the other: timers of several participants at one instant would race.
      for (const one of all) await one.advance(nowMs);
    },
    async flow(byMs) {
      await Promise.all([...all].map((one) => one.flow(byMs)));
    },
  };
}

function earliestOf(some: readonly Participant[]): number | undefined {
  const due = some.flatMap((one) => one.nextDueMs() ?? []);
  return due.length === 0 ? undefined : Math.min(...due);
}

/**
 * Who else lives by the virtual clock besides this process: the documents of a browser, with
 * timers of their own. The clock jumps only when they rest, never over a timer of theirs,
 * and brings them along.
 */
export interface Participant {
  /** Resolves true when nothing happened there for so long, false when something is at work. Before time may jump: surely. */
  rest(howLong: HowLong): Promise<boolean>;
  /** When its next timer is due, as of the last `rest`; ms since the Unix epoch, virtual. */
  nextDueMs(): number | undefined;
  /** Brings it to `nowMs`: its timers due by then fire, in order. */
  advance(nowMs: number): Promise<void>;
  /**
   * Fires its timers in order until then, or until one has done what others could notice;
   * resolves to where it stopped. `told` hears at once when that happens. Times: ms since the
   * Unix epoch, virtual.
   */
  leap(untilMs: number, told: (atMs: number) => void): Promise<number>;
  /** Whether nothing has happened there since it last rested surely, but timers that look for something, found nothing, and will look again. */
  onlyPolled(): boolean;
  /** Its time goes on by itself from now on, so far ahead of the machine's; ms. */
  flow(byMs: number): Promise<void>;
}

export type HowLong = "a moment" | "surely";

export interface Participants {
  /** Takes part until the returned function is called. */
  join(participant: Participant): () => void;
  any(): boolean;
  /** Of all of them. */
  onlyPolled(): boolean;
  rest(howLong: HowLong): Promise<boolean>;
  /** The earliest of them. */
  nextDueMs(): number | undefined;
  advance(nowMs: number): Promise<void>;
  /** As for one of them: whoever is due first leaps, as far as the others have nothing to do, and these follow. */
  leap(untilMs: number, told: (atMs: number) => void): Promise<number>;
  flow(byMs: number): Promise<void>;
}

/** Nobody, at first. */
export function createParticipants(): Participants {
  const all = new Set<Participant>();
  return {
    join(participant) {
      all.add(participant);
      return () => void all.delete(participant);
    },
    any: () => all.size > 0,
    onlyPolled: () => [...all].every((one) => one.onlyPolled()),
    async rest(howLong) {
      const resting = await Promise.all([...all].map((one) => one.rest(howLong)));
      return resting.every(Boolean);
    },
    nextDueMs: () => earliestOf([...all]),
    async leap(untilMs, told) {
      const [first, ...others] = [...all].toSorted(
        (a, b) => (a.nextDueMs() ?? Infinity) - (b.nextDueMs() ?? Infinity),
      );
      if (first === undefined) return untilMs;
      const reachedMs = await first.leap(Math.min(untilMs, earliestOf(others) ?? Infinity), told);
      for (const one of others) await one.advance(reachedMs);
      return reachedMs;
    },
    async advance(nowMs) {
      // One after the other: their timers of one instant would race.
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

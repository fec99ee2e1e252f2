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
  /** The earliest of them, as seen from `nowMs`. */
  nextDueMs(nowMs: number): number | undefined;
  advance(nowMs: number): Promise<void>;
  /** From now on, whoever has a timer every second is not followed second by second for hours. */
  hurry(): void;
  flow(byMs: number): Promise<void>;
}

/** So many steps are exact; those that follow are a minute long, and what is due in it fires in one go. */
const STEPS_MAX = 100;
const HURRIED_STEP_MS = 60_000;

/** Nobody, at first. */
export function createParticipants(): Participants {
  const all = new Set<Participant>();
  let stepsLeft = Infinity;
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
    nextDueMs(nowMs) {
      const due = [...all].flatMap((one) => one.nextDueMs() ?? []);
      if (due.length === 0) return undefined;
      const next = Math.min(...due);
      return stepsLeft > 0 ? next : Math.max(next, nowMs + HURRIED_STEP_MS);
    },
    hurry() {
      stepsLeft = STEPS_MAX;
    },
    async advance(nowMs) {
      stepsLeft -= 1;
      // One after the other: their timers of one instant would race.
      for (const one of all) await one.advance(nowMs);
    },
    async flow(byMs) {
      await Promise.all([...all].map((one) => one.flow(byMs)));
    },
  };
}

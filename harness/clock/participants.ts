/**
 * Who else lives by the virtual clock besides this process: the documents of a browser, with
 * timers of their own. The clock jumps only when they rest, never over a timer of theirs,
 * and brings them along.
 */
export interface Participant {
  /** Resolves true when nothing happened there for a while, false when something is at work. */
  rest(): Promise<boolean>;
  /** When its next timer is due, as of the last `rest`; ms since the Unix epoch, virtual. */
  nextDueMs(): number | undefined;
  /** Brings it to `nowMs`: its timers due by then fire, in order. */
  advance(nowMs: number): Promise<void>;
}

export interface Participants {
  /** Takes part until the returned function is called. */
  join(participant: Participant): () => void;
  any(): boolean;
  rest(): Promise<boolean>;
  nextDueMs(): number | undefined;
  advance(nowMs: number): Promise<void>;
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
    async rest() {
      const resting = await Promise.all([...all].map((one) => one.rest()));
      return resting.every(Boolean);
    },
    nextDueMs() {
      const due = [...all].flatMap((one) => one.nextDueMs() ?? []);
      return due.length === 0 ? undefined : Math.min(...due);
    },
    async advance(nowMs) {
      await Promise.all([...all].map((one) => one.advance(nowMs)));
    },
  };
}

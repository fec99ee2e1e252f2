/**
 * The hand that writes a golden history: events one after the other at the story's own time,
 * and what was promised to whom. `testing-story.ts` tells with it.
 */
import type { HistoryEvent, TokenFacts } from "../../harness/history/event.ts";
import type { Call, wishOf } from "./check-story-wire.ts";

type Unplaced<Event> = Event extends HistoryEvent ? Omit<Event, "index" | "at"> : never;

export interface Lifetimes {
  readonly expiresIn?: number;
  readonly extExpiresIn?: number;
  readonly refreshIn?: number;
}

export interface Teller {
  readonly startedAt: number;
  readonly events: readonly HistoryEvent[];
  /** Writes an event now; returns its index. */
  readonly tell: (event: Unplaced<HistoryEvent>) => number;
  /** ms since the Unix epoch. */
  readonly now: () => number;
  /** Moves to `hh:mm:ss` after the start; hours may pass 24. Throws when that is in the past. */
  readonly moveTo: (clock: string) => void;
  readonly moveBy: (ms: number) => void;
  /** Counts from 1, each kind by itself. */
  readonly next: (kind: "operation" | "exchange") => number;
  /** A token issued now; lifetimes in seconds, an hour unless told otherwise. */
  readonly token: (lifetimes?: Lifetimes) => TokenFacts;
  /** What was asked for by each operation. */
  readonly wishes: Map<number, ReturnType<typeof wishOf>>;
  /** Remembers to whom a token went. */
  readonly issue: (wish: Call, operation: number | undefined, token: TokenFacts) => void;
  /** The token that an operation was issued, else the last one for the same wish. */
  readonly issuedFor: (wish: Call, operation: number) => TokenFacts | undefined;
}

/** A teller at the start; `startedAt` is ms since the Unix epoch. */
export function createTeller(startedAt: number): Teller {
  const events: HistoryEvent[] = [];
  const counts = { operation: 0, exchange: 0, token: 0 };
  const byOperation = new Map<number, TokenFacts>();
  const byWish = new Map<string, TokenFacts>();
  let now = startedAt;
  return {
    startedAt,
    events,
    wishes: new Map(),
    tell: (event) => events.push({ index: events.length, at: now, ...event } as HistoryEvent) - 1,
    now: () => now,
    moveTo(clock) {
      const [hours = 0, minutes = 0, seconds = 0] = clock.split(":").map(Number);
      const next = startedAt + ((hours * 60 + minutes) * 60 + seconds) * 1_000;
      if (!(next >= now)) throw new Error(`story goes back in time, or "${clock}" is no time`);
      now = next;
    },
    moveBy: (ms) => void (now += ms),
    next: (kind) => (counts[kind] += 1),
    token({ expiresIn = 3_600, extExpiresIn, refreshIn } = {}) {
      const after = (seconds: number): number => now + seconds * 1_000;
      return {
        accessToken: `at-${String((counts.token += 1)).padStart(12, "0")}`,
        expiresAt: after(expiresIn),
        ...(extExpiresIn === undefined ? {} : { extendedExpiresAt: after(extExpiresIn) }),
        ...(refreshIn === undefined ? {} : { refreshAt: after(refreshIn) }),
      };
    },
    issue(wish, operation, token) {
      byWish.set(keyOf(wish), token);
      if (operation !== undefined) byOperation.set(operation, token);
    },
    issuedFor: (wish, operation) => byOperation.get(operation) ?? byWish.get(keyOf(wish)),
  };
}

function keyOf(wish: Call): string {
  return JSON.stringify([wish.client, wish.app, wish.tenant, wish.user, wish.scopes]);
}

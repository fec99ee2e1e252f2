/**
 * The event writer below `run-builder.ts`: it numbers and times the events of an invented run,
 * and remembers which tokens were issued for which call.
 */
import type { HistoryEvent, TokenFacts } from "../../harness/history/event.ts";
import type { Call, withDefaults } from "./run-builder-wire.ts";

type Unplaced<Event> = Event extends HistoryEvent ? Omit<Event, "index" | "at"> : never;

export interface Lifetimes {
  readonly expiresIn?: number;
  readonly extExpiresIn?: number;
  readonly refreshIn?: number;
}

export interface EventWriter {
  readonly startedAt: number;
  readonly events: readonly HistoryEvent[];
  /** Writes an event now; returns its index. */
  readonly write: (event: Unplaced<HistoryEvent>) => number;
  /** ms since the Unix epoch. */
  readonly now: () => number;
  /** Moves to `hh:mm:ss` after the start; hours may pass 24. Throws when that is in the past. */
  readonly moveTo: (clock: string) => void;
  readonly moveBy: (ms: number) => void;
  /** Counts from 1, each kind by itself. */
  readonly next: (kind: "operation" | "exchange") => number;
  /** A token issued now; lifetimes in seconds, an hour by default. */
  readonly token: (lifetimes?: Lifetimes) => TokenFacts;
  /** The calls, by number of the operation. */
  readonly calls: Map<number, ReturnType<typeof withDefaults>>;
  /** Remembers for which call a token was issued. */
  readonly issue: (call: Call, operation: number | undefined, token: TokenFacts) => void;
  /** The token that an operation was issued, else the last one for the same cache key. */
  readonly issuedFor: (call: Call, operation: number) => TokenFacts | undefined;
}

/** Creates a writer whose time starts at `startedAt`, ms since the Unix epoch. */
export function createEventWriter(startedAt: number): EventWriter {
  const events: HistoryEvent[] = [];
  const counts = { operation: 0, exchange: 0, token: 0 };
  const byOperation = new Map<number, TokenFacts>();
  const byCacheKey = new Map<string, TokenFacts>();
  let now = startedAt;
  return {
    startedAt,
    events,
    calls: new Map(),
    write: (event) => events.push({ index: events.length, at: now, ...event } as HistoryEvent) - 1,
    now: () => now,
    moveTo(clock) {
      const [hours = 0, minutes = 0, seconds = 0] = clock.split(":").map(Number);
      const next = startedAt + ((hours * 60 + minutes) * 60 + seconds) * 1_000;
      if (!(next >= now))
        throw new Error(`expected a time hh:mm:ss that is not in the past, got "${clock}"`);
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
    issue(call, operation, token) {
      byCacheKey.set(cacheKeyOf(call), token);
      if (operation !== undefined) byOperation.set(operation, token);
    },
    issuedFor: (call, operation) => byOperation.get(operation) ?? byCacheKey.get(cacheKeyOf(call)),
  };
}

function cacheKeyOf(call: Call): string {
  return JSON.stringify([call.client, call.app, call.tenant, call.user, call.scopes]);
}

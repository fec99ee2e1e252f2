/**
 * undici's own patience, for mounts that have no undici: a global `fetch` gives up on a
 * server that has sent no header for 300 s (`docs/sources.md#k1`). All waits
 * are equally long, so they end in the order in which they began, and one sleeper for the
 * oldest is enough: a request costs a list entry instead of a timer.
 */
import type { Clock } from "../core/time/clock.ts";

/** `headersTimeout` of Node's global fetch, ms. */
export const RESPONSE_TIMEOUT_MS = 300_000;

interface Wait {
  readonly dueMs: number;
  readonly giveUp: () => void;
  over: boolean;
}

export interface ResponseTimeout {
  /** Calls `giveUp` in 300 s unless the returned function was called before. */
  begin(giveUp: () => void): () => void;
  stop(): void;
}

/** A time-out that no request has begun. */
export function createResponseTimeout(clock: Clock): ResponseTimeout {
  const waits: Wait[] = [];
  const stopped = new AbortController();
  let first = 0;
  let sleeping = false;

  const skipEnded = (): void => {
    while (waits[first]?.over === true) first += 1;
    // Entries are dropped in bulk, so that a long run keeps none and shifts none.
    if (first <= 1_000 && first < waits.length) return;
    waits.splice(0, first);
    first = 0;
  };

  const watch = async (): Promise<void> => {
    sleeping = true;
    for (skipEnded(); waits[first] !== undefined; skipEnded()) {
      const oldest = waits[first] as Wait;
      if (oldest.dueMs > clock.now()) await clock.sleep(oldest.dueMs - clock.now(), stopped.signal);
      else {
        oldest.over = true;
        oldest.giveUp();
      }
    }
    sleeping = false;
  };

  return {
    begin(giveUp) {
      const wait: Wait = { dueMs: clock.now() + RESPONSE_TIMEOUT_MS, giveUp, over: false };
      waits.push(wait);
      if (!sleeping) watch().catch(() => undefined);
      return () => {
        wait.over = true;
        if (!sleeping || waits.length > 1_000) skipEnded();
      };
    },
    stop: () => stopped.abort(),
  };
}

/**
 * How long a browser may keep what it was served. Its cache goes by the machine's time;
 * whoever moves the virtual clock past an answer's life empties it.
 */
import type { Clock } from "../../core/time/clock.ts";

export interface KeptAnswers {
  /** Notes what the browser may keep of an answer. */
  serve(response: Response): void;
  /** When the first of them grows old; told once when it has. ms since the Unix epoch, virtual. */
  untilMs(): number | undefined;
}

/** Nothing is kept yet. */
export function createKeptAnswers(clock: Pick<Clock, "now">): KeptAnswers {
  let firstMs: number | undefined;
  return {
    serve(response) {
      const control = response.headers.get("cache-control") ?? "";
      const [, seconds] = /\bmax-age=(\d+)/.exec(control) ?? [];
      if (seconds === undefined) return;
      firstMs = Math.min(firstMs ?? Infinity, clock.now() + Number(seconds) * 1_000);
    },
    untilMs() {
      const told = firstMs;
      if (told !== undefined && told <= clock.now()) firstMs = undefined;
      return told;
    },
  };
}

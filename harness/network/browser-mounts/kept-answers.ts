/**
 * How long a browser may keep the responses that it was served. Its cache goes by the machine's
 * time, so it is emptied when the virtual clock moves past the lifetime of a response.
 */
import type { Clock } from "../../core/time/clock.ts";

export interface KeptAnswers {
  /** Notes what the browser may keep of an answer. */
  serve(response: Response): void;
  /** When the first of them expires; returned once more after that, then undefined. Ms since the Unix epoch, virtual. */
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
      const expiresMs = firstMs;
      if (expiresMs !== undefined && expiresMs <= clock.now()) firstMs = undefined;
      return expiresMs;
    },
  };
}

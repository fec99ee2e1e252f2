/**
 * How applications call their client. The same outage hurts a poller, an eager retrier and
 * an application that follows the guidance in different ways, so a scenario names one.
 */
import type { Clock } from "../../core/time/clock.ts";
import { minutes, seconds } from "../../core/time/duration.ts";
import type { Application } from "../application.ts";
import type { TokenRequest, TokenResult } from "../client.ts";

/** Asks every `everyMs` for `forMs`, whatever comes back: a job, a health check, a page that refreshes. */
export async function poll(
  application: Application,
  request: TokenRequest,
  options: { readonly clock: Clock; readonly everyMs: number; readonly forMs: number },
): Promise<void> {
  const { clock, everyMs, forMs } = options;
  const endsAt = clock.now() + forMs;
  let nextAt = clock.now();
  while (clock.now() < endsAt) {
    await application.attempt(request);
    // A call that outlasts its turn does not shift the timetable; missed turns are skipped.
    do nextAt += everyMs;
    while (nextAt <= clock.now());
    await clock.sleep(Math.min(nextAt, endsAt) - clock.now());
  }
}

/** Tries again at once, `attempts` times in all: what many wrappers do, and what the guidance forbids. */
export async function retryAtOnce(
  application: Application,
  request: TokenRequest,
  options: { readonly attempts: number },
): Promise<TokenResult | Error> {
  let last = await application.attempt(request);
  for (let attempt = 1; attempt < options.attempts && last instanceof Error; attempt += 1) {
    last = await application.attempt(request);
  }
  return last;
}

/** First retry after 5 s, then doubling up to five minutes: the client resilience guidance (`docs/sources.md#m3`). */
export async function backOff(
  application: Application,
  request: TokenRequest,
  options: { readonly clock: Clock; readonly attempts: number },
): Promise<TokenResult | Error> {
  let waitMs = seconds(5);
  let last = await application.attempt(request);
  for (let attempt = 1; attempt < options.attempts && last instanceof Error; attempt += 1) {
    await options.clock.sleep(waitMs);
    waitMs = Math.min(2 * waitMs, minutes(5));
    last = await application.attempt(request);
  }
  return last;
}

/**
 * How applications call their client. The same outage affects an application that polls, one that
 * retries at once and one that follows the guidance in different ways, so a scenario names one.
 */
import type { Clock } from "../core/time/clock.ts";
import { minutes, seconds } from "../core/time/duration.ts";
import type { Application } from "./application.ts";
import type { TokenRequest, TokenResult } from "./client.ts";

/**
 * Calls the client every `everyMs` for `forMs`, also after errors: a job, a health check, a page
 * that refreshes. A call that takes longer than `everyMs` does not move the later ones; missed
 * ones are skipped. Never rejects with an error of the client.
 *
 * @param options `everyMs` and `forMs` in ms of the virtual clock.
 * @example
 * await poll(app, { flow: "client-credentials", scopes }, { clock, everyMs: minutes(5), forMs: hours(12) });
 */
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
    // A long call does not move the timetable; missed calls are skipped.
    do nextAt += everyMs;
    while (nextAt <= clock.now());
    await clock.sleep(Math.min(nextAt, endsAt) - clock.now());
  }
}

/**
 * Retries at once, up to `attempts` calls in total: what many wrappers do, and what Microsoft's
 * guidance forbids (`docs/sources.md#m3`). Resolves to the last result or error.
 *
 * @example
 * const result = await retryAtOnce(app, { flow: "silent", user, scopes }, { attempts: 5 });
 */
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

/**
 * Retries with back-off, up to `attempts` calls in total: the first retry after 5 s, then doubling
 * up to five minutes, as Microsoft's client resilience guidance says (`docs/sources.md#m3`).
 * Resolves to the last result or error.
 *
 * @example
 * const result = await backOff(app, { flow: "silent", user, scopes }, { clock, attempts: 6 });
 */
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

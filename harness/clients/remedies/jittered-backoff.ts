/** Pauses that grow, and that differ between clients. */
import {
  heldBack,
  isFailure,
  isFromService,
  keyOfSend,
  retryAfterOf,
  type Send,
  type SendOptions,
} from "./held-back.ts";
import { machineChance, machineClock } from "./remedy-clock.ts";

/**
 * What `withJitteredBackoff` takes.
 *
 * @example
 * const options: JitteredBackoffOptions = { firstMs: 5_000, maxMs: 60_000 };
 */
export interface JitteredBackoffOptions extends SendOptions {
  /** The shortest pause after the first failure, ms. Default: five seconds. */
  readonly firstMs?: number;
  /** No pause is longer without its jitter, ms. Default: a minute, so that an outage that is over is noticed. */
  readonly maxMs?: number;
  /** A number from 0 to below 1. Default: `Math.random`. */
  readonly random?: () => number;
}

/**
 * After a failure without a Retry-After (408, 410, 429, 5xx, or no answer), similar requests are
 * answered here with a 503 until a pause is over: five seconds, and twice as long after each
 * further failure, up to a minute, each longer by up to a half by chance. So clients that failed
 * together do not come back together. It never repeats a request by itself.
 *
 * @param send Sends a request; usually `fetch`.
 * @returns A function like it. It rejects as `send` does.
 * @see https://learn.microsoft.com/entra/architecture/resilience-client-app
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 * @example
 * const send = withJitteredBackoff((request) => fetch(request));
 */
export function withJitteredBackoff(send: Send, options: JitteredBackoffOptions = {}): Send {
  const { clock = machineClock, onAct, keyOf = keyOfSend, random = machineChance } = options;
  const { firstMs = 5_000, maxMs = 60_000 } = options;
  const pauses = new Map<string, { failures: number; until: number }>();

  const failed = (key: string): void => {
    const failures = (pauses.get(key)?.failures ?? 0) + 1;
    const pauseMs = Math.min(maxMs, firstMs * 2 ** (failures - 1));
    pauses.set(key, { failures, until: clock.now() + pauseMs * (1 + random() / 2) });
  };

  return async (request) => {
    const key = await keyOf(request);
    const waitMs = (pauses.get(key)?.until ?? -Infinity) - clock.now();
    if (waitMs > 0) {
      onAct?.(`A request was held back for ${Math.ceil(waitMs / 1_000)} s: the last one failed.`);
      return heldBack(503, waitMs, "The last request failed.");
    }
    try {
      const response = await send(request);
      if (!isFromService(response)) return response;
      if (!isFailure(response)) pauses.delete(key);
      else if (retryAfterOf(response, clock.now()) === 0) failed(key);
      return response;
    } catch (error) {
      failed(key);
      throw error;
    }
  };
}

/** A budget for retries, so that they stay a small part of all requests. */
import {
  heldBack,
  isFailure,
  isFromService,
  keyOfSend,
  type Send,
  type SendOptions,
} from "./held-back.ts";
import { machineClock } from "./remedy-clock.ts";

/**
 * What `withRetryBudget` takes.
 *
 * @example
 * const options: RetryBudgetOptions = { retriesMax: 3 };
 */
export interface RetryBudgetOptions extends SendOptions {
  /** How many retries may be saved up; the budget begins with so many. Default: 5. */
  readonly retriesMax?: number;
  /** How many retries a success earns. Default: 0.1. */
  readonly perSuccess?: number;
  /** How many retries a minute earns, so that an outage that is over is noticed. Default: 1. */
  readonly perMinute?: number;
}

/**
 * Lets retries through as long as there is a budget for them; a retry is a request whose last
 * similar one failed. Five may be sent at first; a success earns a tenth of one, a minute one. A retry
 * without a budget is answered here with a 503. All requests through the function share it.
 *
 * @param send Sends a request; usually `fetch`.
 * @returns A function like it. It rejects as `send` does.
 * @see https://brooker.co.za/blog/2022/02/28/retries.html
 * @see https://sre.google/sre-book/handling-overload/
 * @example
 * const send = withRetryBudget((request) => fetch(request), { retriesMax: 3 });
 */
export function withRetryBudget(send: Send, options: RetryBudgetOptions = {}): Send {
  const { clock = machineClock, onAct, keyOf = keyOfSend } = options;
  const { retriesMax = 5, perSuccess = 0.1, perMinute = 1 } = options;
  const failing = new Set<string>();
  let budget = retriesMax;
  let countedAt = clock.now();

  const earn = (retries: number): void => {
    budget = Math.min(retriesMax, budget + retries);
  };

  return async (request) => {
    const key = await keyOf(request);
    earn(((clock.now() - countedAt) / 60_000) * perMinute);
    countedAt = clock.now();
    if (failing.has(key)) {
      if (budget < 1) {
        onAct?.("A retry was held back: there is no budget for it.");
        const waitMs = perMinute > 0 ? ((1 - budget) / perMinute) * 60_000 : 60_000;
        return heldBack(503, waitMs, "There is no budget for another retry.");
      }
      budget -= 1;
    }
    try {
      const response = await send(request);
      if (!isFromService(response)) return response;
      if (isFailure(response)) {
        failing.add(key);
        return response;
      }
      failing.delete(key);
      earn(perSuccess);
      return response;
    } catch (error) {
      failing.add(key);
      throw error;
    }
  };
}

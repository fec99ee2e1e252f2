/** Waits as long as Entra says. */
import {
  heldBack,
  isFromService,
  keyOfSend,
  retryAfterOf,
  type Send,
  type SendOptions,
} from "./held-back.ts";
import type { TokenStore } from "./persisted-cache.ts";
import { machineClock } from "./remedy-clock.ts";

/**
 * What `withRetryAfter` takes.
 *
 * @example
 * const options: RetryAfterOptions = { store: fileStore("./waits.json") };
 */
export interface RetryAfterOptions extends SendOptions {
  /** Where the waits are kept, so that the next process keeps to them, under the key `retry-after`; there is no token in it. Default: in memory only. A store that fails is left out. */
  readonly store?: TokenStore;
  /** No wait is longer, ms. Default: a day. */
  readonly waitMaxMs?: number;
}

const STORE_KEY = "retry-after";

/**
 * Waits as long as Entra says: after a failure with Retry-After, in seconds or as a date and with
 * any body, similar requests are answered here with a 429 that names the time that is left, until
 * it has passed. MSAL Node by itself reads only seconds, only of JSON answers, and forgets them at
 * a restart.
 *
 * @param send Sends a request; usually `fetch`.
 * @returns A function like it.
 * @see https://learn.microsoft.com/entra/architecture/resilience-client-app
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 * @example
 * const send = withRetryAfter((request) => fetch(request));
 * const msal = new ConfidentialClientApplication({
 *   auth,
 *   system: { networkClient: msalNetworkClient(send) },
 * });
 */
export function withRetryAfter(send: Send, options: RetryAfterOptions = {}): Send {
  const { clock = machineClock, onAct, keyOf = keyOfSend, waitMaxMs = 86_400_000 } = options;
  const waits = createWaits(options);
  return async (request) => {
    const key = await keyOf(request);
    const waitMs = (await waits.until(key)) - clock.now();
    if (waitMs > 0) {
      onAct?.(
        `A request was held back: the service asked to wait ${Math.ceil(waitMs / 1_000)} s more.`,
      );
      return heldBack(429, waitMs, "The service asked to wait.");
    }
    const response = await send(request);
    const askedMs = Math.min(waitMaxMs, retryAfterOf(response, clock.now()));
    if (response.status >= 400 && askedMs > 0 && isFromService(response))
      await waits.keep(key, clock.now() + askedMs);
    return response;
  };
}

function createWaits({ store, clock = machineClock }: RetryAfterOptions) {
  const untilByKey = new Map<string, number>();
  let read: Promise<void> | undefined;
  const load = async (): Promise<void> => {
    const text = await store?.read(STORE_KEY).catch(() => undefined);
    for (const [key, until] of Object.entries(parsed(text)))
      if (typeof until === "number") untilByKey.set(key, until);
  };
  return {
    async until(key: string): Promise<number> {
      if (store !== undefined) await (read ??= load());
      return untilByKey.get(key) ?? -Infinity;
    },
    async keep(key: string, until: number): Promise<void> {
      for (const [other, at] of untilByKey) if (at <= clock.now()) untilByKey.delete(other);
      untilByKey.set(key, until);
      const text = JSON.stringify(Object.fromEntries(untilByKey));
      await store?.write(STORE_KEY, text).catch(() => undefined);
    },
  };
}

function parsed(text: string | undefined): object {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

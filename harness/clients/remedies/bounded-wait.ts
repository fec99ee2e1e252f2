/** A bound for how long a call for a token may take. */
import { machineClock, type RemedyOptions } from "./remedy-clock.ts";
import type { TokenSource } from "./token-source.ts";

/**
 * A call for a token took longer than its bound. The code is `token_wait`.
 *
 * @example
 * if (error instanceof TokenWaitError) reply.code(503).header("retry-after", "30");
 */
export class TokenWaitError extends Error {
  readonly code = "token_wait";
  /** The bound, ms. */
  readonly limitMs: number;

  /** @param limitMs The bound, ms. */
  constructor(limitMs: number) {
    super(`no token within ${limitMs} ms`);
    this.name = "TokenWaitError";
    this.limitMs = limitMs;
  }
}

/**
 * What `withBoundedWait` takes.
 *
 * @example
 * const options: BoundedWaitOptions = { limitMs: 2_000 };
 */
export interface BoundedWaitOptions extends RemedyOptions {
  /** How long a call may take, ms. Default: four seconds, below the five in which a caller should notice nothing, and above what a healthy answer takes. */
  readonly limitMs?: number;
}

/**
 * Ends a call for a token after a while, so that a hung service does not become a hung app: MSAL
 * Node has no time-out for the token endpoint, and `fetch` waits for five minutes. The signal of
 * the call is aborted; a client that does not look at it goes on, and its answer is in its cache
 * for the next call. Leave sign-ins by people out: they take minutes.
 *
 * @param source Asks the client.
 * @returns A function like it. It rejects with a `TokenWaitError` when the time is over.
 * @see https://learn.microsoft.com/azure/architecture/patterns/retry
 * @example
 * const getToken = withBoundedWait(
 *   (request: SilentFlowRequest) => msal.acquireTokenSilent(request),
 *   { limitMs: 4_000 },
 * );
 */
export function withBoundedWait<Request, Token>(
  source: TokenSource<Request, Token>,
  { limitMs = 4_000, clock = machineClock, onAct }: BoundedWaitOptions = {},
): TokenSource<Request, Token> {
  return async (request, signal) => {
    const own = new AbortController();
    const timer = new AbortController();
    const passOn = (): void => own.abort(signal?.reason);
    signal?.addEventListener("abort", passOn, { once: true });
    const call = source(request, own.signal);
    // When the time is over first, how it ends interests no one.
    call.catch(() => undefined);
    const late = clock.sleep(limitMs, timer.signal).then(
      () => {
        const error = new TokenWaitError(limitMs);
        onAct?.(`The client did not answer within ${limitMs} ms, and the call ends.`);
        own.abort(error);
        throw error;
      },
      () => new Promise<never>(() => undefined),
    );
    try {
      return await Promise.race([call, late]);
    } finally {
      timer.abort();
      signal?.removeEventListener("abort", passOn);
    }
  };
}

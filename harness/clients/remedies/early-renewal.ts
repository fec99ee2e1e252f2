/** New tokens long before the old ones end, so that an outage begins with most of a lifetime in hand. */
import { machineClock } from "./remedy-clock.ts";
import {
  claimsOf,
  expiryOfToken,
  KEPT_MAX,
  type KeepingTokenSource,
  keyOfRequest,
  MARGIN_MS,
  type TokenOptions,
  type TokenSource,
  wantsNewToken,
} from "./token-source.ts";

/**
 * What `withEarlyRenewal` takes.
 *
 * @example
 * const options: EarlyRenewalOptions<SilentFlowRequest, AuthenticationResult> = {
 *   whileIdleMs: 7 * 86_400_000,
 * };
 */
export interface EarlyRenewalOptions<Request, Token> extends Omit<
  TokenOptions<Request, Token>,
  "isOutage"
> {
  /** After which share of its life a token is renewed, above 0 and below 1. Default: 0.5. */
  readonly afterShare?: number;
  /** For how long after the last call tokens are renewed although no one asks, ms. Default: 0, only when somebody asks. */
  readonly whileIdleMs?: number;
  /** How long after a failed renewal the next one begins, ms; it doubles up to an hour. No two renewals are closer. Default: five minutes. */
  readonly retryAfterMs?: number;
  /** The request that goes past the client's own cache. Default: with `forceRefresh` and `skipCache`, as MSAL calls it. */
  readonly renewing?: (request: Request) => Request;
}

/** A token that is kept, and how its renewals went. */
interface Kept<Request, Token> {
  readonly request: Request;
  readonly token: Token;
  readonly expiresAt: number;
  renewAt: number;
  failures: number;
  isRenewing: boolean;
  calledAt: number;
}

const RETRY_MAX_MS = 3_600_000;

/**
 * Renews tokens in the background after half of their life, and hands the kept one out meanwhile:
 * no caller waits for a renewal, and none notices that one failed. With `whileIdleMs` it also
 * renews for people who are away: Entra's backup serves whom the service has served in the last
 * three days.
 *
 * Tokens are kept in memory. It costs requests: about twice as many, and those of idle users.
 *
 * @param source Asks the client.
 * @returns A function like it. Without a valid token it rejects as `source` does.
 * @see https://learn.microsoft.com/entra/architecture/backup-authentication-system
 * @example
 * const getToken = withEarlyRenewal(
 *   (request: SilentFlowRequest) => msal.acquireTokenSilent(request),
 *   { whileIdleMs: 7 * 86_400_000 },
 * );
 */
export function withEarlyRenewal<Request, Token>(
  source: TokenSource<Request, Token>,
  options: EarlyRenewalOptions<Request, Token> = {},
): KeepingTokenSource<Request, Token> {
  const { clock = machineClock, keyOf = keyOfRequest, wantsNew = wantsNewToken } = options;
  const { marginMs = MARGIN_MS, whileIdleMs = 0 } = options;
  const all = new Map<string, Kept<Request, Token>>();
  const renewal = createRenewal(source, all, options);

  const keep = (request: Request, token: Token): void => {
    renewal.keep(request, token, clock.now());
    if (whileIdleMs > 0) renewal.watch(keyOf(request));
  };

  const get = async (request: Request, signal?: AbortSignal): Promise<Token> => {
    if (claimsOf(request) !== "") all.delete(keyOf(request));
    const kept = all.get(keyOf(request));
    if (kept !== undefined) kept.calledAt = clock.now();
    const isUsable = kept !== undefined && kept.expiresAt - clock.now() > marginMs;
    if (!isUsable || wantsNew(request)) {
      const token = await source(request, signal);
      keep(request, token);
      return token;
    }
    if (clock.now() >= kept.renewAt) void renewal.renew(kept);
    if (kept.failures > 0)
      options.onAct?.("A renewal has failed, and the token, which is still valid, is handed out.");
    return kept.token;
  };
  return Object.assign(get, { keep });
}

function createRenewal<Request, Token>(
  source: TokenSource<Request, Token>,
  all: Map<string, Kept<Request, Token>>,
  options: EarlyRenewalOptions<Request, Token>,
) {
  const { clock = machineClock, onAct, keyOf = keyOfRequest } = options;
  const { expiresAtOf = expiryOfToken, afterShare = 0.5, whileIdleMs = 0 } = options;
  const { retryAfterMs = 300_000, renewing = pastTheCache } = options;
  const watched = new Set<string>();

  const keep = (request: Request, token: Token, calledAt: number): void => {
    const key = keyOf(request);
    const before = all.get(key);
    all.delete(key);
    const expiresAt = expiresAtOf(token);
    if (expiresAt === undefined) return;
    // The same token again, from the client's cache: half of its life is counted from its beginning.
    const isSame = before?.expiresAt === expiresAt;
    // A clock that is wrong makes a new token look old: renewals keep their distance all the same.
    const renewAt = isSame
      ? before.renewAt
      : clock.now() + Math.max(retryAfterMs, afterShare * (expiresAt - clock.now()));
    const rest = { failures: 0, isRenewing: false, calledAt };
    all.set(key, { request, token, expiresAt, renewAt, ...rest });
    const [oldest] = all.keys();
    if (all.size > KEPT_MAX && oldest !== undefined) all.delete(oldest);
  };

  const renew = async (kept: Kept<Request, Token>): Promise<void> => {
    if (kept.isRenewing) return;
    kept.isRenewing = true;
    onAct?.("A token is past a part of its life and is renewed in the background.");
    try {
      const token = await source(renewing(kept.request));
      keep(kept.request, token, kept.calledAt);
      // A client that gave out the same token again is not asked all the time.
      const renewed = all.get(keyOf(kept.request));
      if (renewed !== undefined && renewed.renewAt <= clock.now())
        renewed.renewAt = clock.now() + retryAfterMs;
    } catch {
      kept.failures += 1;
      const waitMs = Math.min(RETRY_MAX_MS, retryAfterMs * 2 ** (kept.failures - 1));
      kept.renewAt = clock.now() + waitMs;
    } finally {
      kept.isRenewing = false;
    }
  };

  /** Renews while no one asks; one such loop for each key. */
  const watch = (key: string): void => {
    if (watched.has(key)) return;
    watched.add(key);
    const loop = async (): Promise<void> => {
      for (let kept = all.get(key); kept !== undefined; kept = all.get(key)) {
        if (clock.now() - kept.calledAt > whileIdleMs) break;
        if (kept.isRenewing) await clock.sleep(retryAfterMs);
        else if (clock.now() >= kept.renewAt) await renew(kept);
        else await clock.sleep(kept.renewAt - clock.now());
      }
      watched.delete(key);
    };
    void loop();
  };
  return { keep, renew, watch };
}

function pastTheCache<Request>(request: Request): Request {
  return typeof request === "object" && request !== null && !Array.isArray(request)
    ? { ...request, forceRefresh: true, skipCache: true }
    : request;
}

/** The last good token, kept beside the client: while it is valid, a client that fails is no reason to stop. */
import { machineClock } from "./remedy-clock.ts";
import {
  claimsOf,
  expiryOfToken,
  isOutageError,
  KEPT_MAX,
  type KeepingTokenSource,
  keyOfRequest,
  MARGIN_MS,
  type TokenOptions,
  type TokenSource,
  wantsNewToken,
} from "./token-source.ts";

/**
 * Keeps the last token of each request beside the client, in memory, and hands it out when the
 * client fails although the token is valid: MSAL Node does so past `refresh_in` while the token
 * endpoint fails. The client is asked first, each time.
 *
 * A refusal such as `invalid_grant` is passed on. A request with `claims` forgets the token, which
 * the API has refused; one with `forceRefresh` or `skipCache` never gets the kept one.
 *
 * @param source Asks the client.
 * @returns A function like it. It rejects with what `source` rejects with, when there is no token to hand out.
 * @see https://learn.microsoft.com/entra/architecture/resilience-client-app
 * @example
 * const getToken = withLastGoodToken((request: ClientCredentialRequest) =>
 *   msal.acquireTokenByClientCredential(request),
 * );
 * const token = await getToken({ scopes: ["https://graph.microsoft.com/.default"] });
 */
export function withLastGoodToken<Request, Token>(
  source: TokenSource<Request, Token>,
  options: TokenOptions<Request, Token> = {},
): KeepingTokenSource<Request, Token> {
  const { clock = machineClock, onAct, keyOf = keyOfRequest, isOutage = isOutageError } = options;
  const { expiresAtOf = expiryOfToken, wantsNew = wantsNewToken, marginMs = MARGIN_MS } = options;
  const kept = new Map<string, Token>();

  const keep = (request: Request, token: Token): void => {
    const key = keyOf(request);
    kept.delete(key);
    if (expiresAtOf(token) === undefined) return;
    kept.set(key, token);
    const [oldest] = kept.keys();
    if (kept.size > KEPT_MAX && oldest !== undefined) kept.delete(oldest);
  };

  const get = async (request: Request, signal?: AbortSignal): Promise<Token> => {
    const isNew = wantsNew(request);
    if (claimsOf(request) !== "") kept.delete(keyOf(request));
    try {
      const token = await source(request, signal);
      keep(request, token);
      return token;
    } catch (error) {
      const last = kept.get(keyOf(request));
      const leftMs = (last === undefined ? undefined : expiresAtOf(last)) ?? -Infinity;
      const isUsable = leftMs - clock.now() > marginMs;
      if (last === undefined || !isUsable || isNew || !isOutage(error)) throw error;
      onAct?.("The client failed, and the last good token, which is still valid, is handed out.");
      return last;
    }
  };
  return Object.assign(get, { keep });
}

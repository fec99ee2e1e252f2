/** One request for several callers who want the same token at the same time. */
import {
  claimsOf,
  keyOfRequest,
  type SourceOptions,
  type TokenSource,
  wantsNewToken,
} from "./token-source.ts";

/**
 * Callers who ask for the same token at the same time share one call of the client: one request to
 * Entra for as many as wait. It is shared until it ends, and what it rejects with is everyone's.
 * The signal of the first caller goes to the client; those of the others are not looked at.
 *
 * @param source Asks the client.
 * @returns A function like it.
 * @see https://learn.microsoft.com/entra/architecture/resilience-client-app
 * @example
 * const getToken = withSingleFlight((request: ClientCredentialRequest) =>
 *   msal.acquireTokenByClientCredential(request),
 * );
 */
export function withSingleFlight<Request, Token>(
  source: TokenSource<Request, Token>,
  { keyOf = keyOfRequest, onAct }: Pick<SourceOptions<Request>, "keyOf" | "onAct"> = {},
): TokenSource<Request, Token> {
  const underWay = new Map<string, Promise<Token>>();
  return (request, signal) => {
    const key = [keyOf(request), wantsNewToken(request), claimsOf(request)].join(" ");
    const before = underWay.get(key);
    if (before !== undefined) {
      onAct?.("The same token was being asked for, and the call waits for that.");
      return before;
    }
    const call = source(request, signal).finally(() => underWay.delete(key));
    underWay.set(key, call);
    return call;
  };
}

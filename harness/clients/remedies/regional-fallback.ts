/** The global endpoint when that of a region fails. */
import { machineClock } from "./remedy-clock.ts";
import { isOutageError, type SourceOptions, type TokenSource } from "./token-source.ts";

/**
 * What `withRegionalFallback` takes.
 *
 * @example
 * const options: RegionalFallbackOptions<MyRequest> = {
 *   withoutRegion: ({ region, ...rest }) => (region === undefined ? undefined : rest),
 * };
 */
export interface RegionalFallbackOptions<Request> extends Pick<
  SourceOptions<Request>,
  "isOutage" | "onAct" | "clock"
> {
  /** The same request for the global endpoint; undefined when it is for that already. Default: without `azureRegion`, as MSAL calls it. */
  readonly withoutRegion?: (request: Request) => Request | undefined;
  /** For so long after a failure the region is not asked, ms. Default: a minute. */
  readonly avoidMs?: number;
}

/**
 * Asks the global token endpoint when that of the region fails, and goes on there for a minute
 * before it tries the region again. Only Microsoft's own applications have regional endpoints.
 *
 * @param source Asks the client, for the region that the request names.
 * @returns A function like it. It rejects with what the global endpoint was refused with.
 * @see https://learn.microsoft.com/entra/architecture/backup-authentication-system
 * @example
 * const getToken = withRegionalFallback((request: ClientCredentialRequest) =>
 *   msal.acquireTokenByClientCredential(request),
 * );
 * await getToken({ scopes, azureRegion: "westus2" });
 */
export function withRegionalFallback<Request, Token>(
  source: TokenSource<Request, Token>,
  options: RegionalFallbackOptions<Request> = {},
): TokenSource<Request, Token> {
  const { isOutage = isOutageError, onAct, clock = machineClock, avoidMs = 60_000 } = options;
  const { withoutRegion = withoutAzureRegion } = options;
  let avoidedUntil = -Infinity;
  return async (request, signal) => {
    const global = withoutRegion(request);
    if (global === undefined) return source(request, signal);
    if (clock.now() < avoidedUntil) {
      onAct?.("The endpoint of the region failed a moment ago, and the global one is asked.");
      return source(global, signal);
    }
    try {
      return await source(request, signal);
    } catch (error) {
      if (!isOutage(error)) throw error;
      avoidedUntil = clock.now() + avoidMs;
      onAct?.("The endpoint of the region failed, and the global one is asked.");
      return source(global, signal);
    }
  };
}

function withoutAzureRegion<Request>(request: Request): Request | undefined {
  if (typeof request !== "object" || request === null || !("azureRegion" in request))
    return undefined;
  const { azureRegion: _, ...rest } = request;
  return rest as Request;
}

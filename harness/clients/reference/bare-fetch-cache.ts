/** The token cache of a `bare-fetch`, and its keys. */
import { isSaved, type TokenRequest } from "../client.ts";
import type { OpenedBareFetch } from "./opened-bare-fetch.ts";
import type { CachedToken } from "./bare-fetch-wire.ts";

export interface TokenCache {
  readonly get: (key: string) => CachedToken | undefined;
  /** Replaces the token of a key; saves the whole cache when the application persists it. */
  readonly keep: (key: string, token: CachedToken) => CachedToken;
}

const STORED_AS = "bare-fetch-cache";

/** Creates the cache of a new process: empty, or as the previous process saved it. */
export function createTokenCache({ options, context, has }: OpenedBareFetch): TokenCache {
  const isPersisted = isSaved(options.cache);
  const saved = isPersisted ? context.storage.get(STORED_AS) : undefined;
  const tokens = new Map(saved === undefined ? [] : (JSON.parse(saved) as [string, CachedToken][]));
  return {
    get: (key) => tokens.get(key),
    keep(key, token) {
      tokens.set(key, token);
      if (isPersisted && !has("forgets"))
        context.storage.set(STORED_AS, JSON.stringify([...tokens]));
      return token;
    },
  };
}

/** The same key for all requests that one token can serve: app, tenant, user, and scopes in any order. */
export function cacheKeyOf(request: TokenRequest, { options }: OpenedBareFetch): string {
  return [
    options.app.clientId,
    options.tenant.id,
    request.user?.id ?? "app",
    ...request.scopes.toSorted(),
  ].join(" ");
}

/** Whether a cached token may answer a request: by its flow, and without claims or a forced refresh. */
export function isCacheable({ flow, forceRefresh, claims }: TokenRequest): boolean {
  if (forceRefresh === true || claims !== undefined) return false;
  return cacheable.has(flow);
}

const cacheable: ReadonlySet<TokenRequest["flow"]> = new Set([
  "client-credentials",
  "silent",
  "on-behalf-of",
  "managed-identity",
]);

/** The tokens that a `bare-fetch` has, and the key by which it finds them again. */
import type { TokenRequest } from "../client.ts";
import type { OpenedBareFetch } from "./bare-fetch.ts";
import type { KeptToken } from "./bare-fetch-wire.ts";

export interface TokenCache {
  readonly get: (key: string) => KeptToken | undefined;
  /** Keeps a token in place of the one before; saves all when the application persists its cache. */
  readonly keep: (key: string, token: KeptToken) => KeptToken;
}

const STORED_AS = "bare-fetch-cache";

/** The cache of a new process: empty, or as the one before saved it. */
export function createTokenCache({ options, context, has }: OpenedBareFetch): TokenCache {
  const isPersisted = options.cache === "persisted";
  const saved = isPersisted ? context.storage.get(STORED_AS) : undefined;
  const tokens = new Map(saved === undefined ? [] : (JSON.parse(saved) as [string, KeptToken][]));
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

/** One key for wishes that one token serves: app, tenant, user and scopes in any order. */
export function keyOf(wish: TokenRequest, { options }: OpenedBareFetch): string {
  return [
    options.app.clientId,
    options.tenant.id,
    wish.user?.id ?? "app",
    ...wish.scopes.toSorted(),
  ].join(" ");
}

/** Whether a kept token may answer a wish: not for a flow that asks the service by nature, nor for one that asks anew. */
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

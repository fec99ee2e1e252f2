/**
 * `bare-fetch`: a client written by hand over `fetch`, as many products have one. Without
 * vices it follows Microsoft's client guidance (`docs/sources.md#m3`) to the letter, which shows that
 * every rule can be met; with one vice it is the culprit that a rule must catch.
 */
import type {
  ClientContext,
  ClientInstance,
  ClientUnderTest,
  OpenOptions,
  TokenRequest,
  TokenResult,
} from "../client.ts";
import { createTokenCache, isCacheable, keyOf } from "./bare-fetch-cache.ts";
import { createRequests } from "./bare-fetch-requests.ts";
import { signInWithBareFetch } from "./bare-fetch-sign-in.ts";
import { createWire, TokenRequestError, type KeptToken } from "./bare-fetch-wire.ts";

/** One bad habit each; the name of the client is `bare-fetch-` and the vice. */
export const vices = [
  /** Tries 20 times in a row. */
  "tight-loop",
  /** Asks again whatever Retry-After or a failure said. */
  "ignores-retry-after",
  "never-caches",
  /** Sends the person to a sign-in page, `prompt=login`, whenever a silent call fails. */
  "prompts",
  /** Says that interaction is needed and never interacts, however often it is told. */
  "withholds",
  /** Makes the caller wait for a proactive refresh. */
  "waits-for-refresh",
  /** Saves nothing. */
  "forgets",
  "hands-out-expired",
  /** Reports success without a token when the service fails. */
  "empty-token",
  /** One throttled key blocks all. */
  "shares-throttle",
  /** Concurrent callers each make their own request. */
  "stampedes",
  /** Reads the metadata before every request. */
  "refetches-metadata",
  /** Names another user in the routing hint. */
  "wrong-hint",
  /** Uses an old host that the backup system does not serve. */
  "wrong-host",
  /** Drops a claims challenge. */
  "ignores-claims",
  /** Once failed, fails for ever. */
  "never-recovers",
  /** Treats ext_expires_in as if it were not there. */
  "ignores-extended-life",
  /** Asks the identity endpoint of its machine 20 times in a row. */
  "hammers-identity-endpoint",
  /** Takes a 410 of that endpoint for the end. */
  "gives-up-on-gone",
] as const;

export type Vice = (typeof vices)[number];

/** A `bare-fetch` as an application opened it: what every part of it is handed. */
export interface OpenedBareFetch {
  readonly options: OpenOptions;
  readonly context: ClientContext;
  readonly has: (vice: Vice) => boolean;
}

/** MSAL's own margin: a token is not used in its last five minutes. */
const EXPIRY_MARGIN_MS = 300_000;

/** The client with one vice, or with none. */
export function createBareFetch(vice?: Vice): ClientUnderTest {
  return {
    name: vice === undefined ? "bare-fetch" : `bare-fetch-${vice}`,
    version: "1",
    flows: [
      "client-credentials",
      "silent",
      "authorization-code",
      "refresh-token",
      "on-behalf-of",
      "password",
      "managed-identity",
    ],
    open: (options, context) =>
      Promise.resolve(openBareFetch({ options, context, has: (candidate) => vice === candidate })),
    describeError: (error) =>
      error instanceof TokenRequestError
        ? {
            name: error.name,
            code: error.code,
            ...(error.suberror === undefined ? {} : { suberror: error.suberror }),
            message: error.message,
            interactionRequired: vice !== "prompts" && needsInteraction(error),
          }
        : undefined,
  };
}

function openBareFetch(opened: OpenedBareFetch): ClientInstance {
  const { context, has } = opened;
  const { clock } = context;
  const host = has("wrong-host") ? "https://login.windows.net" : context.authorityHost;
  const wire = createWire(opened.options, context, host);
  const cache = createTokenCache(opened);
  const requests = createRequests(opened, wire, cache);

  const signIn = async (wish: TokenRequest): Promise<TokenResult> => {
    const token = await signInWithBareFetch(wire, wish, opened);
    return resultOf(cache.keep(keyOf(wish, opened), token), "network");
  };

  /** With a token that is valid: it is handed out at once, and renewed beside the call when it is time. */
  const serve = async (key: string, wish: TokenRequest, kept: KeptToken): Promise<TokenResult> => {
    if (kept.refreshAt === undefined || clock.now() < kept.refreshAt)
      return resultOf(kept, "cache");
    const refresh = requests.send(key, wish);
    if (has("withholds")) return resultOf(await refresh, "network");
    if (has("waits-for-refresh")) return resultOf(await refresh.catch(() => kept), "network");
    refresh.catch(() => undefined);
    return resultOf(kept, "cache");
  };

  /** Without: the service is asked, and in its absence an extended life counts. */
  const renew = async (key: string, wish: TokenRequest): Promise<TokenResult> => {
    const kept = cache.get(key);
    try {
      return resultOf(await requests.send(key, wish), "network");
    } catch (error) {
      if (!(error instanceof TokenRequestError) || !error.transient) throw error;
      const isExtended = kept !== undefined && clock.now() < kept.extendedExpiresAt;
      if (isExtended && !has("ignores-extended-life")) return resultOf(kept, "cache");
      if (has("empty-token")) return { accessToken: "" };
      throw error;
    }
  };

  const acquire = async (wish: TokenRequest): Promise<TokenResult> => {
    const key = keyOf(wish, opened);
    const usable = isCacheable(wish) && !has("never-caches") ? cache.get(key) : undefined;
    if (usable === undefined) return renew(key, wish);
    if (usable.expiresAt - clock.now() > EXPIRY_MARGIN_MS) return serve(key, wish, usable);
    return has("hands-out-expired") ? resultOf(usable, "cache") : renew(key, wish);
  };

  return {
    async acquire(wish) {
      if (wish.flow === "authorization-code") {
        await requests.readMetadata();
        return signIn(wish);
      }
      const attempts = has("tight-loop") ? 20 : 1;
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await acquire(wish);
        } catch (error) {
          if (has("prompts") && wish.user !== undefined)
            return signIn({ ...wish, prompt: "login" });
          if (attempt >= attempts) throw error;
        }
      }
    },
  };
}

function needsInteraction(error: TokenRequestError): boolean {
  return (
    error.code === "interaction_required" ||
    error.code === "invalid_grant" ||
    error.code === "login_required"
  );
}

function resultOf(token: KeptToken, from: "cache" | "network"): TokenResult {
  return {
    accessToken: token.accessToken,
    expiresAt: token.expiresAt,
    fromCache: from === "cache",
    ...(token.homeAccountId === undefined ? {} : { homeAccountId: token.homeAccountId }),
  };
}

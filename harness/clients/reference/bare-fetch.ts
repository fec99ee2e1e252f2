/**
 * `bare-fetch`: a client written by hand over `fetch`, as many products have one. Without a defect
 * it follows Microsoft's client guidance (`docs/sources.md#m3`) exactly, which shows that every
 * rule can be met; with one defect it is the faulty reference client that a rule must catch.
 */
import type { ClientInstance, ClientUnderTest, TokenRequest, TokenResult } from "../client.ts";
import { createTokenCache, isCacheable, cacheKeyOf } from "./bare-fetch-cache.ts";
import { signInByDeviceCode } from "./bare-fetch-device-code.ts";
import { createRequests } from "./bare-fetch-requests.ts";
import { signInWithBareFetch } from "./bare-fetch-sign-in.ts";
import type { ClientDefect } from "./client-defects.ts";
import type { OpenedBareFetch } from "./opened-bare-fetch.ts";
import { createWire, TokenRequestError, type CachedToken } from "./bare-fetch-wire.ts";

/** MSAL's own margin: a token is not used in its last five minutes. */
const EXPIRY_MARGIN_MS = 300_000;

/** Creates the client, with one defect or with none. */
export function createBareFetch(defect?: ClientDefect): ClientUnderTest {
  return {
    name: defect === undefined ? "bare-fetch" : `bare-fetch-${defect}`,
    version: "1",
    flows: [
      "client-credentials",
      "silent",
      "authorization-code",
      "refresh-token",
      "on-behalf-of",
      "password",
      "device-code",
      "managed-identity",
    ],
    open: (options, context) =>
      Promise.resolve(
        openBareFetch({ options, context, has: (candidate) => defect === candidate }),
      ),
    describeError: (error) =>
      error instanceof TokenRequestError
        ? {
            name: error.name,
            code: error.code,
            ...(error.suberror === undefined ? {} : { suberror: error.suberror }),
            message: error.message,
            interactionRequired: defect !== "prompts" && needsInteraction(error),
          }
        : undefined,
  };
}

function openBareFetch(opened: OpenedBareFetch): ClientInstance {
  const { context, has } = opened;
  const { clock } = context;
  const host = has("wrong-host") ? "https://login.windows.net" : context.authorityHost;
  const wire = createWire(opened, host);
  const cache = createTokenCache(opened);
  const requests = createRequests(opened, wire, cache);

  const signIn = async (request: TokenRequest): Promise<TokenResult> => {
    const token = await signInWithBareFetch(wire, request, opened);
    return resultOf(cache.keep(cacheKeyOf(request, opened), token), "network");
  };

  /** Hands out a valid token at once, and renews it in the background when `refresh_in` has passed. */
  const serve = async (
    key: string,
    request: TokenRequest,
    kept: CachedToken,
  ): Promise<TokenResult> => {
    if (kept.refreshAt === undefined || clock.now() < kept.refreshAt)
      return resultOf(kept, "cache");
    const refresh = requests.send(key, request);
    if (has("withholds")) return resultOf(await refresh, "network");
    if (has("asks-for-sign-in")) return resultOf(await refresh.catch(asLoginRequired), "network");
    if (has("waits-for-refresh")) return resultOf(await refresh.catch(() => kept), "network");
    refresh.catch(() => undefined);
    return resultOf(kept, "cache");
  };

  /** Requests a token, and uses an extended lifetime while the service fails. */
  const renew = async (key: string, request: TokenRequest): Promise<TokenResult> => {
    const kept = cache.get(key);
    try {
      return resultOf(await requests.send(key, request), "network");
    } catch (error) {
      if (!(error instanceof TokenRequestError) || !error.transient) throw error;
      const isExtended = kept !== undefined && clock.now() < kept.extendedExpiresAt;
      if (isExtended && !has("ignores-extended-life")) return resultOf(kept, "cache");
      if (has("empty-token")) return { accessToken: "" };
      throw error;
    }
  };

  const acquire = async (request: TokenRequest): Promise<TokenResult> => {
    const key = cacheKeyOf(request, opened);
    const usable = isCacheable(request) && !has("never-caches") ? cache.get(key) : undefined;
    if (usable === undefined) return renew(key, request);
    if (usable.expiresAt - clock.now() > EXPIRY_MARGIN_MS) return serve(key, request, usable);
    return has("hands-out-expired") ? resultOf(usable, "cache") : renew(key, request);
  };

  return {
    async acquire(request) {
      if (request.flow === "authorization-code") {
        await requests.readMetadata();
        return signIn(request);
      }
      if (request.flow === "device-code") {
        const token = await signInByDeviceCode(wire, request, opened);
        return resultOf(cache.keep(cacheKeyOf(request, opened), token), "network");
      }
      const attempts = has("loops") ? 60 : has("tight-loop") ? 20 : 1;
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await acquire(request);
        } catch (error) {
          if (has("prompts") && request.user !== undefined)
            return signIn({ ...request, prompt: "login" });
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

function resultOf(token: CachedToken, from: "cache" | "network"): TokenResult {
  return {
    accessToken: token.accessToken,
    expiresAt: token.expiresAt,
    fromCache: from === "cache",
    ...(token.homeAccountId === undefined ? {} : { homeAccountId: token.homeAccountId }),
  };
}

/** Any failure, reported as if only a sign-in could help. */
function asLoginRequired(): never {
  throw new TokenRequestError("login_required", {
    message: "The user must sign in again.",
    transient: false,
  });
}

/**
 * `bare-fetch`: a client written by hand over `fetch`, as many products have one. Without
 * vices it follows Microsoft's client guidance (SEED-3) to the letter, which shows that
 * every rule can be met; with one vice it is the culprit that a rule must catch.
 */
import type {
  ClientContext,
  ClientInstance,
  ClientUnderTest,
  OpenOptions,
  TokenRequest,
  TokenResult,
} from "./client.ts";
import { createWire, TokenRequestError, type KeptToken } from "./bare-fetch-wire.ts";
import { sendWish } from "./bare-fetch-grants.ts";
import { signInWithBareFetch } from "./bare-fetch-sign-in.ts";

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
] as const;

export type Vice = (typeof vices)[number];

/** MSAL's own margin: a token is not used in its last five minutes. */
const EXPIRY_MARGIN_MS = 300_000;
const FIRST_BACKOFF_MS = 5_000;
const BACKOFF_MAX_MS = 60_000;

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
    ],
    open: (options, context) => Promise.resolve(openBareFetch(options, context, vice)),
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

interface Block {
  readonly untilMs: number;
  readonly failures: number;
  readonly error: TokenRequestError;
}

function openBareFetch(
  options: OpenOptions,
  context: ClientContext,
  vice: Vice | undefined,
): ClientInstance {
  const { clock } = context;
  const has = (candidate: Vice): boolean => vice === candidate;
  const host = has("wrong-host") ? "https://login.windows.net" : context.authorityHost;
  const wire = createWire(options, context, host);
  const tokens = loadTokens(options, context);
  const blocks = new Map<string, Block>();
  const flights = new Map<string, Promise<KeptToken>>();
  let metadataReadAt: number | undefined;
  let brokenBy: TokenRequestError | undefined;

  const keep = (key: string, token: KeptToken): KeptToken => {
    tokens.set(key, token);
    if (options.cache === "persisted" && !has("forgets")) {
      context.storage.set("bare-fetch-cache", JSON.stringify([...tokens]));
    }
    return token;
  };

  const readMetadata = async (): Promise<void> => {
    const isFresh = metadataReadAt !== undefined && clock.now() - metadataReadAt < 86_400_000;
    if (isFresh && !has("refetches-metadata")) return;
    await wire.metadata();
    metadataReadAt = clock.now();
  };

  const request = async (key: string, wish: TokenRequest): Promise<KeptToken> => {
    const blockKey = has("shares-throttle") ? "all" : key;
    const block = blocks.get(blockKey);
    if (brokenBy !== undefined && has("never-recovers")) throw brokenBy;
    const defiant = has("ignores-retry-after") || has("tight-loop");
    if (block !== undefined && clock.now() < block.untilMs && !defiant) throw block.error;
    try {
      await readMetadata();
      const token = await sendWish(wire, wish, tokens.get(key), options, context, vice);
      blocks.delete(blockKey);
      return keep(key, token);
    } catch (error) {
      if (!(error instanceof TokenRequestError)) throw error;
      brokenBy = error;
      if (error.transient) {
        const failures = (block?.failures ?? 0) + 1;
        const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), BACKOFF_MAX_MS);
        const waitMs =
          error.retryAfterMs === undefined || error.retryAfterMs === 0
            ? backoffMs
            : error.retryAfterMs;
        blocks.set(blockKey, { untilMs: clock.now() + waitMs, failures, error });
      }
      throw error;
    }
  };

  const requestOnce = (key: string, wish: TokenRequest): Promise<KeptToken> => {
    const flight = flights.get(key);
    if (flight !== undefined && !has("stampedes")) return flight;
    const started = request(key, wish).finally(() => flights.delete(key));
    flights.set(key, started);
    return started;
  };

  const acquire = async (wish: TokenRequest): Promise<TokenResult> => {
    const key = keyOf(wish, options);
    const kept = tokens.get(key);
    const leftMs = kept === undefined ? 0 : kept.expiresAt - clock.now();
    const fromCache = isCacheable(wish) && !has("never-caches");
    if (kept !== undefined && fromCache && leftMs > EXPIRY_MARGIN_MS) {
      if (kept.refreshAt === undefined || clock.now() < kept.refreshAt)
        return resultOf(kept, "cache");
      const refresh = requestOnce(key, wish);
      if (has("waits-for-refresh") || has("withholds")) {
        const refreshed = await refresh.catch((error: unknown) => {
          if (has("withholds")) throw error;
          return kept;
        });
        return resultOf(refreshed, "network");
      }
      refresh.catch(() => undefined);
      return resultOf(kept, "cache");
    }
    if (kept !== undefined && fromCache && has("hands-out-expired")) return resultOf(kept, "cache");
    try {
      return resultOf(await requestOnce(key, wish), "network");
    } catch (error) {
      const transient = error instanceof TokenRequestError && error.transient;
      const extended =
        kept !== undefined && clock.now() < kept.extendedExpiresAt && !has("ignores-extended-life");
      if (transient && extended && kept !== undefined) return resultOf(kept, "cache");
      if (transient && has("empty-token")) return { accessToken: "" };
      throw error;
    }
  };

  return {
    async acquire(wish) {
      if (wish.flow === "authorization-code") {
        await readMetadata();
        return resultOf(
          keep(keyOf(wish, options), await signInWithBareFetch(wire, wish, options, context, vice)),
          "network",
        );
      }
      const attempts = has("tight-loop") ? 20 : 1;
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await acquire(wish);
        } catch (error) {
          if (has("prompts") && wish.user !== undefined) {
            const forced = { ...wish, prompt: "login" as const };
            return resultOf(
              keep(
                keyOf(wish, options),
                await signInWithBareFetch(wire, forced, options, context, vice),
              ),
              "network",
            );
          }
          if (attempt >= attempts) throw error;
        }
      }
    },
  };
}

function loadTokens(options: OpenOptions, context: ClientContext): Map<string, KeptToken> {
  const saved = options.cache === "persisted" ? context.storage.get("bare-fetch-cache") : undefined;
  return new Map(saved === undefined ? [] : (JSON.parse(saved) as [string, KeptToken][]));
}

function isCacheable(wish: TokenRequest): boolean {
  const asksAnew = wish.forceRefresh === true || wish.claims !== undefined;
  return (
    !asksAnew &&
    (wish.flow === "client-credentials" || wish.flow === "silent" || wish.flow === "on-behalf-of")
  );
}

function keyOf(wish: TokenRequest, options: OpenOptions): string {
  return [
    options.app.clientId,
    options.tenant.id,
    wish.user?.id ?? "app",
    ...wish.scopes.toSorted(),
  ].join(" ");
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

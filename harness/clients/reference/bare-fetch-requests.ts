/**
 * How a `bare-fetch` sends requests: metadata once a day, one request at a time for a token, and
 * a pause after a failure, as long as Retry-After says or growing from five seconds
 * (`docs/sources.md#m3`, client resilience guidance).
 */
import type { OpenedBareFetch } from "./opened-bare-fetch.ts";
import type { TokenCache } from "./bare-fetch-cache.ts";
import { sendTokenRequest } from "./bare-fetch-grants.ts";
import { TokenRequestError, type CachedToken, type Wire } from "./bare-fetch-wire.ts";
import type { TokenRequest } from "../client.ts";

export interface Requests {
  /** Reads the discovery document unless that was done in the last 24 hours. */
  readonly readMetadata: () => Promise<void>;
  /**
   * Requests a token and caches it; concurrent callers with the same key share the request.
   * Rejects with a `TokenRequestError`, during a pause with that of the last failure.
   */
  readonly send: (key: string, request: TokenRequest) => Promise<CachedToken>;
}

const METADATA_FRESH_FOR_MS = 86_400_000;
const FIRST_PAUSE_MS = 5_000;
const PAUSE_MAX_MS = 60_000;

/** The requests of one process. */
export function createRequests(opened: OpenedBareFetch, wire: Wire, cache: TokenCache): Requests {
  const { context, has } = opened;
  const { clock } = context;
  const pauses = createPauses(opened);
  const inFlight = new Map<string, Promise<CachedToken>>();
  let metadataReadAt: number | undefined;

  const readMetadata = async (): Promise<void> => {
    const isFresh =
      metadataReadAt !== undefined && clock.now() - metadataReadAt < METADATA_FRESH_FOR_MS;
    if (isFresh && !has("refetches-metadata")) return;
    try {
      await wire.metadata();
    } catch (error) {
      // Old metadata are better than none: they change once a year.
      if (metadataReadAt === undefined || has("refetches-metadata")) throw error;
      return;
    }
    metadataReadAt = clock.now();
  };

  const requestToken = async (key: string, request: TokenRequest): Promise<CachedToken> => {
    const failures = pauses.checkNone(key);
    try {
      // The machine's own endpoint needs no discovery.
      if (request.flow !== "managed-identity") await readMetadata();
      const token = await sendTokenRequest(wire, request, cache.get(key), opened);
      pauses.end(key);
      return cache.keep(key, token);
    } catch (error) {
      if (error instanceof TokenRequestError) pauses.begin(key, error, failures + 1);
      throw error;
    }
  };

  return {
    readMetadata,
    send(key, request) {
      const shared = inFlight.get(key);
      if (shared !== undefined && !has("stampedes")) return shared;
      const started = requestToken(key, request).finally(() => inFlight.delete(key));
      inFlight.set(key, started);
      return started;
    },
  };
}

interface Pause {
  readonly untilMs: number;
  readonly failures: number;
  readonly error: TokenRequestError;
}

interface Pauses {
  /** Throws the error of a running pause; else returns how many failures in a row there were. */
  readonly checkNone: (key: string) => number;
  readonly begin: (key: string, error: TokenRequestError, failures: number) => void;
  readonly end: (key: string) => void;
}

function createPauses({ context: { clock }, has }: OpenedBareFetch): Pauses {
  const pauses = new Map<string, Pause>();
  let lastError: TokenRequestError | undefined;
  const pauseKey = (key: string): string => (has("shares-throttle") ? "all" : key);
  return {
    checkNone(key) {
      if (lastError !== undefined && has("never-recovers")) throw lastError;
      const pause = pauses.get(pauseKey(key));
      const ignoresPauses = has("ignores-retry-after") || has("tight-loop") || has("loops");
      if (pause !== undefined && clock.now() < pause.untilMs && !ignoresPauses) throw pause.error;
      return pause?.failures ?? 0;
    },
    begin(key, error, failures) {
      lastError = error;
      if (!error.transient) return;
      // A Retry-After of zero gives no time: the client's own pause applies.
      const pauseMs =
        error.retryAfterMs || Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), PAUSE_MAX_MS);
      pauses.set(pauseKey(key), { untilMs: clock.now() + pauseMs, failures, error });
    },
    end: (key) => void pauses.delete(pauseKey(key)),
  };
}

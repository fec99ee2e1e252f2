/**
 * How a `bare-fetch` goes to the network: metadata once a day, one request at a time for a
 * token, and a pause after a failure, as long as Retry-After says or growing from five seconds
 * (`docs/sources.md#m3`, client resilience guidance).
 */
import type { OpenedBareFetch } from "./bare-fetch.ts";
import type { TokenCache } from "./bare-fetch-cache.ts";
import { sendWish } from "./bare-fetch-grants.ts";
import { TokenRequestError, type KeptToken, type Wire } from "./bare-fetch-wire.ts";
import type { TokenRequest } from "../client.ts";

export interface Requests {
  /** Reads the discovery document unless that was done in the last 24 hours. */
  readonly readMetadata: () => Promise<void>;
  /**
   * Gets and keeps a token; whoever asks for the same meanwhile shares the request. Rejects
   * with a `TokenRequestError`, in a pause with that of the failure before.
   */
  readonly send: (key: string, wish: TokenRequest) => Promise<KeptToken>;
}

const METADATA_FRESH_FOR_MS = 86_400_000;
const FIRST_PAUSE_MS = 5_000;
const PAUSE_MAX_MS = 60_000;

/** The requests of one process. */
export function createRequests(opened: OpenedBareFetch, wire: Wire, cache: TokenCache): Requests {
  const { context, has } = opened;
  const { clock } = context;
  const pauses = createPauses(opened);
  const flights = new Map<string, Promise<KeptToken>>();
  let metadataReadAt: number | undefined;

  const readMetadata = async (): Promise<void> => {
    const isFresh =
      metadataReadAt !== undefined && clock.now() - metadataReadAt < METADATA_FRESH_FOR_MS;
    if (isFresh && !has("refetches-metadata")) return;
    await wire.metadata();
    metadataReadAt = clock.now();
  };

  const request = async (key: string, wish: TokenRequest): Promise<KeptToken> => {
    const failures = pauses.demandNone(key);
    try {
      // The machine's own endpoint is not discovered.
      if (wish.flow !== "managed-identity") await readMetadata();
      const token = await sendWish(wire, wish, cache.get(key), opened);
      pauses.end(key);
      return cache.keep(key, token);
    } catch (error) {
      if (error instanceof TokenRequestError) pauses.begin(key, error, failures + 1);
      throw error;
    }
  };

  return {
    readMetadata,
    send(key, wish) {
      const flight = flights.get(key);
      if (flight !== undefined && !has("stampedes")) return flight;
      const started = request(key, wish).finally(() => flights.delete(key));
      flights.set(key, started);
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
  /** Throws the error of a running pause; else how many failures in a row there were. */
  readonly demandNone: (key: string) => number;
  readonly begin: (key: string, error: TokenRequestError, failures: number) => void;
  readonly end: (key: string) => void;
}

function createPauses({ context: { clock }, has }: OpenedBareFetch): Pauses {
  const pauses = new Map<string, Pause>();
  let brokenBy: TokenRequestError | undefined;
  const pauseKey = (key: string): string => (has("shares-throttle") ? "all" : key);
  return {
    demandNone(key) {
      if (brokenBy !== undefined && has("never-recovers")) throw brokenBy;
      const pause = pauses.get(pauseKey(key));
      const isDefiant = has("ignores-retry-after") || has("tight-loop");
      if (pause !== undefined && clock.now() < pause.untilMs && !isDefiant) throw pause.error;
      return pause?.failures ?? 0;
    },
    begin(key, error, failures) {
      brokenBy = error;
      if (!error.transient) return;
      // A Retry-After of zero says nothing about when: the client's own pause holds.
      const pauseMs =
        error.retryAfterMs || Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), PAUSE_MAX_MS);
      pauses.set(pauseKey(key), { untilMs: clock.now() + pauseMs, failures, error });
    },
    end: (key) => void pauses.delete(pauseKey(key)),
  };
}

/**
 * The defects of the faulty reference clients: `bare-fetch-<defect>` is a `bare-fetch` with one of
 * them, and some rule must catch it.
 */

/** The name of every defect, as in the client names `bare-fetch-<defect>`. */
export const clientDefects = [
  /** Tries 20 times in a row. */
  "tight-loop",
  /** Tries 60 times in a row. */
  "loops",
  /** Sends the next request although a Retry-After or a back-off is running. */
  "ignores-retry-after",
  /** Requests a token for each call. */
  "never-caches",
  /** Sends the user to a sign-in page with `prompt=login` whenever a silent call fails. */
  "prompts",
  /** Fails calls with a valid token when a proactive refresh fails. */
  "withholds",
  /** Reports that the user must sign in when a proactive refresh fails, although the token is valid. */
  "asks-for-sign-in",
  /** Makes the caller wait for a proactive refresh. */
  "waits-for-refresh",
  /** Does not save its cache. */
  "forgets",
  /** Hands out tokens after they have expired. */
  "hands-out-expired",
  /** Reports success without a token when the service fails. */
  "empty-token",
  /** Blocks all callers when one of them is throttled. */
  "shares-throttle",
  /** Sends one request for each of several concurrent callers. */
  "stampedes",
  /** Reads the metadata before every request. */
  "refetches-metadata",
  /** Names another user in the routing hint. */
  "wrong-hint",
  /** Uses an old host that the backup system does not serve. */
  "wrong-host",
  /** Drops a claims challenge. */
  "ignores-claims",
  /** Fails all calls after the first failure. */
  "never-recovers",
  /** Does not use `ext_expires_in`. */
  "ignores-extended-life",
  /** Sends 20 requests in a row to the identity endpoint of its machine. */
  "hammers-identity-endpoint",
  /** Parses each answer of the token endpoint as JSON, error pages as well. */
  "parses-any-answer",
  /** Gives requests no time-out. */
  "waits-forever",
  /** Gives up when that endpoint answers 410. */
  "gives-up-on-gone",
  /** Ends a sign-in by device code when a poll is answered slow_down or fails. */
  "gives-up-polling",
] as const;

/** A defect of a faulty reference client. */
export type ClientDefect = (typeof clientDefects)[number];

/**
 * What a client library does about tokens, as figures: enough to model a million of them. Figures
 * of real clients are read off their runs (`runner/fleet/learn-behaviour.ts`), not off their code.
 */

/** How a token request can fail, by what the client sees of it. */
export const failureKinds = [
  /** 429 with an AADSTS error. */
  "throttled",
  /** 503 with an AADSTS error. */
  "unavailable",
  /** 503 with an HTML page, as from a gateway. */
  "gateway",
  /** The connection is refused. */
  "unreachable",
  /** No answer within the caller's patience. */
  "timed-out",
] as const;

/** One of `failureKinds`. */
export type FailureKind = (typeof failureKinds)[number];

/** What a client does when a token request fails in one way. */
export interface FailureResponse {
  /** Pauses before the requests that the same call sends after the first, ms; empty: it sends one. */
  readonly retriesAfterMs: readonly number[];
  /** How long later calls fail without a request, ms; 0: the next call sends one. */
  readonly holdsMs: number;
  /** A Retry-After header replaces `holdsMs`. */
  readonly honoursRetryAfter: boolean;
}

/** What a client does with the tokens of one app, and when requests fail. */
export interface Behaviour {
  /** Its name, with the version where it has one: `msal-node 7.2.1`. */
  readonly name: string;
  /** A cached token is returned until this long before it expires, ms. */
  readonly renewsBeforeMs: number;
  readonly onFailure: Readonly<Record<FailureKind, FailureResponse>>;
}

const once: FailureResponse = { retriesAfterMs: [], holdsMs: 0, honoursRetryAfter: false };

/** Code that asks the token endpoint itself: it uses a token to its end, sends one request a call, and waits as Retry-After says. */
export const bareBehaviour: Behaviour = {
  name: "bare",
  renewsBeforeMs: 0,
  onFailure: {
    throttled: { ...once, honoursRetryAfter: true },
    unavailable: { ...once, honoursRetryAfter: true },
    gateway: { ...once, honoursRetryAfter: true },
    unreachable: once,
    "timed-out": once,
  },
};

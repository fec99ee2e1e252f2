/**
 * The fault plan: what is broken, where, when, how often. Plain data that prints as JSON;
 * `validate.ts` checks it, `layer.ts` performs it, the history records it.
 */
import type { Endpoint } from "../entra/request/endpoint.ts";

/** Where a fault sits on the way from client to service. */
export const faultSites = [
  /** In front of everything: name look-up, connection, TLS, the gateway. */
  "edge",
  /** Inside the primary (ESTS), behind connection and TLS. */
  "primary",
  /** Inside the backup authentication system; only where the scenario's settings turn it on. */
  "backup",
  /** Name resolution. */
  "dns",
  /** The protected API that accepts tokens. */
  "resource",
  /** The managed identity endpoint on the machine or service itself. */
  "machine",
] as const;

export type FaultSite = (typeof faultSites)[number];

/** Narrows a window to some requests. Every given field must match; a list matches any of its values. */
export interface FaultSlice {
  /** Tenant id or a segment such as `common`. */
  readonly tenant?: string | readonly string[];
  /** Object id or UPN. */
  readonly user?: string | readonly string[];
  /** A `GrantName` such as `refresh_token`, or the `grant_type` of the wire; `managed_identity` is asked for behind the endpoints of machines. */
  readonly grant?: string | readonly string[];
  /** Client id. */
  readonly app?: string | readonly string[];
  readonly host?: string | readonly string[];
  /** First label of a regional host, such as `westus2`. */
  readonly region?: string | readonly string[];
}

/** The forms of Retry-After that clients meet. */
export type RetryAfter =
  | { readonly form: "seconds"; readonly seconds: number }
  /** An HTTP-date, `seconds` after the response; before it when negative. */
  | { readonly form: "http-date"; readonly seconds: number }
  | { readonly form: "absent" }
  | { readonly form: "zero" }
  | { readonly form: "garbage"; readonly text: string };

/** What the error body is. `aadsts` is the JSON envelope of ESTS with that AADSTS code. */
export type ErrorBody =
  | { readonly form: "aadsts"; readonly code: number }
  | { readonly form: "json"; readonly value: unknown }
  | { readonly form: "text"; readonly text: string }
  | { readonly form: "html"; readonly title: string }
  | { readonly form: "empty" };

/**
 * Whether an answer bears the CORS headers that the same endpoint's good answers bear, so that
 * a page can read it. Without the word: `present` where the service itself speaks (`primary`,
 * `backup`, `resource`), `absent` at a gateway in front of it (`edge`), of which nobody knows.
 */
export type CorsHeaders = "present" | "absent";

/** Delay in milliseconds: one figure, or drawn evenly between two. */
export type Delay = number | { readonly min: number; readonly max: number };

/**
 * A service that bears only so much, collapses under more, and recovers when it is left in
 * peace. In any stretch of `perMs` it serves at most `requests` and sheds the rest at once. As soon
 * as more than `requests` were asked in the last `perMs`, shed ones included, only the share
 * `collapsesTo` of them is served; when that load is over, the share grows back. So clients
 * that answer a refusal with more requests keep the service down, and clients that wait let
 * it return. The window takes the requests that it sheds and no others; `chance` is the share
 * of requests that come to this service at all.
 *
 * Source: managed identities in two regions, 2026-02-03 (`docs/sources.md#h`, FNJ8-VQZ): a
 * recovery spike and aggressive retries overwhelmed the capacity, which came back by shedding
 * load. All figures, and that refusals count as load while they are too many, are our
 * assumption; requests that time out in a queue are not modelled (add a `latency` window).
 */
export interface CapacityEffect {
  readonly kind: "capacity";
  /** How many it bears in any stretch of `perMs`. */
  readonly requests: number;
  readonly perMs: number;
  /** What is left of `requests` while more are asked: 0 to 1. One is a plain limit that never collapses. */
  readonly collapsesTo: number;
  /** The share of `requests`, 0 to 1, that comes back with each minute of bearable load. */
  readonly regrowsPerMinute: number;
  /** What a client gets whose request is shed. */
  readonly shed: {
    readonly status: 429 | 500 | 502 | 503 | 504;
    readonly retryAfter: RetryAfter;
    readonly body: ErrorBody;
    readonly cors?: CorsHeaders;
  };
}

/** What happens to a request that a window takes. */
export type FaultEffect =
  | CapacityEffect
  | {
      readonly kind: "throttle";
      readonly status?: 429 | 503;
      readonly retryAfter: RetryAfter;
      readonly body: ErrorBody;
      readonly cors?: CorsHeaders;
    }
  | {
      readonly kind: "server-error";
      readonly status: 500 | 501 | 502 | 503 | 504;
      readonly retryAfter?: RetryAfter;
      readonly body: ErrorBody;
      readonly cors?: CorsHeaders;
    }
  /** The endpoint of a machine is being updated: 404, or 410 for what takes up to 70 seconds (`docs/sources.md#e`). */
  | {
      readonly kind: "updating";
      readonly status: 404 | 410;
      readonly body: ErrorBody;
    }
  /** The request is answered properly, later. */
  | { readonly kind: "latency"; readonly delay: Delay }
  /** No answer while the window lasts; then the connection is reset. `forMs` ends one request's hang earlier, by a reset. */
  | { readonly kind: "hang"; readonly forMs?: number }
  /** The good answer, in chunks. */
  | { readonly kind: "slow-body"; readonly chunkBytes: number; readonly everyMs: number }
  /** The good answer stalls in mid-body for `forMs`, then goes on. A body of at most `bytes` arrives whole. */
  | { readonly kind: "stalled-body"; readonly bytes: number; readonly forMs: number }
  /** A well-delimited 200 whose JSON text ends after `bytes`. */
  | { readonly kind: "truncated-body"; readonly bytes: number }
  /** The connection is closed (FIN) or reset (RST) after `bytes` of the good answer, if it is longer. */
  | { readonly kind: "cut-body"; readonly bytes: number; readonly by: "fin" | "reset" }
  | { readonly kind: "refused" }
  | { readonly kind: "reset" }
  | { readonly kind: "dns-failure" }
  | { readonly kind: "connect-timeout" }
  | { readonly kind: "tls-failure" }
  /** The good answer under another content type. */
  | { readonly kind: "wrong-content-type"; readonly contentType: string }
  /** `200 {}`. */
  | { readonly kind: "empty-success"; readonly cors?: CorsHeaders }
  /** The published key set without its first key: the service publishes the key that signs first. */
  | { readonly kind: "keys-withdrawn" };

/** The name of an effect: `effect.kind`. */
export type FaultEffectKind = FaultEffect["kind"];

/** One thing that is broken for a while. */
export interface FaultWindow {
  /** Unique in its plan; the history refers to it. */
  readonly id: string;
  readonly at: FaultSite;
  readonly on: readonly Endpoint[] | "all";
  readonly where?: FaultSlice;
  /** Milliseconds after the start of the scenario. */
  readonly from: number;
  /** Milliseconds. */
  readonly for: number;
  /** Share of matching requests that are taken, 0 to 1. Absent means always, zero means never. */
  readonly chance?: number;
  /** Takes only the first N matching requests of the window, counted from where `after` ends. */
  readonly first?: number;
  /** Lets the first N matching requests of the window pass. */
  readonly after?: number;
  /** Scales `chance` (or always) linearly from `from` to `to` over the window. */
  readonly ramp?: { readonly from: number; readonly to: number };
  /**
   * What becomes of preflights (OPTIONS), by which a browser asks before it sends what is no
   * simple request: they pass uncounted (default), or are taken and counted beside the requests
   * that they are for, or instead of them. Whatever breaks connections breaks theirs, too.
   */
  readonly preflights?: "pass" | "take" | "only";
  readonly effect: FaultEffect;
}

export type FaultPlan = readonly FaultWindow[];

/**
 * The fault plan: what is broken, where, when and how often. Plain data that JSON can express;
 * `validate.ts` checks it, `layer.ts` performs it, the history records it.
 */
import type { Endpoint } from "../entra/request/endpoint.ts";

/**
 * The places where a fault can act, on the way from a client to what serves it.
 *
 * @example
 * const at: FaultSite = faultSites[0]; // "edge"
 */
export const faultSites = [
  /** In front of everything: name resolution, connection, TLS, the gateway. */
  "edge",
  /** Inside the primary (ESTS), behind connection and TLS. */
  "primary",
  /** The service of the second factor, behind the sign-in pages: what has no page for it is not touched. */
  "second-factor",
  /** Inside the backup authentication system, where the scenario's settings turn it on. */
  "backup",
  /** Name resolution. */
  "dns",
  /** The protected API that accepts tokens. */
  "resource",
  /** The managed identity endpoint on the machine or service itself. */
  "machine",
  /** Where the client keeps its tokens: a file, a shared cache such as Redis, the storage of a page. */
  "cache-store",
  /** The computer or browser that the client runs on: its network and its clock. */
  "device",
] as const;

/**
 * A place where a fault can act: one of `faultSites`.
 *
 * @example
 * const at: FaultSite = "primary";
 */
export type FaultSite = (typeof faultSites)[number];

/**
 * Narrows a window to some requests. Every given field must match; an array matches any of its
 * values. Case does not matter. A field that no request of the window names is refused, and a
 * name that the world does not have.
 *
 * @example
 * const where: FaultSlice = { tenant: "contoso.example", grant: ["refresh_token", "password"] };
 */
export interface FaultSlice {
  /** Tenant by id, domain or name, or a segment such as `common`. */
  readonly tenant?: string | readonly string[];
  /** Object id, UPN or its first part, such as `adele`. */
  readonly user?: string | readonly string[];
  /** A grant such as `refresh_token`, or its `grant_type` on the wire. `managed_identity`: requests that a machine's endpoint makes at the primary or the backup. */
  readonly grant?: string | readonly string[];
  /** Client id or name. */
  readonly app?: string | readonly string[];
  /** Host name without scheme, port and path. */
  readonly host?: string | readonly string[];
  /** First label of a regional host, such as `westus2`. */
  readonly region?: string | readonly string[];
}

/**
 * The Retry-After header of an answer, in the forms of RFC 9110 section 10.2.3 and some that
 * break it.
 *
 * @example
 * const inOneMinute: RetryAfter = { form: "seconds", seconds: 60 };
 */
export type RetryAfter =
  | { readonly form: "seconds"; readonly seconds: number }
  /** An HTTP-date, `seconds` after the response; a negative figure is in the past. */
  | { readonly form: "http-date"; readonly seconds: number }
  | { readonly form: "absent" }
  | { readonly form: "zero" }
  /** A text that is not a valid Retry-After. */
  | { readonly form: "garbage"; readonly text: string };

/**
 * The body of an error answer. `aadsts` is the JSON error of ESTS with that AADSTS code, `html` a
 * page with that title.
 *
 * @example
 * const body: ErrorBody = { form: "aadsts", code: 90033 };
 */
export type ErrorBody =
  | { readonly form: "aadsts"; readonly code: number }
  | { readonly form: "json"; readonly value: unknown }
  | { readonly form: "text"; readonly text: string }
  | { readonly form: "html"; readonly title: string }
  | { readonly form: "empty" };

/**
 * Whether an error answer has the CORS headers that good answers of the same endpoint have, so
 * that a page can read it.
 *
 * @default `present` where the service itself answers (`primary`, `backup`, `resource`), `absent`
 *   at the gateway (`edge`), whose real headers are not known.
 * @example
 * const unreadable = { kind: "empty-success", cors: "absent" } satisfies FaultEffect;
 */
export type CorsHeaders = "present" | "absent";

/**
 * A delay in milliseconds: one figure, or drawn evenly from a range.
 *
 * @example
 * const delay: Delay = { min: 12_000, max: 20_000 };
 */
export type Delay = number | { readonly min: number; readonly max: number };

/**
 * A service of limited capacity, which collapses under a higher load and recovers afterwards.
 * In any interval of `perMs` it serves at most `requests` and rejects (sheds) the rest at once. As
 * soon as more than `requests` came in the last `perMs`, rejected ones included, it serves only
 * the share `collapsesTo` of them; when that load is over, the share grows back. Clients that
 * retry at once keep the service down, and clients that wait let it return. The window takes
 * the requests that it rejects and no others; `chance` is the share of requests that come to
 * this service at all.
 *
 * Source: managed identities in two regions, 2026-02-03 (`docs/sources.md#h`, FNJ8-VQZ): a
 * recovery spike and aggressive retries overwhelmed the capacity, which came back by shedding
 * load. All figures, and that refusals count as load while they are too many, are our
 * assumption; requests that time out in a queue are not modelled (add a `latency` window).
 *
 * @example
 * const { effect } = overloadedOnReturn({ from: 0, for: hours(1), requests: 20 });
 */
export interface CapacityEffect {
  readonly kind: "capacity";
  /** How many requests it can serve in any interval of `perMs`. */
  readonly requests: number;
  /** Milliseconds. */
  readonly perMs: number;
  /** The share of `requests` that it still serves under a higher load, 0 to 1. At 1 it is a plain limit that never collapses. */
  readonly collapsesTo: number;
  /** The share of `requests`, 0 to 1, that comes back with each minute without too high a load. */
  readonly regrowsPerMinute: number;
  /** The answer to a request that it rejects. */
  readonly shed: {
    readonly status: 429 | 500 | 502 | 503 | 504;
    readonly retryAfter: RetryAfter;
    readonly body: ErrorBody;
    readonly cors?: CorsHeaders;
  };
}

/**
 * Any answer at all, instead of the service's: what the other effects have no name for, such as
 * 400 with `slow_down`, 401, 403, a redirect, JSON without `error`, or an empty 204.
 *
 * @example
 * const slowDown: RespondEffect = {
 *   kind: "respond",
 *   status: 400,
 *   body: { form: "json", value: { error: "slow_down" } },
 * };
 */
export interface RespondEffect {
  readonly kind: "respond";
  /** An HTTP status from 200 to 599. */
  readonly status: number;
  /** Headers in addition to the usual ones of the site, of which they replace those of the same name; default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: absent. */
  readonly retryAfter?: RetryAfter;
  readonly body: ErrorBody;
  readonly cors?: CorsHeaders;
}

/**
 * What happens to a request that a window takes. Each kind is possible at some sites only; a plan
 * that has it elsewhere is refused.
 *
 * @example
 * const effect: FaultEffect = { kind: "server-error", status: 503, body: { form: "empty" } };
 */
export type FaultEffect =
  | CapacityEffect
  /** An answer of 429, or of `status`. */
  | {
      readonly kind: "throttle";
      readonly status?: 429 | 503;
      readonly retryAfter: RetryAfter;
      readonly body: ErrorBody;
      readonly cors?: CorsHeaders;
    }
  /** An answer of `status`; `retryAfter` is absent by default. */
  | {
      readonly kind: "server-error";
      readonly status: 500 | 501 | 502 | 503 | 504;
      readonly retryAfter?: RetryAfter;
      readonly body: ErrorBody;
      readonly cors?: CorsHeaders;
    }
  | RespondEffect
  /** The endpoint of a machine is being updated: 404, or 410 for what takes up to 70 seconds (`docs/sources.md#e`). */
  | {
      readonly kind: "updating";
      readonly status: 404 | 410;
      readonly body: ErrorBody;
    }
  /** The request is answered properly, later. */
  | { readonly kind: "latency"; readonly delay: Delay }
  /** No answer until the window ends or `forMs` is over; then the connection is reset. */
  | { readonly kind: "hang"; readonly forMs?: number }
  /** The good answer, a chunk at a time. */
  | { readonly kind: "slow-body"; readonly chunkBytes: number; readonly everyMs: number }
  /** The good answer pauses for `forMs` after `bytes`. A body of at most `bytes` arrives whole. */
  | { readonly kind: "stalled-body"; readonly bytes: number; readonly forMs: number }
  /** The good answer ends after `bytes`, with a Content-Length to match. */
  | { readonly kind: "truncated-body"; readonly bytes: number }
  /** The connection is closed (FIN) or reset (RST) after `bytes` of the good answer, where it is longer. */
  | { readonly kind: "cut-body"; readonly bytes: number; readonly by: "fin" | "reset" }
  /** The connection is refused. */
  | { readonly kind: "refused" }
  /** The connection is reset after the request was sent. */
  | { readonly kind: "reset" }
  /** The service acts on the request (a code is redeemed, a refresh token rotated), and its answer is lost: the connection is reset at once, or as `hang` does. */
  | { readonly kind: "answer-lost"; readonly by: "reset" | "hang"; readonly forMs?: number }
  /** The host name does not resolve. */
  | { readonly kind: "dns-failure" }
  /** The device has no network: names do not resolve, and `navigator.onLine` is false in pages. */
  | { readonly kind: "offline" }
  /** The client's clock is wrong by `byMs`: `Date` shows that much more, or less, than the service's. Timers are not affected. */
  | { readonly kind: "clock-shift"; readonly byMs: number }
  /** The cache store fails: reads, writes, or both (default). */
  | { readonly kind: "store-failure"; readonly access?: "read" | "write" | "both" }
  /** The cache store answers late. A page cannot be shown that: its storage does not wait. */
  | { readonly kind: "store-latency"; readonly delay: Delay }
  /** The cache store is full: what takes more room than before is not written (a quota, a disk without space), reads succeed. */
  | { readonly kind: "store-full" }
  /** The connection is never made; clients give up after ten seconds. */
  | { readonly kind: "connect-timeout" }
  /** The certificate does not fit the host name. */
  | { readonly kind: "tls-failure" }
  /** The good answer under another content type. */
  | { readonly kind: "wrong-content-type"; readonly contentType: string }
  /** `200 {}`. */
  | { readonly kind: "empty-success"; readonly cors?: CorsHeaders }
  /** The published key set without its first key, which is the one that signs. */
  | { readonly kind: "keys-withdrawn" };

/**
 * The name of an effect.
 *
 * @example
 * const kind: FaultEffectKind = "throttle";
 */
export type FaultEffectKind = FaultEffect["kind"];

/**
 * One fault that lasts for a while: which requests it takes, and what happens to them. Plain
 * data. The presets, such as `outage`, return the usual ones.
 *
 * @example
 * const busy: FaultWindow = {
 *   id: "busy",
 *   at: "primary",
 *   on: ["token"],
 *   from: minutes(10),
 *   for: hours(1),
 *   effect: { kind: "throttle", retryAfter: { form: "zero" }, body: { form: "empty" } },
 * };
 */
export interface FaultWindow {
  /** Unique in its plan; the history refers to it. */
  readonly id: string;
  /** Where it acts. */
  readonly at: FaultSite;
  /** Whose requests it takes, by endpoint; `all`: of every endpoint that is asked at its site. */
  readonly on: readonly Endpoint[] | "all";
  /** Which of these requests it takes; default: all. */
  readonly where?: FaultSlice;
  /** Milliseconds after the start of the scenario. */
  readonly from: number;
  /** How long it lasts, in milliseconds. */
  readonly for: number;
  /** The share of matching requests that it takes, 0 to 1; default: 1. */
  readonly chance?: number;
  /** How many matching requests it takes, counted from where `after` ends; default: all. */
  readonly first?: number;
  /** How many matching requests it lets pass first; default: none. */
  readonly after?: number;
  /** Multiplies `chance` by a factor that changes linearly from `from` to `to` over the window; default: 1. */
  readonly ramp?: { readonly from: number; readonly to: number };
  /**
   * What happens to preflights (OPTIONS), which a browser sends before a request that is not
   * simple: they pass uncounted (default), or they are taken and counted like the requests that
   * they are for, or instead of these. Effects on connections break theirs, too.
   */
  readonly preflights?: "pass" | "take" | "only";
  readonly effect: FaultEffect;
}

/**
 * The faults of a run. Those that take the same request act in the order of the plan, the first
 * outermost.
 *
 * @example
 * const faults: FaultPlan = [outage({ from: hours(2), for: hours(1) })];
 */
export type FaultPlan = readonly FaultWindow[];

/**
 * The outages that scenario authors mean most often, by name. Each returns one plain
 * window, so that a plan stays data; whoever needs another effect writes the window.
 */
import { type Endpoint, endpoints } from "../entra/request/endpoint.ts";
import type {
  CapacityEffect,
  ErrorBody,
  FaultSite,
  FaultSlice,
  FaultWindow,
  RetryAfter,
} from "./plan.ts";

/** When and to whom; ms after the start of the scenario. `id` defaults to the preset's kebab-case name. */
export interface WindowOptions {
  readonly id?: string;
  readonly from: number;
  readonly for: number;
  readonly where?: FaultSlice;
}

/** An outage of Entra leaves what is not Entra where it is: protected APIs, UserInfo at Microsoft Graph, the machine's own endpoint. */
const elsewhere: readonly Endpoint[] = ["resource", "userinfo", "managed-identity"];
const entra = endpoints.filter((endpoint) => !elsewhere.includes(endpoint));

/** Nothing gets past the gateway: an HTML 503 without Retry-After on every endpoint (`docs/sources.md#h`, "gateway"). */
export function outage(options: WindowOptions): FaultWindow {
  const body: ErrorBody = { form: "html", title: "Service Unavailable" };
  return {
    ...placed("outage", options),
    at: "edge",
    on: entra,
    effect: { kind: "server-error", status: 503, body },
  };
}

/** Every login host refuses connections: no answer at all, and no error body to learn from. */
export function unreachable(options: WindowOptions): FaultWindow {
  return {
    ...placed("unreachable", options),
    at: "edge",
    on: entra,
    effect: { kind: "refused" },
  };
}

/** Host names do not resolve; name the hosts in `where` for one of several (2025-02-25, TMS9-J_8). */
export function nameLookupDown(options: WindowOptions): FaultWindow {
  return {
    ...placed("name-lookup-down", options),
    at: "dns",
    on: "all",
    effect: { kind: "dns-failure" },
  };
}

/**
 * The primary answers nobody: 503 with AADSTS90033 to programs, a 503 page to browsers. It
 * fails behind the front door, so what the backup system covers is served by it. Discovery
 * and keys stay: they are cached for a day, and their outages were incidents of their own
 * (2021-12-16). Two windows.
 */
export function primaryDown(options: WindowOptions): readonly [FaultWindow, FaultWindow] {
  const { id = "primary-down" } = options;
  const error = { kind: "server-error", status: 503 } as const;
  return [
    {
      ...placed(id, options),
      at: "primary",
      on: ["token", "device-code", "user-realm"],
      effect: { ...error, body: { form: "aadsts", code: 90033 } },
    },
    {
      ...placed(id, { ...options, id: `${id}-pages` }),
      at: "primary",
      on: ["authorize", "logout", "saml"],
      effect: { ...error, body: { form: "html", title: "Service Unavailable" } },
    },
  ];
}

/** The token endpoint answers 503 with AADSTS90033, as on 2020-09-28; `retryAfter` is absent unless given. */
export function tokenServerError(
  options: WindowOptions & { readonly code?: number; readonly retryAfter?: RetryAfter },
): FaultWindow {
  const { code = 90033, retryAfter = { form: "absent" } } = options;
  return {
    ...placed("token-server-error", options),
    at: "primary",
    on: ["token"],
    effect: { kind: "server-error", status: 503, retryAfter, body: { form: "aadsts", code } },
  };
}

/** The token endpoint throttles: 429, Retry-After 60 and a text body (`docs/sources.md#a10`) unless given otherwise. */
export function throttled(
  options: WindowOptions & { readonly retryAfter?: RetryAfter; readonly body?: ErrorBody },
): FaultWindow {
  const {
    retryAfter = { form: "seconds", seconds: 60 },
    body = { form: "text", text: "Too Many Requests" },
  } = options;
  return {
    ...placed("throttled", options),
    at: "primary",
    on: ["token"],
    effect: { kind: "throttle", retryAfter, body },
  };
}

/** A `share` of sign-in and token requests, 0 to 1, fails with AADSTS90033: 0.83 on 2020-09-28, 0.0415 on 2020-12-14. */
export function partialOutage(
  options: WindowOptions & { readonly share: number; readonly on?: readonly Endpoint[] },
): FaultWindow {
  const { share, on = ["authorize", "token"] } = options;
  return {
    ...placed("partial-outage", options),
    at: "primary",
    on,
    chance: share,
    effect: { kind: "server-error", status: 503, body: { form: "aadsts", code: 90033 } },
  };
}

/** The token endpoint accepts requests and does not answer, for `hangMs` or while the window lasts; then it resets. */
export function hang(options: WindowOptions & { readonly hangMs?: number }): FaultWindow {
  const { hangMs } = options;
  return {
    ...placed("hang", options),
    at: "primary",
    on: ["token"],
    effect: { kind: "hang", ...(hangMs === undefined ? {} : { forMs: hangMs }) },
  };
}

/** Instance discovery and openid-configuration answer 500 with AADSTS90041, as on 2021-12-16 (the status is a guess). */
export function discoveryDown(options: WindowOptions): FaultWindow {
  return {
    ...placed("discovery-down", options),
    at: "primary",
    on: ["instance-discovery", "openid-configuration"],
    effect: { kind: "server-error", status: 500, body: { form: "aadsts", code: 90041 } },
  };
}

/** The key that signs is missing from the published key set, as on 2021-03-15 (LN01-P8Z). */
export function keysWithdrawn(options: WindowOptions): FaultWindow {
  return {
    ...placed("keys-withdrawn", options),
    at: "primary",
    on: ["keys"],
    effect: { kind: "keys-withdrawn" },
  };
}

/** The machine's identity endpoint is being updated: 410, for at most 70 seconds (`docs/sources.md#e`); 404 on request. */
export function identityEndpointUpdating(
  options: WindowOptions & { readonly status?: 404 | 410 },
): FaultWindow {
  const { status = 410 } = options;
  const body: ErrorBody = {
    form: "json",
    value: { error: "unavailable", error_description: "The identity endpoint is being updated." },
  };
  return {
    ...placed("identity-endpoint-updating", options),
    at: "machine",
    on: ["managed-identity"],
    effect: { kind: "updating", status, body },
  };
}

/** The machine's identity endpoint throttles: 429, without Retry-After unless given. */
export function identityEndpointThrottled(
  options: WindowOptions & { readonly retryAfter?: RetryAfter },
): FaultWindow {
  const { retryAfter = { form: "absent" } } = options;
  const body: ErrorBody = {
    form: "json",
    value: { error: "too_many_requests", error_description: "Too many requests" },
  };
  return {
    ...placed("identity-endpoint-throttled", options),
    at: "machine",
    on: ["managed-identity"],
    effect: { kind: "throttle", retryAfter, body },
  };
}

/**
 * A token service that bears `requests` in `perMs` (10 s), collapses to `collapsesTo` (nothing)
 * under more and grows back by `regrowsPerMinute` (half), as on 2026-02-03 (FNJ8-VQZ); it sheds with
 * 503, Retry-After 60 and AADSTS90033. All defaults but the 503 with Retry-After (`docs/sources.md#h`) are our assumption.
 */
export function overloadedOnReturn(
  options: WindowOptions &
    Pick<CapacityEffect, "requests"> &
    Partial<Omit<CapacityEffect, "kind" | "requests">> & {
      readonly at?: FaultSite;
      readonly on?: readonly Endpoint[];
    },
): FaultWindow {
  const {
    at = "primary",
    on = ["token"],
    requests,
    perMs = 10_000,
    collapsesTo = 0,
    regrowsPerMinute = 0.5,
    shed = {
      status: 503,
      retryAfter: { form: "seconds", seconds: 60 },
      body: { form: "aadsts", code: 90033 },
    },
  } = options;
  return {
    ...placed("overloaded-on-return", options),
    at,
    on,
    effect: { kind: "capacity", requests, perMs, collapsesTo, regrowsPerMinute, shed },
  };
}

/** Operators let traffic back bit by bit: the gateway refuses everything at first and nothing at the end, as on 2026-02-03 (FNJ8-VQZ). */
export function trafficRampedUp(options: WindowOptions): FaultWindow {
  return { ...outage(options), ...placed("traffic-ramped-up", options), ramp: { from: 1, to: 0 } };
}

function placed(
  name: string,
  options: WindowOptions,
): Pick<FaultWindow, "id" | "from" | "for" | "where"> {
  const { id = name, from, where } = options;
  return { id, from, for: options.for, ...(where === undefined ? {} : { where }) };
}

/**
 * The outages that scenarios need most often, by name. Each returns a plain window (one of them
 * two), so that a plan stays data.
 */
import { type Endpoint, endpoints } from "../entra/request/endpoint.ts";
import type {
  CapacityEffect,
  ErrorBody,
  FaultSite,
  FaultWindow,
  RespondEffect,
  RetryAfter,
} from "./plan.ts";
import { placed, type WindowOptions } from "./preset-options.ts";

/** An outage of Entra does not concern what is not Entra: protected APIs, UserInfo at Microsoft Graph, the machine's own endpoint. */
const elsewhere: readonly Endpoint[] = ["resource", "userinfo", "managed-identity"];
const entra = endpoints.filter((endpoint) => !elsewhere.includes(endpoint));

/**
 * Nothing gets past the gateway: every endpoint of Entra answers 503 with an HTML page and without
 * Retry-After (`docs/sources.md#h`, "gateway").
 *
 * @example
 * const faults = [outage({ from: hours(2), for: hours(1) })];
 */
export function outage(options: WindowOptions): FaultWindow {
  const body: ErrorBody = { form: "html", title: "Service Unavailable" };
  return {
    ...placed("outage", options),
    at: "edge",
    on: entra,
    effect: { kind: "server-error", status: 503, body },
  };
}

/**
 * Every login host refuses connections: there is no answer, and no error body to learn from.
 *
 * @example
 * const faults = [unreachable({ from: minutes(30), for: hours(12) })];
 */
export function unreachable(options: WindowOptions): FaultWindow {
  return {
    ...placed("unreachable", options),
    at: "edge",
    on: entra,
    effect: { kind: "refused" },
  };
}

/**
 * Host names do not resolve: all of them, or those in `where.host` (incident of 2025-02-25,
 * TMS9-J_8).
 *
 * @example
 * const faults = [
 *   nameLookupDown({ from: 0, for: hours(1), where: { host: "login.microsoftonline.com" } }),
 * ];
 */
export function nameLookupDown(options: WindowOptions): FaultWindow {
  return {
    ...placed("name-lookup-down", options),
    at: "dns",
    on: "all",
    effect: { kind: "dns-failure" },
  };
}

/**
 * The primary answers 503: with AADSTS90033 to programs, with a page to browsers. It fails behind
 * the front door, so the backup system serves what it covers. Discovery and keys stay available:
 * they are cached for a day, and their outages were separate incidents (2021-12-16).
 *
 * @returns Two windows, for programs and for pages; spread them into the plan.
 * @example
 * const faults = [...primaryDown({ from: hours(1), for: hours(12) })];
 */
export function primaryDown(options: WindowOptions): readonly [FaultWindow, FaultWindow] {
  const forPrograms = placed("primary-down", options);
  const error = { kind: "server-error", status: 503 } as const;
  return [
    {
      ...forPrograms,
      at: "primary",
      on: ["token", "device-code", "user-realm"],
      effect: { ...error, body: { form: "aadsts", code: 90033 } },
    },
    {
      ...forPrograms,
      id: `${forPrograms.id}-pages`,
      at: "primary",
      on: ["authorize", "logout", "saml"],
      effect: { ...error, body: { form: "html", title: "Service Unavailable" } },
    },
  ];
}

/**
 * The token endpoint answers 503 with an AADSTS error, as on 2020-09-28. `code` is 90033 and
 * `retryAfter` absent by default.
 *
 * @example
 * const faults = [tokenServerError({ from: hours(1), for: hours(2), code: 90055 })];
 */
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

/**
 * The token endpoint throttles: 429, by default with Retry-After 60 and a text body
 * (`docs/sources.md#a10`).
 *
 * @example
 * const faults = [
 *   throttled({ from: hours(1), for: minutes(10), retryAfter: { form: "seconds", seconds: 120 } }),
 * ];
 */
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

/**
 * A share of the requests, 0 to 1, fails with AADSTS90033: 0.83 on 2020-09-28, 0.0415 on
 * 2020-12-14. `on` is sign-in and token requests by default.
 *
 * @example
 * const faults = [partialOutage({ from: hours(1), for: hours(3), share: 0.83 })];
 */
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

/**
 * The token endpoint accepts requests and does not answer. After `hangMs`, by default at the end
 * of the window, it resets the connection.
 *
 * @example
 * const faults = [hang({ from: hours(1), for: hours(1), hangMs: minutes(5) })];
 */
export function hang(options: WindowOptions & { readonly hangMs?: number }): FaultWindow {
  const { hangMs } = options;
  return {
    ...placed("hang", options),
    at: "primary",
    on: ["token"],
    effect: { kind: "hang", ...(hangMs === undefined ? {} : { forMs: hangMs }) },
  };
}

/**
 * Any answer at all: a status from 200 to 599, headers, and a body, which is empty by default.
 * `on` is the token endpoint and `at` the primary by default.
 *
 * @example
 * const faults = [
 *   customAnswer({ from: hours(1), for: minutes(5), status: 400, body: { form: "json", value: { error: "slow_down" } } }),
 * ];
 */
export function customAnswer(
  options: WindowOptions &
    Omit<RespondEffect, "kind" | "body"> & {
      readonly body?: ErrorBody;
      readonly at?: FaultSite;
      readonly on?: readonly Endpoint[];
    },
): FaultWindow {
  const { at = "primary", on = ["token"], status, headers, retryAfter, cors } = options;
  const { body = { form: "empty" } } = options;
  return {
    ...placed("custom-answer", options),
    at,
    on,
    effect: {
      kind: "respond",
      status,
      ...(headers === undefined ? {} : { headers }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
      body,
      ...(cors === undefined ? {} : { cors }),
    },
  };
}

/**
 * The service acts on token requests, so that codes are redeemed and refresh tokens rotated, and
 * its answers are lost. The connection is reset at once, or after `hangMs` without an answer. `on`
 * is the token endpoint and `at` the edge by default.
 *
 * @example
 * const faults = [answerLost({ from: hours(1), for: minutes(5), hangMs: seconds(30) })];
 */
export function answerLost(
  options: WindowOptions & {
    readonly at?: FaultSite;
    readonly on?: readonly Endpoint[];
    readonly hangMs?: number;
  },
): FaultWindow {
  const { at = "edge", on = ["token"], hangMs } = options;
  return {
    ...placed("answer-lost", options),
    at,
    on,
    effect: {
      kind: "answer-lost",
      ...(hangMs === undefined ? { by: "reset" } : { by: "hang", forMs: hangMs }),
    },
  };
}

/**
 * Instance discovery and openid-configuration answer 500 with AADSTS90041, as on 2021-12-16. The
 * status is a guess.
 *
 * @example
 * const faults = [discoveryDown({ from: hours(1), for: hours(2) })];
 */
export function discoveryDown(options: WindowOptions): FaultWindow {
  return {
    ...placed("discovery-down", options),
    at: "primary",
    on: ["instance-discovery", "openid-configuration"],
    effect: { kind: "server-error", status: 500, body: { form: "aadsts", code: 90041 } },
  };
}

/**
 * The signing key is missing from the published key set, as on 2021-03-15 (LN01-P8Z).
 *
 * @example
 * const faults = [keysWithdrawn({ from: hours(1), for: hours(14) })];
 */
export function keysWithdrawn(options: WindowOptions): FaultWindow {
  return {
    ...placed("keys-withdrawn", options),
    at: "primary",
    on: ["keys"],
    effect: { kind: "keys-withdrawn" },
  };
}

/**
 * A machine's identity endpoint is being updated, which takes at most 70 seconds
 * (`docs/sources.md#e`). It answers `status`, 410 by default.
 *
 * @example
 * const faults = [identityEndpointUpdating({ from: hours(1), for: seconds(70) })];
 */
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

/**
 * A machine's identity endpoint throttles: 429, by default without Retry-After.
 *
 * @example
 * const faults = [identityEndpointThrottled({ from: hours(1), for: minutes(1) })];
 */
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
 * A machine's identity endpoint fails: `status`, 500 by default, with the JSON error that it
 * sends when it can get no token (`docs/sources.md#e`).
 *
 * @example
 * const faults = [identityEndpointDown({ from: hours(13), for: hours(6) })];
 */
export function identityEndpointDown(
  options: WindowOptions & { readonly status?: 500 | 502 | 503 | 504 },
): FaultWindow {
  const { status = 500 } = options;
  const body: ErrorBody = {
    form: "json",
    value: { error: "unknown", error_description: "Failed to retrieve token from the endpoint." },
  };
  return {
    ...placed("identity-endpoint-down", options),
    at: "machine",
    on: ["managed-identity"],
    effect: { kind: "server-error", status, body },
  };
}

/**
 * A service that collapses under too many requests, as on 2026-02-03 (FNJ8-VQZ): the token endpoint
 * of the primary, unless `at` and `on` say otherwise. It serves `requests` in `perMs` (default:
 * 10 s), the share `collapsesTo` of them under a higher load (default: 0), and regains the share
 * `regrowsPerMinute` (default: 0.5) with each minute. It rejects requests with `shed` (default: 503,
 * Retry-After 60 and AADSTS90033). All defaults but the 503 with Retry-After
 * (`docs/sources.md#h`) are our assumption.
 *
 * @example
 * const faults = [
 *   outage({ from: hours(1), for: hours(1) }),
 *   overloadedOnReturn({ from: hours(2), for: hours(1), requests: 20 }),
 * ];
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

/**
 * Operators let traffic back gradually: the gateway rejects everything at first and nothing at the
 * end, as on 2026-02-03 (FNJ8-VQZ).
 *
 * @example
 * const faults = [trafficRampedUp({ from: hours(2), for: minutes(30) })];
 */
export function trafficRampedUp(options: WindowOptions): FaultWindow {
  return { ...outage(options), ...placed("traffic-ramped-up", options), ramp: { from: 1, to: 0 } };
}

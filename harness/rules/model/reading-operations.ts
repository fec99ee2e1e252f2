/**
 * What the rules about operations ask of a call, a request or a moment: did the service fail
 * it, did it ask for a person, was the token endpoint down just then. Pure predicates over
 * `reading.ts`; what a client held at the time is in `holdings.ts`.
 */
import { formatDuration } from "../../core/time/duration.ts";
import type { FaultBegan, Flow, History, TokenFacts, WireError } from "../../history/event.ts";
import { coversTokenService, failsEveryRequest } from "../../history/fault-facts.ts";
import {
  faultSpansOf,
  grantOf,
  isServiceFailure,
  type Exchange,
  type FaultSpan,
  type Operation,
} from "./reading.ts";

/** The margin before expiry in which clients rightly stop using a token, ms (MSAL's own: `docs/sources.md#k1`). */
const EXPIRY_MARGIN_MS = 300_000;

/** Whether a call may be served from a cache by its flow, and did not ask to bypass it. */
export function isCacheable({ invoked }: Operation): boolean {
  return cacheableFlows.has(invoked.flow) && !invoked.claims && !invoked.forceRefresh;
}

/** Whether a call is a sign-in by a person. */
export function isInteractive({ invoked }: Operation): boolean {
  return interactiveFlows.has(invoked.flow);
}

/** Whether a token has more than the usual margin left at `atMs`. */
export function isValidAt(token: TokenFacts, atMs: number): boolean {
  return token.expiresAt - atMs > EXPIRY_MARGIN_MS;
}

/** Whether nobody has a reason yet to renew a token: before `refresh_in` when it has one, else valid. */
export function isFreshAt(token: TokenFacts, atMs: number): boolean {
  return isValidAt(token, atMs) && (token.refreshAt === undefined || atMs < token.refreshAt);
}

/** The call's requests for tokens, in order: to the token endpoint, or to that of a managed identity. */
export function tokenRequestsBy({ exchanges }: Operation): readonly Exchange[] {
  return exchanges.filter(({ began }) => isForToken(began));
}

/** Whether a request is for a token, or for the session from which one is got. */
export function isForSession({ began }: Exchange): boolean {
  return isForToken(began) || began.endpoint === "authorize";
}

function isForToken({ endpoint }: Exchange["began"]): boolean {
  return endpoint === "token" || endpoint === "managed-identity";
}

/** Whether a request went to the sign-in service, metadata included, and not to an API. */
export function isOfSignIn({ began: { endpoint } }: Exchange): boolean {
  return endpoint !== "resource" && endpoint !== "userinfo" && endpoint !== "other";
}

/** The call's last request to the sign-in service. */
export function lastRequestBy({ exchanges }: Operation): Exchange | undefined {
  return exchanges.findLast(isOfSignIn);
}

/**
 * Whether the service, or the way to it, failed a request: 429, 5xx, no whole answer, a
 * redirect by which the sign-in page says that it is ill, or a 200 of the token endpoint
 * without a token in it.
 */
export function isFailedByService(exchange: Exchange): boolean {
  if (isServiceFailure(exchange)) return true;
  const { began, ended } = exchange;
  if (began.endpoint === "authorize" && illErrors.has(ended?.error?.error ?? "")) return true;
  const isBare = ended !== undefined && ended.error === undefined && ended.issued === undefined;
  return isForToken(began) && isBare && ended.end.kind === "response" && ended.end.status === 200;
}

/** Whether a request had no good answer from the service by then: it failed, or was still underway. */
export function isWithoutAnswerAt(exchange: Exchange, atMs: number): boolean {
  const isUnderway = exchange.ended === undefined || exchange.ended.at > atMs;
  return isUnderway || isFailedByService(exchange);
}

/** Whether an error of the token endpoint can only be answered by a person (`docs/sources.md#a10`, interaction and grant rows). */
export function meansInteraction({ error, codes, suberror }: WireError): boolean {
  if (interactionErrors.has(error)) return true;
  if (error !== "invalid_grant") return false;
  return (
    (suberror !== undefined && interactionErrors.has(suberror)) ||
    codes.some((code) => interactionCodes.has(code))
  );
}

/** The request whose error told the call, or its client, that a person is needed; a hidden iframe hears it from authorize. */
export function interactionRequestOf({ exchanges }: Operation): Exchange | undefined {
  return exchanges.filter(isForSession).findLast((exchange) => {
    const grant = grantOf(exchange);
    const error = exchange.ended?.error;
    return grant !== "authorization_code" && error !== undefined && meansInteraction(error);
  });
}

/** Whether a call failed and a person is what it lacked, by the client's word or the service's. */
export function needsInteraction(operation: Operation): boolean {
  const { completed } = operation;
  if (completed?.outcome !== "fail") return false;
  return completed.error.interactionRequired || interactionRequestOf(operation) !== undefined;
}

/** The call was refused, or cut off by its caller's own time-out: the application got nothing. */
export function isDenied({ completed }: Operation): boolean {
  if (completed?.outcome === "fail") return true;
  return completed?.outcome === "unknown" && completed.reason === "caller-timeout";
}

/** Windows open at `atMs` whose effect leaves a token request without a good answer, for anyone and however often. */
export function tokenFaultsAt(history: History, atMs: number): readonly FaultSpan[] {
  return spansAt(history, atMs).filter(({ window }) => failsTokenRequests(window));
}

function failsTokenRequests(window: Window): boolean {
  return coversTokenService(window, "token") && window.at !== "backup" && failsEveryRequest(window);
}

/** Whether a window leaves every token request of everyone without a good answer while it is open. */
export function isTotalOutage(window: Window): boolean {
  return failsTokenRequests(window) && isForAll(window);
}

/** Windows open at `atMs` that leave every token request of everyone without a good answer. */
export function totalOutagesAt(history: History, atMs: number): readonly FaultSpan[] {
  return tokenFaultsAt(history, atMs).filter(({ window }) => isForAll(window));
}

/** Windows open at `atMs` that leave sign-in or token requests of anyone without a good answer. */
export function signInFaultsAt(history: History, atMs: number): readonly FaultSpan[] {
  return spansAt(history, atMs).filter(
    ({ window }) =>
      (coversTokenService(window, "token") || coversTokenService(window, "authorize")) &&
      failsEveryRequest(window),
  );
}

/** The ids of the windows that break token requests of anyone, at any time. */
export function tokenFaultIdsOf(history: History): ReadonlySet<string> {
  const breaking = faultSpansOf(history).filter(({ window }) =>
    coversTokenService(window, "token"),
  );
  return new Set(breaking.map(({ window }) => window.id));
}

/** How long after the start something happened, for a person. */
export function sinceStart({ header }: History, atMs: number): string {
  return formatDuration(atMs - header.startedAt);
}

/** `3` and `call` → `3 calls`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `3` and `call` → `All 3 calls`, the subject of a sentence. */
export function every(count: number, noun: string): string {
  return count === 1 ? `The one ${noun}` : `All ${count} ${noun}s`;
}

/** OAuth errors of an authorize endpoint that is ill: RFC 6749 section 4.1.2.1. */
const illErrors: ReadonlySet<string> = new Set(["server_error", "temporarily_unavailable"]);

const interactiveFlows: ReadonlySet<Flow> = new Set([
  "authorization-code",
  "popup",
  "redirect",
  "device-code",
]);

const cacheableFlows: ReadonlySet<Flow> = new Set([
  "silent",
  "client-credentials",
  "on-behalf-of",
  "managed-identity",
  "custom",
]);

/** Errors and suberrors: `docs/sources.md#a10`, "How clients read them", and 70043's `token_expired`. */
const interactionErrors: ReadonlySet<string> = new Set([
  "interaction_required",
  "login_required",
  "consent_required",
  "additional_action",
  "bad_token",
  "basic_action",
  "interrupted_user",
  "message_only",
  "token_expired",
  "ui_not_allowed",
  "user_password_expired",
]);

/** AADSTS codes of `invalid_grant` that only a sign-in ends; `docs/sources.md#a10`. */
const interactionCodes: ReadonlySet<number> = new Set([
  50072, 50074, 50076, 50078, 50079, 50097, 50125, 50127, 50129, 50131, 50140, 50158, 50173, 65001,
  70043, 700081, 700082, 700084,
]);

type Window = FaultBegan["window"];

const spans = new WeakMap<History, readonly FaultSpan[]>();

function spansAt(history: History, atMs: number): readonly FaultSpan[] {
  let known = spans.get(history);
  if (known === undefined) spans.set(history, (known = faultSpansOf(history)));
  return known.filter(
    ({ beganAt, endedAt }) => beganAt <= atMs && (endedAt === undefined || atMs < endedAt),
  );
}

function isForAll({ where, chance = 1, first, after, ramp, preflights }: Window): boolean {
  const isAlways = chance === 1 && ramp === undefined;
  // Who sends simple requests never asks first.
  return (
    isAlways &&
    preflights !== "only" &&
    where === undefined &&
    first === undefined &&
    after === undefined
  );
}

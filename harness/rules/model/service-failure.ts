/**
 * Whether the last silent call before a sign-in prompt had failed because of the service. A
 * silent call learns that from the token endpoint, or in a browser from authorize in a hidden
 * iframe, which may also not answer until the library times out. Used by rule
 * `fallback-to-interaction`.
 */
import type { Flow, History, WireError } from "../../history/event.ts";
import { endingOf } from "./messages.ts";
import type { EventRef } from "./verdicts.ts";
import {
  grantOf,
  isFailedByService,
  isForSession,
  meansInteraction,
  statusOf,
} from "./exchange-outcomes.ts";
import type { Exchange, Operation } from "./exchanges.ts";
import { asksInVain } from "./person-needed.ts";
import { signInFaultsAt } from "./fault-windows.ts";
import { hasSucceeded } from "./success.ts";

/** A failure of the service as an application sees it: a description such as `the token endpoint failed (a 503)`, and the events that show it. */
export interface ServiceFailure {
  readonly description: string;
  readonly evidence: readonly EventRef[];
}

/** The failure of the service that was the latest outcome of these calls, in order, before the prompt; undefined when that was another one. */
export function serviceFailureBefore(
  history: History,
  calls: readonly Operation[],
  prompt: EventRef,
): ServiceFailure | undefined {
  for (const call of calls.toReversed()) {
    const outcome = latestOutcomeOf(history, call, prompt);
    if (outcome === "other") return undefined;
    if (outcome !== undefined) return outcome;
  }
  return undefined;
}

/** What a call had learned before the prompt: a failure of the service, another outcome, or nothing. */
function latestOutcomeOf(
  history: History,
  call: Operation,
  prompt: EventRef,
): ServiceFailure | "other" | undefined {
  const { completed } = call;
  const end = completed === undefined || completed.index > prompt.index ? undefined : completed;
  if (end !== undefined && hasSucceeded(history, call)) return "other";
  // A client that asks for a sign-in without need has a failure of the service behind it, or its own.
  const isAskedFor = end?.outcome === "fail" && end.error.interactionRequired;
  if (isAskedFor && !asksInVain(history, call)) return "other";
  const sent = call.exchanges.filter(
    (exchange) => isSilentRenewal(call, exchange) && exchange.began.index < prompt.index,
  );
  const known = sent.filter(
    ({ ended }) => end !== undefined || (ended !== undefined && ended.index < prompt.index),
  );
  if (known.some((exchange) => requiresInteraction(exchange, prompt))) return "other";
  const last = known.at(-1);
  if (last === undefined) return end === undefined ? undefined : unrecordedFailureOf(history, call);
  const { began, ended } = last;
  const isAnswered = ended !== undefined && ended.index < prompt.index;
  if (isAnswered && !isFailedByService(last)) return "other";
  const how = isAnswered ? endingOf(last) : "no answer";
  return {
    description: `the ${began.endpoint} endpoint failed (${how})`,
    evidence: [...(isAnswered ? [ended] : end === undefined ? [] : [end]), began],
  };
}

/** Whether a request was sent to renew silently: by a silent call, at the end of a hidden iframe, or with a refresh token. */
function isSilentRenewal({ invoked: { flow } }: Operation, exchange: Exchange): boolean {
  if (exchange.began.method === "OPTIONS" || !isForSession(exchange)) return false;
  // A sign-in page is not an answer to the call; the redirect back to the application is.
  if (exchange.began.endpoint === "authorize" && statusOf(exchange) === 200) return false;
  return silentFlows.has(flow) || grantOf(exchange) === "refresh_token";
}

const silentFlows: ReadonlySet<Flow> = new Set(["silent", "sso-silent"]);

/** Whether the answer says that a person is needed. An expired refresh token does not say so: the session may still be alive. */
function requiresInteraction({ ended }: Exchange, prompt: EventRef): boolean {
  const error = ended === undefined || ended.index > prompt.index ? undefined : ended.error;
  return error !== undefined && meansInteraction(error) && !isExpiredRefreshToken(error);
}

/** Whether a refresh token was refused only because it has expired. */
export function isExpiredRefreshToken({ codes }: WireError): boolean {
  return codes.some((code) => expiredRefreshTokenCodes.has(code));
}

/** AADSTS codes of expired refresh tokens (`docs/sources.md#a10`); the session may be alive, and MSAL tries it in an iframe. */
const expiredRefreshTokenCodes: ReadonlySet<number> = new Set([700081, 700082, 700084]);

/** The failure of a silent call without a recorded request, such as an iframe that never connected, while sign-in was broken. */
function unrecordedFailureOf(
  history: History,
  { invoked, completed }: Operation,
): ServiceFailure | undefined {
  if (!silentFlows.has(invoked.flow)) return undefined;
  if (completed?.outcome !== "fail" || !noAnswerCodes.has(completed.error.code)) return undefined;
  const [fault] = signInFaultsAt(history, completed.at);
  if (fault === undefined) return undefined;
  return {
    description: `the silent call failed (${completed.error.code}) while the fault ${fault.window.id} was active`,
    evidence: [completed, fault],
  };
}

/** Error codes of MSAL Browser 2 to 5 and `msal` 1 for an iframe or a request without an answer (`docs/sources.md#k3`). */
const noAnswerCodes: ReadonlySet<string> = new Set([
  "timed_out",
  "monitor_window_timeout",
  "token_renewal_error",
  "post_request_failed",
  "get_request_failed",
  "no_network_connectivity",
]);

/**
 * The last that an application had heard of the sign-in service when it asked a person: that
 * the service is ill, or something better. A silent call hears it from the token endpoint, or
 * in a browser from authorize in a hidden iframe, which may also say nothing until the
 * library gives up. Used by `fallback-to-interaction`.
 */
import type { Flow, History, WireError } from "../../history/event.ts";
import { endingOf, type Placed } from "./judgement.ts";
import { grantOf, statusOf, type Exchange, type Operation } from "./reading.ts";
import {
  isFailedByService,
  isForSession,
  meansInteraction,
  signInFaultsAt,
} from "./reading-operations.ts";

/** A failure of the service as an application hears of it: words such as `the token endpoint failed (a 503)`, and its events. */
export interface IllNews {
  readonly words: string;
  readonly evidence: readonly Placed[];
}

/** What the calls before an asking, in order, had last heard, if that was a failure of the service. */
export function illNewsBefore(
  history: History,
  before: readonly Operation[],
  asking: Placed,
): IllNews | undefined {
  for (const call of before.toReversed()) {
    const news = newsOf(history, call, asking);
    if (news === "better") return undefined;
    if (news !== undefined) return news;
  }
  return undefined;
}

/** What a call had heard by then: a failure, something better, or nothing. */
function newsOf(history: History, call: Operation, asking: Placed): IllNews | "better" | undefined {
  const { completed } = call;
  const end = completed === undefined || completed.index > asking.index ? undefined : completed;
  if (end?.outcome === "ok") return "better";
  if (end?.outcome === "fail" && end.error.interactionRequired) return "better";
  const asked = call.exchanges.filter(
    (exchange) => isAsSilent(call, exchange) && exchange.began.index < asking.index,
  );
  const heard = asked.filter(
    ({ ended }) => end !== undefined || (ended !== undefined && ended.index < asking.index),
  );
  if (heard.some((exchange) => saysPersonIsNeeded(exchange, asking))) return "better";
  const last = heard.at(-1);
  if (last === undefined) return end === undefined ? undefined : givenUp(history, call);
  const { began, ended } = last;
  const isAnswered = ended !== undefined && ended.index < asking.index;
  if (isAnswered && !isFailedByService(last)) return "better";
  const how = isAnswered ? endingOf(last) : "no answer";
  return {
    words: `the ${began.endpoint} endpoint failed (${how})`,
    evidence: [...(isAnswered ? [ended] : end === undefined ? [] : [end]), began],
  };
}

/** Whether a request was sent to renew silently: a silent call's, to the end of a hidden iframe, or by refresh token. */
function isAsSilent({ invoked: { flow } }: Operation, exchange: Exchange): boolean {
  if (exchange.began.method === "OPTIONS" || !isForSession(exchange)) return false;
  // A page for a person is no answer to a call; the way back to the application is.
  if (exchange.began.endpoint === "authorize" && statusOf(exchange) === 200) return false;
  return silentFlows.has(flow) || grantOf(exchange) === "refresh_token";
}

const silentFlows: ReadonlySet<Flow> = new Set(["silent", "sso-silent"]);

/** A refresh token that is too old leaves the session to be asked; any other word of a person stands. */
function saysPersonIsNeeded({ ended }: Exchange, asking: Placed): boolean {
  const error = ended === undefined || ended.index > asking.index ? undefined : ended.error;
  return error !== undefined && meansInteraction(error) && !isTooOld(error);
}

/** Whether a refresh token was refused for its age alone. */
export function isTooOld({ codes }: WireError): boolean {
  return codes.some((code) => tooOldCodes.has(code));
}

/** Refresh tokens past their life (`docs/sources.md#a10`); the session may be alive, and MSAL asks it in an iframe. */
const tooOldCodes: ReadonlySet<number> = new Set([700081, 700082, 700084]);

/** A call whose requests nobody saw, as those of an iframe that never got a connection: what its library said, while sign-in was broken. */
function givenUp(history: History, { invoked, completed }: Operation): IllNews | undefined {
  if (!silentFlows.has(invoked.flow)) return undefined;
  if (completed?.outcome !== "fail" || !giveUpCodes.has(completed.error.code)) return undefined;
  const [fault] = signInFaultsAt(history, completed.at);
  if (fault === undefined) return undefined;
  return {
    words: `the silent call gave up (${completed.error.code}) while ${fault.window.id} was open`,
    evidence: [completed, fault],
  };
}

/** By which MSAL Browser 2 to 5 and `msal` 1 say that an iframe or a request had no answer (`docs/sources.md#k3`). */
const giveUpCodes: ReadonlySet<string> = new Set([
  "timed_out",
  "monitor_window_timeout",
  "token_renewal_error",
  "post_request_failed",
  "get_request_failed",
  "no_network_connectivity",
]);

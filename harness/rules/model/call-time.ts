/** How long calls took, and which of them did not end in time. */
import { minutes, seconds } from "../../core/time/duration.ts";
import type { History } from "../../history/event.ts";
import { isServiceFailure } from "./exchange-outcomes.ts";
import { endOf, type Exchange, type Operation } from "./exchanges.ts";
import { isInteractive } from "./operations.ts";

/**
 * Azure Front Door answers 503 in place of an origin that takes longer than 30 s
 * (`docs/sources.md#m4`); the person behind the application is gone by then.
 */
const CALL_MAX_MS = seconds(30);

/** A person at a sign-in page needs time; a device code lives for 15 minutes (`docs/sources.md#b`). */
const SIGN_IN_MAX_MS = minutes(15);

/** For that long a machine's identity endpoint may be updated, and asks for retries (`docs/sources.md#g1`). */
const IDENTITY_RETRIES_MS = seconds(70);

/**
 * How long a call may take, ms: `limits.callMaxMs`; longer for a sign-in by a person, and while a
 * machine's identity endpoint answers that it is to be asked again.
 */
export function callMaxMsOf({ header }: History, operation: Operation): number {
  const maxMs = header.limits?.callMaxMs ?? CALL_MAX_MS;
  if (isInteractive(operation)) return Math.max(maxMs, SIGN_IN_MAX_MS);
  return operation.exchanges.some(isAnsweredForRetry) ? maxMs + IDENTITY_RETRIES_MS : maxMs;
}

/** An endpoint that does not answer asks for nothing. */
function isAnsweredForRetry(exchange: Exchange): boolean {
  const { began, ended } = exchange;
  const isAnswered = ended?.end.kind === "response" && ended.end.cut === undefined;
  return began.endpoint === "managed-identity" && isAnswered && isServiceFailure(exchange);
}

/** From the call to its end, or to the end of the history, ms. */
export function tookMsOf(history: History, { invoked, completed }: Operation): number {
  return (completed?.at ?? endOf(history)) - invoked.at;
}

/** Whether a call has no end: nothing could end it, its caller gave up, or the history ends before it. */
export function isOpenEnded({ completed }: Operation): boolean {
  return completed === undefined || completed.outcome === "unknown";
}

/** Whether a call had not ended in time: within its limit, or before its caller gave up. A call that the end of the history cut off within the limit had not. */
export function isOverdue(history: History, operation: Operation): boolean {
  const { invoked: event, completed } = operation;
  if (completed?.outcome === "unknown") {
    if (completed.reason === "never-ends") return true;
    // Of a page, only its requests are known: it has abandoned one, as its library may do in time.
    if (completed.reason === "caller-timeout" && event.told === undefined) return true;
  }
  return tookMsOf(history, operation) > callMaxMsOf(history, operation);
}

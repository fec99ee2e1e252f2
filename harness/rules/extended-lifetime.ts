/**
 * Rule `extended-lifetime`: `ext_expires_in` says how long a token may be used past its expiry
 * while the service cannot issue another one; it exists only for outages, and matters only when
 * it is longer than `expires_in`. Source:
 * `docs/sources.md#a6` (the field) and C.1 ("Old-token fallback": no current client uses it).
 */
import { formatDuration } from "../core/time/duration.ts";
import type { History } from "../history/event.ts";
import type { HeldToken } from "./model/token-inventory.ts";
import type { Judgement, Rule } from "./rule.ts";
import { availableTokensAt } from "./model/available-tokens.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { operationsOf, type Exchange, type Operation } from "./model/exchanges.ts";
import { counted, every, sinceStart } from "./model/messages.ts";
import { isCacheable, lastRequestBy, tokenRequestsBy } from "./model/operations.ts";
import { isWithoutAnswerAt } from "./model/exchange-outcomes.ts";
import { totalOutagesAt } from "./model/fault-windows.ts";
import { isValidAt } from "./model/token-validity.ts";
import { isDenied } from "./model/success.ts";

/** Judges `extended-lifetime`. */
export const extendedLifetime: Rule = {
  id: "extended-lifetime",
  says: "A token with an extended lifetime is used past its expiry while the service fails.",
  source:
    "ext_expires_in of the token response: how long a token may be used past its expiry while the service fails; MSAL stores it",
  fix: "Keep the last token outside the client and use it within ext_expires_in when renewal fails, for APIs that accept it; otherwise ask for long-lived tokens (client capability cp1).",
  excuses: [
    {
      id: "new-token-wanted",
      says: "The application forces a refresh, answers a claims challenge, or uses a flow that always needs the service.",
    },
    {
      id: "not-expired",
      says: "The token has more than five minutes left when the call begins; rule cached-token judges that.",
    },
    {
      id: "extension-over",
      says: "The call ends when ext_expires_in has passed, or it is no longer than expires_in.",
    },
    {
      id: "service-answered",
      says: "The service answers the call's last request for a token, or without one its last request, or no request fails and no outage is total.",
    },
    { id: "unfinished", says: "The run ends before the call does." },
  ],
  judge,
};

interface Extended {
  readonly operation: Operation;
  readonly held: HeldToken;
  readonly failure: Exchange | undefined;
}

function judge(history: History): Judgement {
  const denied: Extended[] = [];
  const served: Extended[] = [];
  for (const operation of operationsOf(history).filter(isCacheable)) {
    const { invoked, completed } = operation;
    const { token: held, lastRequest } = availableTokensAt(history, invoked);
    if (held === undefined || completed === undefined) continue;
    if (!isInExtension(held, invoked.at) || !isInExtension(held, completed.at)) continue;
    // A later request, such as for metadata, can succeed where the one for the token did not.
    const request = tokenRequestsBy(operation).at(-1) ?? lastRequestBy(operation) ?? lastRequest;
    const hasFailed = request !== undefined && isWithoutAnswerAt(request, completed.at);
    const failure = hasFailed ? request : undefined;
    if (failure === undefined && totalOutagesAt(history, invoked.at).length === 0) continue;
    if (isDenied(history, operation)) denied.push({ operation, held, failure });
    else if (isServedPastExpiry(operation, held)) served.push({ operation, held, failure });
  }
  const [first] = denied.length > 0 ? denied : served;
  if (first === undefined) {
    return inconclusive(
      "No call was made to a failing service with a token past expires_in but within a longer ext_expires_in.",
    );
  }
  const { operation, held, failure } = first;
  const all = counted(denied.length + served.length, "call");
  const left = formatDuration((held.token.extendedExpiresAt ?? 0) - operation.invoked.at);
  const evidence = [
    held,
    operation.invoked,
    ...(failure?.ended === undefined ? [] : [failure.ended]),
  ];
  if (denied.length === 0) {
    return passes(
      `${every(served.length, "call")} past expires_in in the outage got the token within its ext_expires_in; the first had ${left} of it left.`,
      evidence,
    );
  }
  const neverUsed = served.length === 0 ? " (ext_expires_in was never used)" : "";
  return fails(
    `${denied.length} of ${all} near or past expires_in got no token while the service failed and ext_expires_in had not passed${neverUsed}; the first, ${sinceStart(history, operation.invoked.at)} into the run, had ${left} of it left.`,
    evidence,
  );
}

/** Whether a call got the expired token; until its expiry also clients hand it out that know of no extension. */
function isServedPastExpiry({ invoked, completed }: Operation, { token }: HeldToken): boolean {
  if (completed?.outcome !== "ok" || token.expiresAt > invoked.at) return false;
  return completed.token?.accessToken === token.accessToken;
}

function isInExtension({ token }: HeldToken, atMs: number): boolean {
  const { expiresAt, extendedExpiresAt = expiresAt } = token;
  // In its last minutes a client may take the token for expired already.
  return !isValidAt(token, atMs) && expiresAt < extendedExpiresAt && atMs < extendedExpiresAt;
}

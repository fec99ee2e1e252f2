/**
 * Rule `single-flight`: callers that need the same token at the same time share one request.
 * Otherwise each renewal under load is a burst, and in an outage a retry storm. No document
 * mentions tabs, and MSAL shares a request within one page only; to the service the tabs of an
 * application are callers like any others, so they are judged as such. Of own code only the
 * requests show which token a call is for, so there the requests are compared.
 */
import type { Flow, History } from "../history/event.ts";
import type { Judgement, Rule } from "./rule.ts";
import { andMore, counted } from "./model/messages.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { objectIdOf, scopeKey } from "./model/identifiers.ts";
import { similarityKeyOf } from "./model/similar-requests.ts";
import { sessionBehind } from "./model/users-behind.ts";
import { operationsOf, type Exchange, type Operation } from "./model/exchanges.ts";
import { grantOf, isFailedByService, statusOf } from "./model/exchange-outcomes.ts";

/** Judges `single-flight`. */
export const singleFlight: Rule = {
  id: "single-flight",
  says: "Overlapping calls of one process, or of the tabs of one browser, for the same token make one token request.",
  source:
    "Microsoft Entra, Increase the resilience of client applications: cache and reuse tokens, 429 as a sign of not doing so (https://learn.microsoft.com/entra/architecture/resilience-client-app); MSAL's silent calls share one request",
  fix: "Share one promise per user and scope among all callers; among tabs, one cache and a lock (navigator.locks).",
  excuses: [
    { id: "retry", says: "A call repeats its own request after it has failed." },
    { id: "after-failure", says: "An overlapping call had failed before." },
    { id: "used-once", says: "Codes, passwords and device codes, which are redeemed once." },
    { id: "another-token", says: "The calls are for other users, scopes or resources." },
    {
      id: "another-session",
      says: "The calls present other refresh tokens or assertions, of another session of the user.",
    },
    { id: "another-process", says: "The calls are of instances in processes of their own." },
  ],
  judge,
};

/** Flows of which several calls can share one request: a code or a device code can be redeemed only once. */
const SHAREABLE: ReadonlySet<Flow> = new Set([
  "client-credentials",
  "silent",
  "refresh-token",
  "on-behalf-of",
  "managed-identity",
  "custom",
]);

/** Grants of which several requests would get the same token; a code or a password is used once. */
const SHAREABLE_GRANTS: ReadonlySet<string> = new Set([
  "client_credentials",
  "refresh_token",
  "on_behalf_of",
]);

interface Sent {
  readonly operation: Operation;
  readonly request: Exchange;
}

/** Calls that overlap, each with the next, and the token requests that they sent, in order. */
interface Burst {
  readonly operations: readonly Operation[];
  readonly sent: readonly Sent[];
}

function judge(history: History): Judgement {
  const calls = operationsOf(history).filter(({ invoked }) => SHAREABLE.has(invoked.flow));
  const named = calls.filter(({ invoked }) => invoked.flow !== "custom");
  const bursts = [
    ...[...Map.groupBy(named, sharedRequestKeyOf).values()].flatMap((alike) => burstsOf(alike)),
    ...burstsOfOwnCode(
      history,
      calls.filter(({ invoked }) => invoked.flow === "custom"),
    ),
  ].filter(({ sent }) => sent.length > 0);
  if (bursts.length === 0)
    return inconclusive("No overlapping calls for one token sent a request.");
  const broken = bursts
    .map((burst) => ({ ...burst, needless: needlessOf(burst.sent) }))
    .filter(({ needless }) => needless.length > 0);
  const [first] = broken;
  if (first === undefined) {
    return passes(
      `${counted(bursts.length, "burst")} of overlapping calls for one token, each with one request.`,
      bursts.flatMap(({ sent }) => sent.map(({ request }) => request.began)),
    );
  }
  const [call] = first.operations;
  return fails(
    `${call?.invoked.client ?? ""} made ${first.sent.length} token requests for ${counted(first.operations.length, "overlapping call")} for one token${tabsOf(first)}${andMore(broken)}.`,
    broken.flatMap(({ needless }) => needless.map(({ request }) => request.began)),
  );
}

function tabsOf({ operations }: Burst): string {
  const tabs = new Set(operations.flatMap(({ invoked: { tab } }) => tab ?? []));
  return tabs.size > 1 ? ` in ${tabs.size} tabs` : "";
}

function sharedRequestKeyOf({ process, invoked }: Operation): string {
  const { flow, app, tenant, user, scopes, assertion, claims, forceRefresh } = invoked;
  const person = user === undefined ? "" : objectIdOf(user);
  const asked = [scopeKey(scopes.join(" ")), assertion ?? "", claims ?? "", forceRefresh ?? ""];
  return [process, flow, app, tenant, person, ...asked].join(" · ");
}

/** Calls of own code that overlap and asked for the same token, as their requests show; a call may send several at once. */
function burstsOfOwnCode(history: History, calls: readonly Operation[]): readonly Burst[] {
  const all = calls.flatMap((operation) => sentBy([operation]));
  const shareable = all.filter(
    ({ request }) =>
      request.began.endpoint === "managed-identity" || SHAREABLE_GRANTS.has(grantOf(request) ?? ""),
  );
  const alike = Map.groupBy(shareable, ({ request }) =>
    [
      request.process,
      similarityKeyOf(history, request),
      sessionBehind(history, request) ?? "",
    ].join(" · "),
  );
  return [...alike.values()].flatMap((sent) => {
    const operations = [...new Set(sent.map(({ operation }) => operation))];
    return burstsOf(operations, 1).flatMap(({ operations: together }) => {
      const own = sent.filter(({ operation }) => together.includes(operation));
      return own.length > 1 ? [{ operations: together, sent: own }] : [];
    });
  });
}

function burstsOf(calls: readonly Operation[], atLeast = 2): readonly Burst[] {
  const bursts: Burst[] = [];
  let together: Operation[] = [];
  let lastEnd = -Infinity;
  const close = (): void => {
    if (together.length >= atLeast) bursts.push({ operations: together, sent: sentBy(together) });
    together = [];
  };
  for (const call of calls) {
    if (call.invoked.index > lastEnd) close();
    together.push(call);
    lastEnd = Math.max(lastEnd, endIndexOf(call));
  }
  close();
  return bursts;
}

function sentBy(operations: readonly Operation[]): readonly Sent[] {
  return operations
    .flatMap((operation) =>
      operation.exchanges.filter(isOwnRequest).map((request) => ({ operation, request })),
    )
    .sort((a, b) => a.request.began.index - b.request.began.index);
}

/** Whether the client sent the token request: not a preflight, and not resent by the browser. */
function isOwnRequest({ began: { endpoint, method, resent } }: Exchange): boolean {
  const isForToken = endpoint === "token" || endpoint === "managed-identity";
  return isForToken && method !== "OPTIONS" && resent !== true;
}

/** Requests that a call sent although an overlapping call had sent one that was open or had succeeded. */
function needlessOf(sent: readonly Sent[]): readonly Sent[] {
  return sent.filter((later, position) =>
    sent.slice(0, position).some((earlier) => couldServe(earlier, later)),
  );
}

function couldServe(earlier: Sent, later: Sent): boolean {
  const { ended } = earlier.request;
  const isUnderway = ended === undefined || ended.index > later.request.began.index;
  // What one call sends one after the other are retries.
  if (earlier.operation === later.operation) return isUnderway;
  const overlap =
    later.operation.invoked.index < endIndexOf(earlier.operation) &&
    earlier.operation.invoked.index < endIndexOf(later.operation);
  if (!overlap) return false;
  return isUnderway || (statusOf(earlier.request) === 200 && !isFailedByService(earlier.request));
}

function endIndexOf({ completed }: Operation): number {
  return completed?.index ?? Infinity;
}

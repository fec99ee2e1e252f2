/**
 * Rule `isolation`: the service throttles per user, app, tenant and scope, so one user's
 * Retry-After must not block other users. A client that keeps one block for all fails calls for
 * others without sending a request.
 */
import type { ExchangeEnded, History, OperationInvoked } from "../history/event.ts";
import { instructedMsOf } from "./retry-after.ts";
import type { Judgement, Rule } from "./rule.ts";
import { andMore, counted } from "./model/messages.ts";
import { fails, passes, inconclusive } from "./model/verdicts.ts";
import { similarityKeyOf } from "./model/similar-requests.ts";
import {
  grantOf,
  isForToken,
  isServiceFailure,
  isToSignInService,
  statusOf,
} from "./model/exchange-outcomes.ts";
import { objectIdOf, scopeKey } from "./model/identifiers.ts";
import { operationsOf, type Operation } from "./model/exchanges.ts";
import { purposeIn } from "./model/purposes.ts";
import { hasSucceeded, isEmpty } from "./model/success.ts";

/** Judges `isolation`. */
export const isolation: Rule = {
  id: "isolation",
  says: "While one user, tenant, app or scope is throttled, calls for others still reach the service.",
  source:
    "MSAL.NET, Client and server throttling: blocks are kept per client id, authority, scopes and account (https://learn.microsoft.com/entra/msal/dotnet/advanced/client-and-server-throttling)",
  fix: "Key every block and every circuit breaker by app, tenant, user and scopes.",
  excuses: [
    {
      id: "throttled-too",
      says: "The call itself is for something that is throttled or failed within the last minute.",
    },
    { id: "unknown-purpose", says: "Nothing shows for which token a call of own code is." },
    { id: "never-served", says: "A user who was never served before, also by own code." },
    {
      id: "sign-in-required",
      says: "The client asks for a person; rules cached-token and availability judge whether in vain.",
    },
    {
      id: "sent-request",
      says: "A failed call that sent a request, such as to an API that failed.",
    },
    { id: "block-over", says: "The Retry-After is over, or a minute after an answer without one." },
    { id: "another-process", says: "The throttled call was made by another process." },
    {
      id: "no-throttle",
      says: "After a 5xx without Retry-After a client may block all its calls.",
    },
  ],
  judge,
};

/** How long clients block when the service gives no time (`docs/sources.md#c1`). */
const DEFAULT_BLOCK_MS = 60_000;

/** What a call asked for: the keys of its requests, and whether all of them are for the app itself and for no user. */
interface Subject {
  readonly keys: ReadonlySet<string>;
  readonly isOfApp: boolean;
}

// Stryker disable next-line BooleanLiteral: a call without keys is not judged.
const unknownSubject: Subject = { keys: new Set(), isOfApp: false };

/**
 * What calls asked for. Of own code only the requests show that, so that its calls count as for
 * what they, or the calls of the same name before them, sent requests for; where the app asks for
 * itself, also the calls after them. Without keys when none did.
 */
function subjectsOf(
  history: History,
  operations: readonly Operation[],
): ReadonlyMap<Operation, Subject> {
  const subjects = new Map<Operation, Subject>();
  const byName = new Map<string, Subject>();
  const ofApp = keysOfApps(history, operations);
  const byPurpose = subjectsByPurpose(history, operations, ofApp);
  for (const operation of operations) {
    const { invoked } = operation;
    if (invoked.flow !== "custom") {
      const keys = new Set([throttleKeyOf(invoked)]);
      subjects.set(operation, { keys, isOfApp: invoked.user === undefined });
      continue;
    }
    const shown = shownSubjectOf(history, operation, ofApp) ?? byName.get(invoked.app);
    if (shown !== undefined) byName.set(invoked.app, shown);
    subjects.set(operation, shown ?? byPurpose.get(purposeIn(history, invoked)) ?? unknownSubject);
  }
  return subjects;
}

/** Of own code for the app itself what all calls with one purpose ask for, with any number in their names. */
function subjectsByPurpose(
  history: History,
  operations: readonly Operation[],
  ofApp: ReadonlySet<string>,
): ReadonlyMap<string, Subject> {
  const found = new Map<string, Subject>();
  for (const operation of operations) {
    const shown = shownSubjectOf(history, operation, ofApp);
    if (shown === undefined) continue;
    const purpose = purposeIn(history, operation.invoked);
    const { keys } = found.get(purpose) ?? shown;
    const isSame = keys.symmetricDifference(shown.keys).size === 0;
    found.set(purpose, shown.isOfApp && isSame ? shown : unknownSubject);
  }
  return found;
}

/** The keys of requests for tokens of the app itself; a connection that failed shows by its key alone what it was for. */
function keysOfApps(history: History, operations: readonly Operation[]): ReadonlySet<string> {
  const ofApps = operations
    .flatMap(({ exchanges }) => exchanges)
    .filter(
      (one) => one.began.endpoint === "managed-identity" || grantOf(one) === "client_credentials",
    );
  return new Set(ofApps.map((one) => similarityKeyOf(history, one)));
}

/** What the requests of a call show; undefined when it sent none. */
function shownSubjectOf(
  history: History,
  { exchanges }: Operation,
  ofApp: ReadonlySet<string>,
): Subject | undefined {
  const sent = exchanges.filter(({ began }) => isForToken(began));
  if (sent.length === 0) return undefined;
  const keys = new Set(sent.map((one) => similarityKeyOf(history, one)));
  return { keys, isOfApp: keys.isSubsetOf(ofApp) };
}

/** A failure after which a client may block calls for the same user, app, tenant and scopes, until a time in ms since the Unix epoch. */
interface Block {
  readonly key: string;
  readonly answer: ExchangeEnded;
  readonly until: number;
  /** Whether the service throttled the caller; after a 5xx without Retry-After a client may block all calls. */
  readonly isThrottle: boolean;
}

interface Breach {
  readonly throttle: Block;
  readonly operation: Operation;
}

function judge(history: History): Judgement {
  const breaches: Breach[] = [];
  const served: Breach[] = [];
  let isAnyThrottled = false;
  for (const operations of byProcess(operationsOf(history))) {
    const subjects = subjectsOf(history, operations);
    const blocks = operations
      .flatMap((one) => blocksOf(history, one))
      .sort((a, b) => a.answer.index - b.answer.index);
    isAnyThrottled ||= blocks.some(({ isThrottle }) => isThrottle);
    let active: readonly Block[] = [];
    let known = 0;
    for (const operation of operations) {
      const since = known;
      while ((blocks[known]?.answer.index ?? Infinity) < operation.invoked.index) known += 1;
      active = activeBlocks([...active, ...blocks.slice(since, known)], operation.invoked.at);
      const throttle = throttleOfAnother(active, (subjects.get(operation) ?? unknownSubject).keys);
      if (throttle === undefined) continue;
      if (isServed(history, operation)) served.push({ throttle, operation });
      else if (
        isBlocked(history, operation) &&
        isKnownGood(history, operations, operation, subjects)
      )
        breaches.push({ throttle, operation });
    }
  }
  const [first] = breaches;
  if (first !== undefined) {
    return fails(
      `A call of ${first.operation.invoked.client} for ${nameOf(first.operation.invoked)} failed without a request while only another caller was throttled${andMore(breaches)}.`,
      breaches.flatMap(({ throttle, operation: { invoked, completed } }) => [
        throttle.answer,
        completed ?? invoked,
      ]),
    );
  }
  if (!isAnyThrottled) return inconclusive("No call was throttled.");
  if (served.length === 0)
    return inconclusive(
      "While one caller was throttled, the same client had no call for another one.",
    );
  return passes(
    `${counted(served.length, "call")} for other callers reached the service or their cached token while one was throttled.`,
    served.flatMap(({ throttle, operation }) => [throttle.answer, operation.invoked]),
  );
}

function byProcess(operations: readonly Operation[]): Iterable<readonly Operation[]> {
  return Map.groupBy(operations, ({ process }) => process).values();
}

function throttleKeyOf({ app, tenant, user, scopes }: OperationInvoked): string {
  const person = user === undefined ? "" : objectIdOf(user);
  // Stryker disable next-line MethodExpression: one case is as good as the other.
  return [app, tenant, person, scopeKey(scopes.join(" "))].join(" · ").toLowerCase();
}

function blocksOf(history: History, { invoked, exchanges }: Operation): readonly Block[] {
  return exchanges.flatMap((exchange) => {
    const { ended } = exchange;
    if (ended === undefined || !isForToken(exchange.began) || !isServiceFailure(exchange))
      return [];
    const instructedMs = instructedMsOf(exchange);
    const until = ended.at + Math.max(instructedMs, DEFAULT_BLOCK_MS);
    const isThrottle = statusOf(exchange) === 429 || instructedMs > 0;
    const key =
      invoked.flow === "custom" ? similarityKeyOf(history, exchange) : throttleKeyOf(invoked);
    return [{ key, answer: ended, until, isThrottle }];
  });
}

/** Of each key the longest block of either kind that has not ended. */
function activeBlocks(blocks: readonly Block[], atMs: number): readonly Block[] {
  const longest = new Map<string, Block>();
  for (const block of blocks) {
    const key = `${block.key} ${block.isThrottle}`;
    if (block.until > Math.max(atMs, longest.get(key)?.until ?? 0)) longest.set(key, block);
  }
  return [...longest.values()];
}

/** An active throttle of another caller, if the call itself is not blocked; undefined when it is not known what the call is for. */
function throttleOfAnother(active: readonly Block[], own: ReadonlySet<string>): Block | undefined {
  if (own.size === 0 || active.some(({ key }) => own.has(key))) return undefined;
  return active.findLast(({ isThrottle }) => isThrottle);
}

/** Whether a call was let through: own code may also ask an API, which says nothing about it. */
function isServed(history: History, operation: Operation): boolean {
  return operation.exchanges.some(isToSignInService) || hasSucceeded(history, operation);
}

function isBlocked(history: History, operation: Operation): boolean {
  const { completed, exchanges } = operation;
  const isFailed = completed?.outcome === "fail" && !completed.error.interactionRequired;
  return (isFailed || isEmpty(history, operation)) && exchanges.length === 0;
}

/** Whether a call could have succeeded: a user who was never served may have no account in the cache; an app needs only its credential. */
function isKnownGood(
  history: History,
  operations: readonly Operation[],
  operation: Operation,
  subjects: ReadonlyMap<Operation, Subject>,
): boolean {
  const { keys, isOfApp } = subjects.get(operation) ?? unknownSubject;
  if (isOfApp) return true;
  return operations.some(
    (earlier) =>
      hasSucceeded(history, earlier) &&
      earlier.completed !== undefined &&
      earlier.completed.index < operation.invoked.index &&
      !keys.isDisjointFrom((subjects.get(earlier) ?? unknownSubject).keys),
  );
}

function nameOf({ flow, user, app, scopes }: OperationInvoked): string {
  if (flow === "custom") return `"${app}"`;
  return user ?? `${app} and ${scopes.join(" ")}`;
}

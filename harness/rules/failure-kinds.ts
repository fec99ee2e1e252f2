/**
 * The kinds of failure behind findings: a rule says that it was broken, and most rules can be
 * broken in several ways, which differ from one version of a client to the next although the
 * verdict does not. A broken rule without a kind of its own here is one kind.
 */
import { isTokenEvicted } from "./cached-token.ts";
import type { History } from "../history/event.ts";
import type { Judgement } from "./rule.ts";
import { isFailedByDiscovery } from "./metadata.ts";
import { prematureRequestsIn, type PrematureRequest } from "./retry-after.ts";
import { isOpenEnded, isOverdue } from "./model/call-time.ts";
import { isForToken } from "./model/exchange-outcomes.ts";
import { operationsOf, type Operation } from "./model/exchanges.ts";
import { scopeKey } from "./model/identifiers.ts";

/** A way to break a rule. */
export interface FailureKind {
  /** Kebab-case, unique within the rule. */
  readonly id: string;
  /** The id of the rule that is broken. */
  readonly rule: string;
  /** What happens, in a few words that stand after "kinds of failure". */
  readonly says: string;
  /** Whether a history in which the rule is broken shows it. */
  readonly isIn: (history: History) => boolean;
}

/** Every kind that is more than its rule. */
export const failureKinds: readonly FailureKind[] = [
  {
    id: "never-ends",
    rule: "call-duration",
    says: "calls that never end: the client waits for an answer that has broken off, or for nothing",
    isIn: someOverdueCall(
      (call, all) => isOpenEnded(call) && !isRequestOpen(call) && !waitsForAnother(call, all),
    ),
  },
  {
    id: "shared-hung-request",
    rule: "call-duration",
    says: "calls that share a hung request of another call",
    isIn: someOverdueCall((call, all) => isOpenEnded(call) && waitsForAnother(call, all)),
  },
  {
    id: "outlasts-its-caller",
    rule: "call-duration",
    says: "calls that wait for a hung request longer than their caller",
    isIn: someOverdueCall((call) => isOpenEnded(call) && isRequestOpen(call)),
  },
  {
    id: "ends-late",
    rule: "call-duration",
    says: "calls that end too late",
    isIn: someOverdueCall((call) => !isOpenEnded(call)),
  },
  {
    id: "evicted-token",
    rule: "cached-token",
    says: "valid tokens that the client itself has evicted, for a token with overlapping scopes",
    isIn: isTokenEvicted,
  },
  {
    id: "kept-token-unused",
    rule: "cached-token",
    says: "valid tokens in the cache that the client does not hand out",
    isIn: (history) => !isTokenEvicted(history),
  },
  {
    id: "user-lost-at-discovered-host",
    rule: "metadata",
    says: "users with tokens who are lost at a discovered host: its metadata are read again, and fail",
    isIn: isFailedByDiscovery,
  },
  {
    id: "read-twice",
    rule: "metadata",
    says: "metadata that are read again although they are known",
    isIn: (history) => !isFailedByDiscovery(history),
  },
  {
    id: "second-instance",
    rule: "retry-after",
    says: "a second instance, or the next process, that goes round a block",
    isIn: somePremature(({ answer, early }) => !isSameInstance(answer, early)),
  },
  {
    id: "other-scopes",
    rule: "retry-after",
    says: "another list of scopes for the same token that goes round a block",
    isIn: somePremature(
      ({ answer, early }) => isSameInstance(answer, early) && !isSameList(answer, early),
    ),
  },
  {
    id: "no-block",
    rule: "retry-after",
    says: "the same call that is sent before Retry-After has passed",
    isIn: somePremature(
      ({ answer, early }) => isSameInstance(answer, early) && isSameList(answer, early),
    ),
  },
];

/** The ids of the kinds that broken rules of a history are of; for a rule without kinds, or of which none is seen, the rule's own id. */
export function kindsOfFailure(
  history: History,
  findings: readonly (Pick<Judgement, "verdict"> & { readonly rule: string })[],
): readonly { readonly rule: string; readonly kind: string }[] {
  return findings
    .filter(({ verdict }) => verdict === "fail")
    .flatMap(({ rule }) => {
      const seen = failureKinds.filter((kind) => kind.rule === rule && kind.isIn(history));
      const ids = seen.length === 0 ? [rule] : seen.map(({ id }) => id);
      return ids.map((kind) => ({ rule, kind }));
    });
}

function someOverdueCall(
  isOfKind: (call: Operation, all: readonly Operation[]) => boolean,
): FailureKind["isIn"] {
  return (history) => {
    const calls = operationsOf(history);
    return calls.some((call) => isOverdue(history, call) && isOfKind(call, calls));
  };
}

/** Whether a call was still waiting for an answer when it was given up: for its own request or for that of another. */
function isRequestOpen({ completed, exchanges }: Operation): boolean {
  const endIndex = completed?.index ?? Infinity;
  return exchanges.some(({ ended }) => ended === undefined || ended.index > endIndex);
}

/** Whether a call sent nothing and waited while a request of another call for the same token was open. */
function waitsForAnother(call: Operation, all: readonly Operation[]): boolean {
  return call.exchanges.length === 0 && all.some((other) => isSharedWith(other, call));
}

function isSharedWith(other: Operation, { invoked, completed }: Operation): boolean {
  const endIndex = completed?.index ?? Infinity;
  return (
    other.invoked.index < invoked.index &&
    other.invoked.client === invoked.client &&
    other.invoked.user === invoked.user &&
    scopeKey(other.invoked.scopes.join(" ")) === scopeKey(invoked.scopes.join(" ")) &&
    other.exchanges.some(
      ({ began, ended }) =>
        isForToken(began) && began.index < invoked.index && (ended?.index ?? Infinity) > endIndex,
    )
  );
}

function somePremature(isOfKind: (one: PrematureRequest) => boolean): FailureKind["isIn"] {
  return (history) => prematureRequestsIn(history).some(isOfKind);
}

/** Whether one instance sent both requests: a restart and another instance in the same process have other memory. */
function isSameInstance(
  one: PrematureRequest["answer"],
  other: PrematureRequest["early"],
): boolean {
  return one.client === other.client && one.process === other.process;
}

function isSameList(
  { operation: one }: PrematureRequest["answer"],
  { operation: other }: PrematureRequest["early"],
): boolean {
  return (one?.scopes.join(" ") ?? "") === (other?.scopes.join(" ") ?? "");
}

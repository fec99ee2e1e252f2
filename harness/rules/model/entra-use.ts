/**
 * Which calls had anything to do with Entra. Of the user's own code only the name and the end of a
 * call are known: it may be a test double, or use the token of a client that is older than the
 * test. Such a call shows nothing about an outage by succeeding.
 */
import type { History } from "../../history/event.ts";
import { isToSignInService } from "./exchange-outcomes.ts";
import { exchangesOf, operationsOf, type Operation } from "./exchanges.ts";
import { hasLeftItsRequest } from "./left-requests.ts";
import { purposeIn } from "./purposes.ts";
import { perHistory } from "./per-history.ts";

/**
 * Whether a call asked Entra or a machine's identity endpoint, returned a token, showed one to an
 * API, or was made by a client that Entra has answered before. Where tokens of an earlier test are
 * still valid, that answer must have been for a call of the same name. A call that ended before its
 * own request was answered shows nothing.
 */
export function usesEntra(history: History, operation: Operation): boolean {
  const { invoked, completed, exchanges } = operation;
  if (invoked.flow !== "custom") return true;
  if (completed?.outcome === "ok" && (completed.token ?? completed.tokenWithin) !== undefined)
    return true;
  if (hasLeftItsRequest(history, operation)) return false;
  if (exchanges.some(isToSignInService)) return true;
  const endIndex = completed?.index ?? Infinity;
  if (history.header.earlierTokens === true) {
    const { firstAnswers, shown } = evidenceIn(history);
    const isAnswered = (firstAnswers.get(callerOf(history, operation)) ?? Infinity) < endIndex;
    return isAnswered || firstDuring(operation, shown) !== undefined;
  }
  const firstIndex = firstAnswersOf(history).get(invoked.client);
  return firstIndex !== undefined && firstIndex < endIndex;
}

/** Why these calls prove nothing, though they succeeded: the end of a sentence, and what to do. */
export function whyUnproven(history: History, calls: readonly Operation[]): string {
  if (calls.some((call) => hasLeftItsRequest(history, call)))
    return "they ended before their requests for a token were answered: return the promise in the call, or await it.";
  return history.header.earlierTokens === true
    ? `nothing shows which token was behind them. ${EARLIER_TOKENS}`
    : "nothing shows that they needed Entra: their client asked it for nothing, and returned no token of this run.";
}

/** What a user of a test suite can do about the tokens of earlier tests. */
export const EARLIER_TOKENS =
  "An earlier test of this process was issued tokens that are still valid, and a client that has outlived it may have used one: create the client in each test, load its module again (vi.resetModules), or give the test a file of its own.";

/** By client, the index of the first good answer of the sign-in service. */
const firstAnswersOf = perHistory((history): ReadonlyMap<string, number> => {
  const found = new Map<string, number>();
  for (const { client, ended } of exchangesOf(history)) {
    if (ended?.issued === undefined || found.has(client)) continue;
    found.set(client, ended.index);
  }
  return found;
});

/** What is looked up for each call while tokens of an earlier test are valid. */
interface Evidence {
  /** By client and purpose, the index of the first good answer; a server's requests are known by their time alone. */
  readonly firstAnswers: ReadonlyMap<string, number>;
  /** The indices, in ascending order, at which an API of the world was shown a token of this run. */
  readonly shown: readonly number[];
}

const evidenceIn = perHistory((history): Evidence => ({
  firstAnswers: answersByPurpose(history),
  shown: tokensShownIn(history),
}));

function answersByPurpose(history: History): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  const note = (key: string, index: number): void => {
    first.set(key, Math.min(index, first.get(key) ?? Infinity));
  };
  const answers = exchangesOf(history).flatMap(({ client, operation, ended }) =>
    ended?.issued === undefined ? [] : [{ client, operation, index: ended.index }],
  );
  for (const { client, operation, index } of answers)
    if (operation !== undefined) note(`${client} · ${purposeIn(history, operation)}`, index);
  const unattributed = Map.groupBy(
    answers
      .filter(({ operation }) => operation === undefined)
      .sort((one, other) => one.index - other.index),
    ({ client }) => client,
  );
  const indicesOf = new Map(
    [...unattributed].map(([client, ones]) => [client, ones.map(({ index }) => index)]),
  );
  for (const operation of operationsOf(history)) {
    const theirs = indicesOf.get(operation.invoked.client) ?? [];
    const index = firstDuring(operation, theirs);
    if (index !== undefined) note(callerOf(history, operation), index);
  }
  return first;
}

function tokensShownIn(history: History): readonly number[] {
  const issued = new Set(
    exchangesOf(history).flatMap(({ ended }) => ended?.issued?.token?.accessToken ?? []),
  );
  return history.events.flatMap((event) =>
    event.kind === "token-presented" && issued.has(event.accessToken) ? [event.index] : [],
  );
}

function callerOf(history: History, { invoked }: Operation): string {
  return `${invoked.client} · ${purposeIn(history, invoked)}`;
}

/** The first of these ascending indices while a call was open. */
function firstDuring(
  { invoked, completed }: Operation,
  indices: readonly number[],
): number | undefined {
  let [low, high] = [0, indices.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((indices[middle] ?? 0) > invoked.index) high = middle;
    else low = middle + 1;
  }
  const index = indices[low];
  return index !== undefined && index < (completed?.index ?? Infinity) ? index : undefined;
}

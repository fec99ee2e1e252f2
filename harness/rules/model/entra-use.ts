/**
 * Which calls had anything to do with Entra. Of the user's own code only the name and the end of a
 * call are known: it may be a test double, or use the token of a client that is older than the
 * test. Such a call shows nothing about an outage by succeeding.
 */
import type { History } from "../../history/event.ts";
import { isToSignInService } from "./exchange-outcomes.ts";
import { exchangesOf, operationsOf, type Exchange, type Operation } from "./exchanges.ts";
import { purposeIn } from "./purposes.ts";

/**
 * Whether a call asked Entra or a machine's identity endpoint, returned a token, showed one to an
 * API, or was made by a client that Entra has answered before. Where tokens of an earlier test are
 * still valid, that answer must have been for a call of the same name.
 */
export function usesEntra(history: History, operation: Operation): boolean {
  const { invoked, completed, exchanges } = operation;
  if (invoked.flow !== "custom") return true;
  if (completed?.outcome === "ok" && completed.token !== undefined) return true;
  if (exchanges.some(isToSignInService)) return true;
  const endIndex = completed?.index ?? Infinity;
  if (history.header.earlierTokens === true)
    return isAnsweredBefore(history, operation, endIndex) || showsToken(history, operation);
  const firstIndex = firstAnswersOf(history).get(invoked.client);
  return firstIndex !== undefined && firstIndex < endIndex;
}

/** Why calls prove nothing that succeeded without having had anything to do with Entra: the end of a sentence, and what to do. */
export function whyUnproven({ header }: History): string {
  return header.earlierTokens === true
    ? `nothing shows which token was behind them. ${EARLIER_TOKENS}`
    : "nothing shows that they needed Entra: their client asked it for nothing, and returned no token of this run.";
}

/** What a user of a test suite can do about the tokens of earlier tests. */
export const EARLIER_TOKENS =
  "An earlier test of this process was issued tokens that are still valid, and a client that has outlived it may have used one: create the client in each test, load its module again (vi.resetModules), or give the test a file of its own.";

const known = new WeakMap<History, ReadonlyMap<string, number>>();

/** By client, the index of the first good answer of the sign-in service. */
function firstAnswersOf(history: History): ReadonlyMap<string, number> {
  let first = known.get(history);
  if (first === undefined) {
    const found = new Map<string, number>();
    for (const { client, ended } of exchangesOf(history)) {
      if (ended?.issued === undefined || found.has(client)) continue;
      found.set(client, ended.index);
    }
    known.set(history, (first = found));
  }
  return first;
}

/** Whether Entra had given something to a call of this name by then; a server's requests are known by their time alone. */
function isAnsweredBefore(history: History, { invoked }: Operation, endIndex: number): boolean {
  const alike = operationsOf(history, invoked.client).filter(
    (call) => purposeIn(history, call.invoked) === purposeIn(history, invoked),
  );
  const isFor = ({ operation, ended }: Exchange): boolean =>
    operation === undefined
      ? alike.some((call) => isDuring(call, ended?.index))
      : purposeIn(history, operation) === purposeIn(history, invoked);
  return exchangesOf(history).some(
    (exchange) =>
      exchange.client === invoked.client &&
      exchange.ended?.issued !== undefined &&
      exchange.ended.index < endIndex &&
      isFor(exchange),
  );
}

/** Whether an API of the world was shown a token of this run while a call was open. */
function showsToken(history: History, operation: Operation): boolean {
  const shown = history.events.filter(
    (event) => event.kind === "token-presented" && isDuring(operation, event.index),
  );
  return shown.some((event) =>
    exchangesOf(history).some(
      ({ ended }) =>
        event.kind === "token-presented" && ended?.issued?.token?.accessToken === event.accessToken,
    ),
  );
}

function isDuring({ invoked, completed }: Operation, index = -1): boolean {
  return index > invoked.index && index < (completed?.index ?? Infinity);
}

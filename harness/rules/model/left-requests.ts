/**
 * Calls of own code that do not wait for what they ask for: a promise that is not returned, a
 * request with a callback, a list that is read later. Such a call ends ok before anything can
 * fail, so its end says nothing about its token.
 */
import type { History } from "../../history/event.ts";
import { isForToken } from "./exchange-outcomes.ts";
import { exchangesOf, type Operation } from "./exchanges.ts";
import { perHistory } from "./per-history.ts";
import { tokenSentBy } from "./shown-tokens.ts";

/**
 * Whether a call ended ok before its last request for a token was answered, and had
 * no token to go on with: one that its client was issued and that has not expired, or one that it
 * has shown to an API. With such a token a client may renew it in the background.
 */
export function hasLeftItsRequest(
  history: History,
  { invoked, completed, exchanges }: Operation,
): boolean {
  if (completed?.outcome !== "ok") return false;
  const { at, index } = completed;
  const client = clientsOf(history).get(invoked.client);
  const last = exchanges.findLast(
    ({ began }) =>
      isForToken(began) ||
      began.endpoint === "instance-discovery" ||
      // APIs that validate tokens read it, too.
      (began.endpoint === "openid-configuration" && client?.asks === true),
  );
  if (last === undefined || (last.ended?.index ?? Infinity) < index) return false;
  const hasShown = exchanges.some(
    (one) => one.began.index < index && tokenSentBy(one) !== undefined,
  );
  const holds = client?.issued.some((one) => one.index < index && one.expiresAt > at);
  return !hasShown && holds !== true;
}

interface ClientRequests {
  /** Whether it asks for tokens at any time. */
  readonly asks: boolean;
  /** Its tokens: the index of the answer, and their end. */
  readonly issued: readonly { readonly index: number; readonly expiresAt: number }[];
}

const clientsOf = perHistory(
  (history): ReadonlyMap<string, ClientRequests> =>
    new Map(
      [...Map.groupBy(exchangesOf(history), ({ client }) => client)].map(([client, ones]) => [
        client,
        {
          asks: ones.some(({ began }) => isForToken(began)),
          issued: ones.flatMap(({ ended }) => {
            const token = ended?.issued?.token;
            return ended === undefined || token === undefined
              ? []
              : [{ index: ended.index, expiresAt: token.expiresAt }];
          }),
        },
      ]),
    ),
);

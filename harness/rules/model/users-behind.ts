/**
 * The user behind each request: as the service knew, as the call or the request says, or as an
 * answer to the same refresh token has said. A recording of another tool has only the last.
 */
import type { History } from "../../history/event.ts";
import { REDACTED } from "../../history/secret-text.ts";
import { exchangesOf, type Exchange, type Operation } from "./exchanges.ts";
import { objectIdOf } from "./identifiers.ts";
import { perHistory } from "./per-history.ts";
import { tokenSentBy } from "./shown-tokens.ts";

/**
 * What distinguishes users: the object id of the user behind a request, in lower case; else the
 * name in its hint, or the first refresh token of those that were renewed from one another.
 * Undefined when nothing is known.
 */
export function userBehind(history: History, exchange: Exchange): string | undefined {
  const { began, operation } = exchange;
  const known = began.subject ?? operation?.user;
  if (known !== undefined) return objectIdOf(known);
  if (began.user !== undefined) return began.user.toLowerCase();
  const session = sessionBehind(history, exchange);
  return session === undefined ? undefined : (familiesOf(history).users.get(session) ?? session);
}

/** What distinguishes sessions of one user: the assertion, or the first of the refresh tokens that were renewed from one another. */
export function sessionBehind(history: History, { began }: Exchange): string | undefined {
  const { refresh_token: refreshToken, assertion } = began.form ?? {};
  // Earlier journals mask assertions, all of them alike.
  if (refreshToken === undefined) return assertion === REDACTED ? undefined : assertion;
  return familiesOf(history).first.get(refreshToken) ?? refreshToken;
}

/** The object ids of the users of a request, as far as it and its answer show them. */
function usersIn(history: History, exchange: Exchange): readonly string[] {
  const { endpoint } = exchange.began;
  const issued = exchange.ended?.issued?.user;
  const user = endpoint === "resource" ? undefined : userBehind(history, exchange);
  return [
    ...(issued === undefined ? [] : [objectIdOf(issued)]),
    // A name is that of a user whose object id may be known as well.
    ...(user === undefined || user.includes("@") ? [] : [user]),
  ];
}

/** The object ids of the users of a call, as far as its result, its requests, their answers and the tokens that it shows to APIs say. */
export function usersOfCall(
  history: History,
  { completed, exchanges }: Operation,
): ReadonlySet<string> {
  const result = completed?.outcome === "ok" ? completed : undefined;
  const ownerOf = ownersIn(history);
  const tokens = [
    result?.token?.accessToken ?? result?.tokenWithin,
    ...exchanges.map(tokenSentBy),
  ].map((token) => ownerOf.get(token ?? ""));
  return new Set([
    ...(result?.user === undefined ? [] : [objectIdOf(result.user)]),
    ...exchanges.flatMap((exchange) => usersIn(history, exchange)),
    ...tokens.filter((user) => user !== undefined),
  ]);
}

/** The object id of the user of each access token that was issued to one. */
const ownersIn = perHistory(
  (history): ReadonlyMap<string, string> =>
    new Map(
      exchangesOf(history).flatMap(({ ended }) => {
        const { token, user } = ended?.issued ?? {};
        return token === undefined || user === undefined
          ? []
          : [[token.accessToken, objectIdOf(user)] as const];
      }),
    ),
);

/** Clients that asked for or were issued tokens of more than one user. */
export const clientsOfSeveralUsers = perHistory((history): ReadonlySet<string> => {
  const byClient = Map.groupBy(exchangesOf(history), ({ client }) => client);
  const several = [...byClient].filter(
    ([, exchanges]) => new Set(exchanges.flatMap((one) => usersIn(history, one))).size > 1,
  );
  return new Set(several.map(([client]) => client));
});

/** Refresh tokens that were renewed from one another. */
interface Families {
  /** The first token of the family of each. */
  readonly first: Map<string, string>;
  /** Object ids by first token, where an answer has named the user. */
  readonly users: Map<string, string>;
}

const familiesOf = perHistory((history): Families => {
  const families: Families = { first: new Map(), users: new Map() };
  for (const { began, ended } of exchangesOf(history)) {
    const sent = began.form?.["refresh_token"];
    const issued = ended?.issued;
    const first = (sent === undefined ? undefined : families.first.get(sent)) ?? sent;
    const root = first ?? issued?.refreshToken;
    if (root === undefined || issued === undefined) continue;
    if (issued.refreshToken !== undefined && !families.first.has(issued.refreshToken))
      families.first.set(issued.refreshToken, root);
    if (issued.user !== undefined) families.users.set(root, objectIdOf(issued.user));
  }
  return families;
});

/**
 * Which calls one cached token can serve: those of one client for one app, tenant, user and set
 * of scopes. The token inventory files tokens under these keys.
 */
import type { History, OperationInvoked } from "../../history/event.ts";
import { exchangesOf, operationsOf, type Exchange, type Operation } from "./exchanges.ts";
import { objectIdOf, scopeKey } from "./identifiers.ts";
import { purposeOf } from "./purposes.ts";

/** The same key for all calls that one cached token can serve; undefined when the history does not show which those are. */
export function cacheKeyOf(
  history: History,
  invoked: OperationInvoked,
  user = invoked.user,
): string | undefined {
  const { client, tenant, flow, scopes } = invoked;
  if (flow === "custom" && !clientsWithOneToken(history).has(client)) return undefined;
  // Tokens of several people are distinguished by the names of the calls alone.
  const subject = clientsOfSeveralUsers(history).has(client) ? invoked.app : purposeOf(invoked);
  // Tokens by assertion are kept apart from those of the user's own session.
  const partition = flow === "custom" || flow === "on-behalf-of" ? flow : "";
  const account = flow === "custom" ? "" : (user ?? "").toLowerCase();
  return [client, subject, tenant, account, scopeKey(scopes.join(" ")), partition].join(" · ");
}

/** Whether a cache key is for that user, a home account id. */
export function isForUser(key: string, user: string): boolean {
  return key.includes(` · ${user.toLowerCase()} · `);
}

const singleTokenClients = new WeakMap<History, ReadonlySet<string>>();

/** Clients whose calls of flow `custom` all request the same token: of other such calls no cache key is known. */
function clientsWithOneToken(history: History): ReadonlySet<string> {
  let clients = singleTokenClients.get(history);
  if (clients === undefined) {
    const custom = operationsOf(history).filter(({ invoked }) => invoked.flow === "custom");
    const single = [...Map.groupBy(custom, ({ invoked }) => invoked.client)].filter(([, calls]) => {
      const exchanges = calls.flatMap((call) => call.exchanges);
      return [
        exchanges.flatMap(requestedToken),
        tenantsOf(exchanges, "by id"),
        tenantsOf(exchanges, "by name"),
        // The names of calls may say for whom they are; one name stands for one person.
        ...[...Map.groupBy(calls, ({ invoked }) => invoked.app).values()].map((alike) =>
          alike.flatMap(usersOf),
        ),
        calls.flatMap(returnedUser),
      ].every((found) => new Set(found).size <= 1);
    });
    clients = new Set(single.map(([client]) => client));
    singleTokenClients.set(history, clients);
  }
  return clients;
}

const severalUsers = new WeakMap<History, ReadonlySet<string>>();

/** Clients that were issued tokens of more than one user. */
function clientsOfSeveralUsers(history: History): ReadonlySet<string> {
  let clients = severalUsers.get(history);
  if (clients === undefined) {
    const issued = exchangesOf(history).flatMap(({ client, ended }) =>
      ended?.issued?.user === undefined ? [] : [{ client, user: ended.issued.user }],
    );
    const several = [...Map.groupBy(issued, ({ client }) => client)].filter(
      ([, answers]) => new Set(answers.map(({ user }) => user)).size > 1,
    );
    clients = new Set(several.map(([client]) => client));
    severalUsers.set(history, clients);
  }
  return clients;
}

function requestedToken({ began }: Exchange): readonly string[] {
  const { endpoint, tenant, app, scope } = began;
  return endpoint === "token" && scope !== undefined
    ? [`${tenant} · ${app} · ${scopeKey(scope)}`]
    : [];
}

/** The tenants that were asked: metadata may be requested by a domain, and tokens by the id of the same tenant. */
function tenantsOf(exchanges: readonly Exchange[], by: "by id" | "by name"): readonly string[] {
  return exchanges.flatMap(({ began: { tenant = "" } }) =>
    tenant !== "" && ID.test(tenant) === (by === "by id") ? [tenant] : [],
  );
}

/** The object ids of the users of a call, as far as its result, its requests and their answers show them. */
function usersOf(call: Operation): readonly string[] {
  const { exchanges } = call;
  const issuedTo = exchanges.flatMap(({ ended }) => ended?.issued?.user ?? []);
  const hints = exchanges.map(({ began }) => began.user?.toLowerCase() ?? "");
  return [
    ...[...returnedUser(call), ...issuedTo].map(objectIdOf),
    // A name is that of a user whose object id may be known as well.
    ...hints.filter((hint) => ID.test(hint)),
  ];
}

function returnedUser({ completed }: Operation): readonly string[] {
  const user = completed?.outcome === "ok" ? completed.user : undefined;
  return user === undefined ? [] : [user];
}

const ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

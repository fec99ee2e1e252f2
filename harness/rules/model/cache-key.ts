/**
 * Which calls one cached token can serve: those of one client for one app, tenant, user and set
 * of scopes. The token inventory files tokens under these keys.
 */
import type { History, OperationInvoked } from "../../history/event.ts";
import { grantOf, isForToken } from "./exchange-outcomes.ts";
import { exchangesOf, operationsOf, type Exchange, type Operation } from "./exchanges.ts";
import { objectIdOf, resourceKey, scopeKey, tenantKeyOf } from "./identifiers.ts";
import { purposeOf } from "./purposes.ts";
import { userBehind } from "./users-behind.ts";

/** The same key for all calls that one cached token can serve; undefined when the history does not show which those are. */
export function cacheKeyOf(
  history: History,
  invoked: OperationInvoked,
  user = invoked.user,
): string | undefined {
  const { client, tenant, flow, scopes, assertion } = invoked;
  if (flow === "custom" && !clientsWithOneToken(history).has(client)) return undefined;
  // Tokens of several people are distinguished by the names of the calls alone.
  const subject = clientsOfSeveralUsers(history).has(client) ? invoked.app : purposeOf(invoked);
  // Tokens by assertion are kept apart from those of the user's own session, and from those by others.
  const partition = flow === "custom" || flow === "on-behalf-of" ? flow : "";
  const account = flow === "custom" ? "" : (user ?? "").toLowerCase();
  const key = [client, subject, tenant, account, scopeKey(scopes.join(" ")), partition];
  return [...key, ...(assertion === undefined ? [] : [assertion])].join(" · ");
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
      const requests = calls
        .flatMap((call) => call.exchanges)
        .filter(({ began }) => isForToken(began));
      return [
        requests.flatMap(requestedToken),
        requests.flatMap(kindOfOwner),
        tenantsOf(requests, "by id"),
        tenantsOf(requests, "by name"),
        // The names of calls may say for whom they are; one name stands for one person.
        ...[...Map.groupBy(calls, ({ invoked }) => invoked.app).values()].map((alike) =>
          alike.flatMap((call) => usersOf(history, call)),
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

/** Clients that asked for or were issued tokens of more than one user. */
function clientsOfSeveralUsers(history: History): ReadonlySet<string> {
  let clients = severalUsers.get(history);
  if (clients === undefined) {
    const byClient = Map.groupBy(exchangesOf(history), ({ client }) => client);
    const several = [...byClient].filter(
      ([, exchanges]) => new Set(exchanges.flatMap((one) => usersIn(history, one))).size > 1,
    );
    clients = new Set(several.map(([client]) => client));
    severalUsers.set(history, clients);
  }
  return clients;
}

function requestedToken({ began }: Exchange): readonly string[] {
  const asked = resourceKey(began);
  return asked === "" ? [] : [`${began.app} · ${asked}`];
}

/** Whether a token is for the app itself or for a user; a connection that failed does not show it. */
function kindOfOwner(request: Exchange): readonly string[] {
  const grant = grantOf(request);
  if (request.began.endpoint === "managed-identity") return ["app"];
  if (grant === undefined) return [];
  return [grant === "client_credentials" ? "app" : "user"];
}

/** The tenants that were asked: where the service does not say which domain is which id, by each kind of name. */
function tenantsOf(requests: readonly Exchange[], by: "by id" | "by name"): readonly string[] {
  return requests.flatMap((request) => {
    const tenant = tenantKeyOf(request);
    return tenant !== "" && ID.test(tenant) === (by === "by id") ? [tenant] : [];
  });
}

/** The object ids of the users of a call, as far as its result, its requests and their answers show them. */
function usersOf(history: History, call: Operation): readonly string[] {
  const asked = call.exchanges.flatMap((exchange) => usersIn(history, exchange));
  return [...returnedUser(call).map(objectIdOf), ...asked];
}

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

function returnedUser({ completed }: Operation): readonly string[] {
  const user = completed?.outcome === "ok" ? completed.user : undefined;
  return user === undefined ? [] : [user];
}

const ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * Which calls one cached token can serve: those of one client for one app, tenant, user and set
 * of scopes. The token inventory files tokens under these keys.
 */
import type { History, OperationInvoked } from "../../history/event.ts";
import { exchangesOf, operationsOf } from "./exchanges.ts";
import { scopeKey } from "./identifiers.ts";
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
      const requested = calls.flatMap(({ exchanges }) =>
        exchanges.flatMap(({ began: { endpoint, app, scope } }) =>
          endpoint === "token" && scope !== undefined ? [`${app} · ${scopeKey(scope)}`] : [],
        ),
      );
      const users = calls.flatMap(({ completed }) =>
        completed?.outcome === "ok" && completed.user !== undefined ? [completed.user] : [],
      );
      return new Set(requested).size <= 1 && new Set(users).size <= 1;
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

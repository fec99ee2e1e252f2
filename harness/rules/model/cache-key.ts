/**
 * Which calls one cached token serves: those of one client for one app, tenant, user and set
 * of scopes. `holdings.ts` keeps its books by these keys.
 */
import type { History, OperationInvoked } from "../../history/event.ts";
import { groupBy, operationsOf, scopeKey } from "./reading.ts";

/** One key for calls that one cached token serves; nothing when that cannot be told. */
export function wishKey(
  history: History,
  invoked: OperationInvoked,
  user = invoked.user,
): string | undefined {
  const { client, app, tenant, flow, scopes } = invoked;
  if (flow === "custom" && !clientsOfOneToken(history).has(client)) return undefined;
  // Tokens by assertion are kept apart from those of the user's own session.
  const partition = flow === "custom" || flow === "on-behalf-of" ? flow : "";
  const person = flow === "custom" ? "" : (user ?? "").toLowerCase();
  return [client, app, tenant, person, scopeKey(scopes.join(" ")), partition].join(" · ");
}

/** Whether the calls of that key are made for that user, a home account id. */
export function isWishOf(key: string, user: string): boolean {
  return key.includes(` · ${user.toLowerCase()} · `);
}

const oneTokenClients = new WeakMap<History, ReadonlySet<string>>();

/** Clients whose calls of flow `custom` all ask for the same: only there a cached token can be told. */
function clientsOfOneToken(history: History): ReadonlySet<string> {
  let clients = oneTokenClients.get(history);
  if (clients === undefined) {
    const custom = operationsOf(history).filter(({ invoked }) => invoked.flow === "custom");
    const wishes = [...groupBy(custom, ({ invoked }) => invoked.client)].filter(([, calls]) => {
      const asked = calls.flatMap(({ exchanges }) =>
        exchanges.flatMap(({ began: { endpoint, app, scope } }) =>
          endpoint === "token" && scope !== undefined ? [`${app} · ${scopeKey(scope)}`] : [],
        ),
      );
      const people = calls.flatMap(({ completed }) =>
        completed?.outcome === "ok" && completed.user !== undefined ? [completed.user] : [],
      );
      return new Set(asked).size <= 1 && new Set(people).size <= 1;
    });
    clients = new Set(wishes.map(([client]) => client));
    oneTokenClients.set(history, clients);
  }
  return clients;
}

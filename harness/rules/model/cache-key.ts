/**
 * Which calls one cached token can serve: those of one client for one app, tenant, user and set
 * of scopes. The token inventory files tokens under these keys.
 */
import type { History, OperationInvoked } from "../../history/event.ts";
import { grantOf, isForToken } from "./exchange-outcomes.ts";
import { operationsOf, type Exchange, type Operation } from "./exchanges.ts";
import { resourceKey, scopeKey, tenantKeyOf } from "./identifiers.ts";
import { perHistory } from "./per-history.ts";
import { purposeIn } from "./purposes.ts";
import { usersOfCall } from "./users-behind.ts";

/** The same key for all calls that one cached token can serve; undefined when the history does not show which those are. */
export function cacheKeyOf(
  history: History,
  invoked: OperationInvoked,
  user = invoked.user,
): string | undefined {
  const { client, tenant, flow, scopes, assertion } = invoked;
  if (flow === "custom" && !clientsWithOneToken(history).has(client)) return undefined;
  const purpose = purposeIn(history, invoked);
  // Tokens by assertion are kept apart from those of the user's own session, and from those by others.
  const partition = flow === "custom" || flow === "on-behalf-of" ? flow : "";
  const account = flow === "custom" ? "" : (user ?? "").toLowerCase();
  const key = [client, purpose, tenant, account, scopeKey(scopes.join(" ")), partition];
  return [...key, ...(assertion === undefined ? [] : [assertion])].join(" · ");
}

/** Whether a cache key is for that user, a home account id. */
export function isForUser(key: string, user: string): boolean {
  return key.includes(` · ${user.toLowerCase()} · `);
}

/** Clients whose calls of flow `custom` all request the same token: of other such calls no cache key is known. */
const clientsWithOneToken = perHistory((history): ReadonlySet<string> => {
  const custom = operationsOf(history).filter(({ invoked }) => invoked.flow === "custom");
  const single = [...Map.groupBy(custom, ({ invoked }) => invoked.client)].filter(([, calls]) => {
    const all = calls.flatMap((call) => call.exchanges);
    const requests = all.filter(({ began }) => isForToken(began));
    return [
      requests.flatMap(requestedToken),
      requests.flatMap(kindOfOwner),
      // A call that fails for want of metadata may have sent no other request.
      tenantsOf(all, "by id"),
      tenantsOf(requests, "by name"),
      // The names of calls may say for whom they are; one name stands for one person.
      ...[...Map.groupBy(calls, ({ invoked }) => purposeIn(history, invoked)).values()].map(
        (alike) => alike.flatMap((call) => [...usersOfCall(history, call)]),
      ),
      calls.flatMap(returnedUser),
    ].every((found) => new Set(found).size <= 1);
  });
  return new Set(single.map(([client]) => client));
});

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

function returnedUser({ completed }: Operation): readonly string[] {
  const user = completed?.outcome === "ok" ? completed.user : undefined;
  return user === undefined ? [] : [user];
}

const ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

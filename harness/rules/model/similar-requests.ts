/**
 * Which requests are similar: the same token or document, requested again. The rules on waiting,
 * backing off and retry storms compare only similar requests.
 */
import type { ExchangeBegan, History } from "../../history/event.ts";
import { loginServiceOf } from "../../history/login-service.ts";
import { exchangesOf, type Exchange } from "./exchanges.ts";
import { grantOf } from "./exchange-outcomes.ts";
import { objectIdOf, scopeKey } from "./identifiers.ts";

/** Requests to Entra that an application's code causes: for tokens, sign-in pages, device codes and metadata. */
export function entraRequestsOf(history: History): readonly Exchange[] {
  return exchangesOf(history).filter(
    ({ began }) => ENTRA_ENDPOINTS.has(began.endpoint) && !isFormOfPerson(began),
  );
}

/** What a person sends from a sign-in page. */
function isFormOfPerson({ endpoint, method }: ExchangeBegan): boolean {
  return endpoint === "authorize" && method === "POST";
}

const ENTRA_ENDPOINTS: ReadonlySet<ExchangeBegan["endpoint"]> = new Set([
  "token",
  "authorize",
  "device-code",
  "instance-discovery",
  "openid-configuration",
  "keys",
]);

/**
 * The same key for requests that are similar to the service and to a throttle: client, endpoint,
 * service, tenant, app, grant, user and scope; for metadata without user and scope. The service of a
 * region is another one than that of its cloud, so that asking there after a failure is no
 * retry; the aliases of a cloud are one service. A connection that failed has sent no form, so
 * its key comes from the operation behind it.
 */
export function similarityKeyOf(exchange: Exchange): string {
  const { began, client } = exchange;
  const common = [client, began.endpoint, loginServiceOf(began.host), began.tenant ?? ""];
  if (isDiscovery(exchange)) return common.join(" · ");
  return [
    ...common,
    appOf(exchange),
    grantOf(exchange) ?? "",
    userOf(exchange),
    scopeKey(began.scope ?? (exchange.operation?.scopes.join(" ") || resourceOf(began))),
  ].join(" · ");
}

/** The resource for which a machine's endpoint is asked; empty for another request. */
function resourceOf({ endpoint, url, form }: ExchangeBegan): string {
  if (endpoint !== "managed-identity") return "";
  return form?.["resource"] ?? URL.parse(url)?.searchParams.get("resource") ?? "";
}

/** The key of similar requests of the same tab. */
export function similarityKeyInTab(exchange: Exchange): string {
  return `${tabOf(exchange)} · ${similarityKeyOf(exchange)}`;
}

/** The tab from whose call a request comes; empty when unknown. */
export function tabOf({ operation }: Exchange): string {
  return operation?.tab ?? "";
}

/** Whether a request is for metadata: instance discovery, openid-configuration or keys. */
export function isDiscovery({ began: { endpoint } }: Exchange): boolean {
  return ENTRA_ENDPOINTS.has(endpoint) && !withTokens.has(endpoint);
}

const withTokens: ReadonlySet<ExchangeBegan["endpoint"]> = new Set([
  "token",
  "authorize",
  "device-code",
]);

/** Client id of the app that a request is for; empty when unknown. */
function appOf({ began, operation }: Exchange): string {
  // A system-assigned identity has no client id, and own code calls by names of its own.
  const isOfMachine = began.endpoint === "managed-identity" && operation?.flow === "custom";
  if (isOfMachine) return began.app ?? "";
  return (began.app ?? operation?.app ?? "").toLowerCase();
}

/** Whether a request is for a token of a user, and not for an app's own or for metadata. */
export function hasUser(exchange: Exchange): boolean {
  const { began, operation } = exchange;
  if (isDiscovery(exchange)) return false;
  const grant = grantOf(exchange);
  if (grant !== undefined) return grant !== "client_credentials";
  return (operation?.user ?? began.user) !== undefined || began.endpoint !== "token";
}

/**
 * Object id of the user behind a request, or the user of its hint, lower case. When neither is
 * known, the refresh token identifies its user, and each code or assertion counts as unique.
 */
function userOf(exchange: Exchange): string {
  const { began, operation } = exchange;
  const user = operation?.user === undefined ? began.user : objectIdOf(operation.user);
  if (user !== undefined) return user.toLowerCase();
  // Before a person has typed a name, only the tab distinguishes people.
  if (began.endpoint === "authorize") return tabOf(exchange) || `exchange ${began.exchange}`;
  const hasUser = began.grant !== undefined && began.grant !== "client_credentials";
  return hasUser ? (began.form?.["refresh_token"] ?? `exchange ${began.exchange}`) : "";
}

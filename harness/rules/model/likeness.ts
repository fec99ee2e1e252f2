/**
 * Which requests are like each other: the same wish, sent again. The rules on waiting,
 * backing off and storms compare only those.
 */
import type { ExchangeBegan, History } from "../../history/event.ts";
import { exchangesOf, grantOf, objectIdOf, scopeKey, type Exchange } from "./reading.ts";

/** Exchanges that an application's code causes at Entra: tokens and what it takes to ask for them. */
export function programRequestsOf(history: History): readonly Exchange[] {
  return exchangesOf(history).filter(({ began }) => PROGRAM_ENDPOINTS.has(began.endpoint));
}

const PROGRAM_ENDPOINTS: ReadonlySet<ExchangeBegan["endpoint"]> = new Set([
  "token",
  "device-code",
  "instance-discovery",
  "openid-configuration",
  "keys",
]);

/**
 * What makes two requests alike for the service and for a throttle: client, endpoint,
 * tenant, app, grant, user and scope; discovery is the same for every user and scope. A
 * connection that failed has sent no form, so there the operation behind it says what would
 * have been sent.
 */
export function likenessOf(exchange: Exchange): string {
  const { began, client } = exchange;
  const place = [client, began.endpoint, began.tenant ?? ""];
  if (isDiscovery(exchange)) return place.join(" · ");
  return [
    ...place,
    appOf(exchange),
    grantOf(exchange) ?? "",
    personOf(exchange),
    scopeKey(began.scope ?? exchange.operation?.scopes.join(" ") ?? ""),
  ].join(" · ");
}

/** Alike, and of the same tab: what one page asks for again. */
export function likenessInTab(exchange: Exchange): string {
  return `${tabOf(exchange)} · ${likenessOf(exchange)}`;
}

/** The tab from whose call a request comes; empty where nobody knows. */
export function tabOf({ operation }: Exchange): string {
  return operation?.tab ?? "";
}

/** Whether a request is for metadata: instance discovery, openid-configuration or keys. */
export function isDiscovery({ began: { endpoint } }: Exchange): boolean {
  return PROGRAM_ENDPOINTS.has(endpoint) && endpoint !== "token" && endpoint !== "device-code";
}

/** Client id of the app on whose behalf a request goes; empty when nobody knows. */
function appOf({ began, operation }: Exchange): string {
  return (began.app ?? operation?.app ?? "").toLowerCase();
}

/**
 * Object id of the user behind a request, or what its hint says, lower case. Where neither
 * is known, a refresh token stands for its user, and a code or an assertion is like no other.
 */
function personOf(exchange: Exchange): string {
  const { began, operation } = exchange;
  const user = operation?.user === undefined ? began.user : objectIdOf(operation.user);
  if (user !== undefined) return user.toLowerCase();
  const isPersonal = began.grant !== undefined && began.grant !== "client_credentials";
  return isPersonal ? (began.form?.["refresh_token"] ?? `exchange ${began.exchange}`) : "";
}

/**
 * Which requests are similar: the same token or document, requested again. The rules on waiting,
 * backing off and retry storms compare only similar requests.
 */
import type { ExchangeBegan, History } from "../../history/event.ts";
import { loginServiceOf } from "../../history/login-service.ts";
import { exchangesOf, type Exchange } from "./exchanges.ts";
import { grantOf } from "./exchange-outcomes.ts";
import { resourceKey, tenantKeyOf } from "./identifiers.ts";
import { purposeIn } from "./purposes.ts";
import { userBehind } from "./users-behind.ts";
import { perHistory } from "./per-history.ts";

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
 * The same key for requests that are similar to the service and to a throttle: program, endpoint,
 * service, tenant, app, grant, user and scope; for metadata without user and scope. The service of a
 * region is another one than that of its cloud, so that asking there after a failure is no
 * retry; the aliases of a cloud are one service, and so are the names of a tenant. Two codes of one
 * user are similar, as two refresh tokens are: the service counts by user, app and scope.
 */
export function similarityKeyOf(history: History, exchange: Exchange): string {
  return keysOf(history).get(exchange) ?? "";
}

const keysOf = perHistory((history): ReadonlyMap<Exchange, string> => {
  const keys = new Map<Exchange, string>();
  const sent = new Map<string, SentKeys>();
  const all = exchangesOf(history);
  for (const exchange of all) {
    if (isUnsentByOwnCode(exchange)) continue;
    const key = keyOf(history, exchange);
    keys.set(exchange, key);
    const purpose = addressedPurposeOf(history, exchange);
    if (purpose === undefined) continue;
    const before = sent.get(purpose) ?? { all: new Set(), byCall: new Map(), oneEach: true };
    before.all.add(key);
    const { operation = 0 } = exchange.began;
    const first = before.byCall.get(operation) ?? key;
    before.byCall.set(operation, first);
    before.oneEach &&= first === key;
    sent.set(purpose, before);
  }
  for (const exchange of all) {
    if (!isUnsentByOwnCode(exchange)) continue;
    const unsent = unsentKeyOf(exchange, sent.get(addressedPurposeOf(history, exchange) ?? ""));
    keys.set(exchange, unsent ?? keyOf(history, exchange));
  }
  return keys;
});

/** Of the calls of one purpose, what their requests to one endpoint and tenant were for. */
interface SentKeys {
  readonly all: Set<string>;
  /** What the first request of each call was for. */
  readonly byCall: Map<number, string>;
  /** Whether each call asked for one thing only. */
  oneEach: boolean;
}

/** A connection that failed has sent no form; of a known client the call says what it was for, of own code only other requests do. */
function isUnsentByOwnCode({ began, operation }: Exchange): boolean {
  return began.endpoint === "token" && began.form === undefined && operation?.flow === "custom";
}

/** The same for requests of own code that may be for one token: of one purpose, to one address. */
function addressedPurposeOf(history: History, exchange: Exchange): string | undefined {
  const { program, began, operation } = exchange;
  if (operation?.flow !== "custom" || began.endpoint !== "token") return undefined;
  const purpose = purposeIn(history, operation);
  return [program, purpose, loginServiceOf(began.host), tenantKeyOf({ began })].join(" · ");
}

/**
 * What a request that was never sent was for: the only thing that its call asked for, where each
 * call of its purpose asks for one only, else the only thing that calls of its purpose ask for.
 */
function unsentKeyOf({ began }: Exchange, sent: SentKeys | undefined): string | undefined {
  if (sent === undefined) return undefined;
  const ofCall = sent.byCall.get(began.operation ?? 0);
  if (sent.oneEach && ofCall !== undefined) return ofCall;
  const [only, ...others] = sent.all;
  return others.length === 0 ? only : `call ${began.operation}`;
}

function keyOf(history: History, exchange: Exchange): string {
  const { began, program, operation } = exchange;
  const service = [program, began.endpoint, loginServiceOf(began.host)];
  if (isDiscovery(exchange)) return [...service, tenantKeyOf({ began })].join(" · ");
  return [
    ...service,
    tenantKeyOf(exchange),
    appOf(exchange),
    grantOf(exchange) ?? "",
    userOf(history, exchange),
    resourceKey(began) || resourceKey({ scope: operation?.scopes.join(" ") }),
  ].join(" · ");
}

/** The key of similar requests of the same tab. */
export function similarityKeyInTab(history: History, exchange: Exchange): string {
  return `${tabOf(exchange)} · ${similarityKeyOf(history, exchange)}`;
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

/** The user behind a request. When no one knows, requests of one call are for one user, and others for others. */
function userOf(history: History, exchange: Exchange): string {
  const { began } = exchange;
  const user = userBehind(history, exchange);
  if (user !== undefined) return user;
  // Before a person has typed a name, only the tab distinguishes people.
  if (began.endpoint === "authorize") return tabOf(exchange) || `exchange ${began.exchange}`;
  const isForUser = began.grant !== undefined && began.grant !== "client_credentials";
  if (!isForUser) return "";
  return began.operation === undefined
    ? `exchange ${began.exchange}`
    : `operation ${began.operation}`;
}

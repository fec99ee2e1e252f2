/**
 * Which Entra endpoint a request means, and for which app, user and tenant, read from the
 * request alone and once per request. Paths: `docs/sources.md#a1`.
 */
import { nameOfLoginHint } from "./login-hint.ts";
import { isMachineAddress, isTokenAddress } from "./machine-address.ts";
import { textOfRequest } from "../../core/http/message.ts";

/**
 * The endpoints that a request may mean; fault windows name them in `on`.
 *
 * @see docs/sources.md#a1
 * @example
 * const isEndpoint = endpoints.some((endpoint) => endpoint === "token");
 */
export const endpoints = [
  "instance-discovery",
  "openid-configuration",
  "keys",
  "authorize",
  "token",
  "device-code",
  "logout",
  "user-realm",
  "userinfo",
  "saml",
  "saml-metadata",
  /** An endpoint for managed identities, on the machine or service itself; not on Entra's hosts. */
  "managed-identity",
  /** A protected API that accepts tokens; not part of Entra. */
  "resource",
  "other",
] as const;

/**
 * One of `endpoints`.
 *
 * @example
 * const on: readonly Endpoint[] = ["token", "keys"];
 */
export type Endpoint = (typeof endpoints)[number];

/**
 * The grants that a request may name, as fault plans and journals call them. An extension grant
 * beside these keeps its URN (RFC 6749 section 4.5).
 */
export const grantNames = [
  "client_credentials",
  "authorization_code",
  "refresh_token",
  "on_behalf_of",
  "device_code",
  "password",
  /** What a machine's endpoint asks the regional token service for; no client sends it. */
  "managed_identity",
] as const;

export type GrantName = (typeof grantNames)[number];

/** The name of a grant by its `grant_type` on the wire; anything without a shorter name stays as it is. */
export function grantNameOf(grantType: string): string {
  return Object.hasOwn(GRANT_SHORT_NAMES, grantType)
    ? (GRANT_SHORT_NAMES[grantType] ?? grantType)
    : grantType;
}

/**
 * What one request asks for, read from the request alone. A field is absent when the request does
 * not say.
 *
 * @example
 * const request: EntraRequest = {
 *   endpoint: "token",
 *   host: "login.microsoftonline.com",
 *   tenant: "contoso.example",
 *   version: "2.0",
 *   grant: "client_credentials",
 *   app: "33333333-cccc-4ccc-8ccc-000000000011",
 *   parameters: { scope: "https://graph.microsoft.com/.default" },
 * };
 */
export interface EntraRequest {
  readonly endpoint: Endpoint;
  /** Lower case, without port. */
  readonly host: string;
  /** The tenant segment as sent: GUID, domain, `common`, `organizations` or `consumers`. */
  readonly tenant?: string;
  /** `2.0` unless the path is a v1 path. */
  readonly version: "1.0" | "2.0";
  /** OAuth grant type, by its `GrantName` where it has one; otherwise as sent. */
  readonly grant?: string;
  /** Client id. */
  readonly app?: string;
  /** The user named by the routing hint, login_hint or username: an object id or a UPN, lower case. */
  readonly user?: string;
  readonly scope?: string;
  /** Set for a CORS preflight, which has the address of the request to come and nothing else of it. */
  readonly preflight?: true;
  /** Form fields of a POST, or the query of a GET; of two with one name the last counts. `login_hint` is a name, also where the optional claim was sent. Values are secret: never log them. */
  readonly parameters: Readonly<Record<string, string>>;
}

const described = new WeakMap<Request, Promise<EntraRequest>>();

/** Reads the meaning of a request; kept, so that it is read once. */
export function describeRequest(request: Request): Promise<EntraRequest> {
  let description = described.get(request);
  if (description === undefined) {
    description = read(request);
    described.set(request, description);
  }
  return description;
}

/** Gives a request the endpoint that its address alone does not say: of another identity provider. */
export function describeRequestAs(request: Request, endpoint: Endpoint): void {
  described.set(
    request,
    describeRequest(request).then((found) => ({ ...found, endpoint })),
  );
}

/** The credentials of a Basic header, form-decoded (RFC 6749 section 2.3.1); `undefined` without an id. */
export function basicCredentials(
  request: Request,
): { readonly id: string; readonly secret: string } | undefined {
  const [, encoded] = /^Basic (.+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  const [, id = "", secret = ""] =
    /^([^:]+):(.*)$/s.exec(Buffer.from(encoded ?? "", "base64").toString("utf8")) ?? [];
  return id === "" ? undefined : { id: formDecoded(id), secret: formDecoded(secret) };
}

/** Many clients do not encode: a value that cannot be decoded is used as it is. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const GRANT_SHORT_NAMES: Readonly<Record<string, GrantName>> = {
  "urn:ietf:params:oauth:grant-type:device_code": "device_code",
  "urn:ietf:params:oauth:grant-type:jwt-bearer": "on_behalf_of",
};

async function read(request: Request): Promise<EntraRequest> {
  const url = new URL(request.url);
  const { endpoint, tenant: tenantInPath, version } = classify(url);
  const parameters: Record<string, string> = {};
  for (const [name, value] of url.searchParams) parameters[name] = value;
  if (request.method === "POST" && isForm(request)) {
    for (const [name, value] of new URLSearchParams(await textOfRequest(request)))
      parameters[name] = value;
  }
  const hint = parameters["login_hint"];
  if (hint !== undefined) parameters["login_hint"] = nameOfLoginHint(hint);
  // What Entra has sent along to a federation server comes back in one field.
  if (isFederationAnswerPath(url.pathname))
    for (const [name, value] of new URLSearchParams(parameters["wctx"] ?? ""))
      parameters[name] ??= value;
  const tenant = isPageAnswerPath(url.pathname)
    ? parameters["tenant"]?.toLowerCase()
    : tenantInPath;
  const grantSent = parameters["grant_type"];
  const grant = grantSent === undefined ? undefined : grantNameOf(grantSent);
  // Old managed identity endpoints use `clientid`; SAML addresses use `appid`.
  const app =
    parameters["client_id"] ??
    parameters["clientid"] ??
    basicCredentials(request)?.id ??
    parameters["appid"];
  const user = userOf(request, parameters);
  return {
    endpoint,
    host: url.hostname.toLowerCase(),
    version,
    parameters,
    ...(tenant === undefined ? {} : { tenant }),
    ...(grant === undefined ? {} : { grant }),
    ...(app === undefined ? {} : { app: app.toLowerCase() }),
    ...(user === undefined ? {} : { user }),
    ...(parameters["scope"] === undefined ? {} : { scope: parameters["scope"] }),
    ...(request.method === "OPTIONS" ? { preflight: true as const } : {}),
  };
}

function isForm(request: Request): boolean {
  return (request.headers.get("content-type") ?? "")
    .toLowerCase()
    .startsWith("application/x-www-form-urlencoded");
}

const TENANT_PATHS: readonly (readonly [RegExp, Endpoint, "1.0" | "2.0"])[] = [
  [/^oauth2\/v2\.0\/token$/, "token", "2.0"],
  [/^oauth2\/token$/, "token", "1.0"],
  [/^oauth2\/v2\.0\/authorize$/, "authorize", "2.0"],
  [/^oauth2\/authorize$/, "authorize", "1.0"],
  // The targets of the forms of the sign-in page and of the device code page.
  [/^login$/, "authorize", "2.0"],
  [/^oauth2\/deviceauth$/, "authorize", "2.0"],
  [/^oauth2\/v2\.0\/devicecode$/, "device-code", "2.0"],
  [/^oauth2\/devicecode$/, "device-code", "1.0"],
  [/^oauth2\/v2\.0\/logout$/, "logout", "2.0"],
  [/^oauth2\/logout$/, "logout", "1.0"],
  [/^v2\.0\/\.well-known\/openid-configuration$/, "openid-configuration", "2.0"],
  [/^\.well-known\/openid-configuration$/, "openid-configuration", "1.0"],
  [/^discovery\/v2\.0\/keys$/, "keys", "2.0"],
  [/^discovery\/keys$/, "keys", "1.0"],
  [/^saml2$/, "saml", "2.0"],
  // Starts a sign-in without a request of a service provider; the real address is not known (F.2).
  [/^saml2\/launch$/, "saml", "2.0"],
  [/^federationmetadata\/2007-06\/federationmetadata\.xml$/, "saml-metadata", "2.0"],
];

/** The target of the form of the page "Stay signed in?"; its tenant is a hidden field of ours. */
export function isStaySignedInPath(path: string): boolean {
  return /^\/kmsi\/?$/i.test(path);
}

/** Where a federation server sends its word. */
export function isFederationAnswerPath(path: string): boolean {
  return /^\/login\.srf$/i.test(path);
}

/** The target of the form of the page for the second factor, on the second factor's own service. */
export const SECOND_FACTOR_PATH = "/common/SAS/ProcessAuth";

/** Whether a path is on the service of the second factor. */
export function isSecondFactorPath(path: string): boolean {
  return /^\/common\/sas\/processauth\/?$/i.test(path);
}

/** The target of the form of the page that asks for consent. */
export const CONSENT_PATH = "/common/Consent/Set";

/** Whether a path takes the answer to the page that asks for consent. */
export function isConsentPath(path: string): boolean {
  return /^\/common\/consent\/set\/?$/i.test(path);
}

/** Whether a path takes the answer to a page that has its tenant in a field. */
function isPageAnswerPath(path: string): boolean {
  return (
    isStaySignedInPath(path) ||
    isSecondFactorPath(path) ||
    isFederationAnswerPath(path) ||
    isConsentPath(path)
  );
}

/** Whether requests to an endpoint name their tenant: in the first segment of the path. */
export function namesTenant(endpoint: Endpoint): boolean {
  return TENANT_PATHS.some(([, candidate]) => candidate === endpoint);
}

/** Whether requests to an endpoint can name a grant; `other` may be a token endpoint that is not known here. */
export function namesGrant(endpoint: Endpoint): boolean {
  return endpoint === "token" || endpoint === "other";
}

/** The region in a regional host: `westus2` of `westus2.login.microsoft.com`; nothing for a global one. `docs/sources.md#g5`. */
export function regionOf(host: string): string | undefined {
  return /^([a-z0-9-]+)\.(?:login|mtlsauth)[.-]/.exec(host)?.[1];
}

function classify(url: URL): ReturnType<typeof classifyPath> {
  // The service accepts repeated slashes: msal 1.x asks for /common//discovery/instance.
  if (!isMachineAddress(url))
    return classifyPath(url.hostname, url.pathname.replaceAll(/\/{2,}/g, "/"));
  // Other information of a machine, such as its region, is not a token.
  return { endpoint: isTokenAddress(url) ? "managed-identity" : "other", version: "1.0" };
}

function classifyPath(
  host: string,
  path: string,
): { endpoint: Endpoint; tenant?: string; version: "1.0" | "2.0" } {
  if (/^\/oidc\/userinfo\/?$/i.test(path)) return { endpoint: "userinfo", version: "2.0" };
  if (/^\/common\/discovery\/instance\/?$/i.test(path))
    return { endpoint: "instance-discovery", version: "2.0" };
  if (isPageAnswerPath(path)) return { endpoint: "authorize", version: "2.0" };
  if (/^\/(?:common\/userrealm\/|getuserrealm\.srf$)/i.test(path))
    return { endpoint: "user-realm", version: "1.0" };
  const [, tenant, rest] = /^\/([^/]+)\/(.+?)\/?$/.exec(path) ?? [];
  if (tenant !== undefined && rest !== undefined) {
    for (const [pattern, endpoint, version] of TENANT_PATHS) {
      if (pattern.test(rest.toLowerCase()))
        return { endpoint, tenant: tenant.toLowerCase(), version };
    }
  }
  return {
    endpoint: /(^|\.)(login|sts|mtlsauth)[.-]/.test(host) ? "other" : "resource",
    version: "2.0",
  };
}

/** The routing hint in header, query or form, in any case, quoted or not: `docs/sources.md#d7`. */
function userOf(
  request: Request,
  parameters: Readonly<Record<string, string>>,
): string | undefined {
  const inBody = Object.entries(parameters).find(
    ([name]) => name.toLowerCase() === "x-anchormailbox",
  )?.[1];
  const hint = request.headers.get("x-anchormailbox") ?? inBody;
  if (hint !== undefined && hint !== null) {
    const [, oid] = /^\s*"?\s*oid:\s*([^@\s]+)@/i.exec(hint) ?? [];
    const [, upn] = /^\s*"?\s*upn:\s*([^\s"]+)\s*"?\s*$/i.exec(hint) ?? [];
    if (oid !== undefined || upn !== undefined) return (oid ?? upn ?? "").toLowerCase();
  }
  return (parameters["username"] ?? parameters["login_hint"])?.toLowerCase();
}

/** The success body of the token endpoint, fields in recorded order (`docs/sources.md#a6`). */
import { issuerOriginOf } from "../directory/clouds.ts";
import type { ServiceSettings } from "../directory/service-settings.ts";
import type { AppRegistration, ProtectedResource, Tenant, User } from "../directory/world.ts";
import { contextsOf, requireAccess } from "./access.ts";
import type { EstsContext } from "./context.ts";
import type { RefreshState } from "./grant-store.ts";
import type { ParsedScopes } from "./scopes.ts";
import { signInSessionId } from "./sign-in-session.ts";
import type { TokenSubject } from "./tokens.ts";

export interface UserGrant {
  readonly tenant: Tenant;
  readonly app: AppRegistration;
  readonly proof: TokenSubject["proof"];
  readonly user: User;
  readonly scopes: ParsedScopes;
  readonly signedInAtMs: number;
  readonly secondFactorAtMs?: number;
  /** The person answered "Stay signed in?" with Yes. */
  readonly staysSignedIn?: true;
  readonly nonce?: string;
  readonly claims?: string;
  /** Fixed end of a single-page app's refresh token, ms since the Unix epoch. */
  readonly refreshExpiresAtMs?: number;
}

/** The body for a grant with a user; throws when Conditional Access demands something that the session lacks. */
export function userAnswer(context: EstsContext, grant: UserGrant): Record<string, unknown> {
  requireAccess(context, grant);
  const { settings, issuer, described } = context;
  const { resource } = grant.scopes;
  const cae = resource.cae && asksForCae(grant.claims) ? "yes" : "no";
  const lifetimeSeconds =
    cae === "yes" ? settings.caeTokenLifetimeSeconds : drawnLifetime(context, grant);
  const subject = subjectOf(context, grant, lifetimeSeconds);
  const refresh = grant.scopes.offlineAccess ? refreshTokenFor(context, grant) : undefined;
  return {
    token_type: "Bearer",
    scope: scopeText(grant.scopes, settings),
    ...lifetimes(context, lifetimeSeconds, "user"),
    access_token: issuer.accessToken(subject, resource, {
      audience: grant.scopes.audience,
      permissions: grant.scopes.permissions,
      cae,
    }),
    ...(refresh === undefined ? {} : { refresh_token: refresh.token, ...refresh.expiry }),
    ...(grant.scopes.openid
      ? {
          id_token: issuer.idToken(
            { ...subject, lifetimeSeconds: 3_600 },
            {
              ...(grant.nonce === undefined ? {} : { nonce: grant.nonce }),
              authTimeSeconds: Math.floor(grant.signedInAtMs / 1_000),
              profile: grant.scopes.profile ? "yes" : "no",
              ...signInStateOf(context, grant),
            },
          ),
        }
      : {}),
    ...(described.parameters["client_info"] === "1"
      ? { client_info: clientInfo(grant.user, grant.tenant) }
      : {}),
  };
}

/** The body for client credentials: no scope, no refresh token, no client_info. */
export function appAnswer(
  context: EstsContext,
  grant: {
    tenant: Tenant;
    app: AppRegistration;
    proof: TokenSubject["proof"];
    resource: ProtectedResource;
    audience: string;
  },
): Record<string, unknown> {
  const lifetimeSeconds = context.settings.appTokenLifetimeSeconds;
  const subject = subjectOf(context, grant, lifetimeSeconds);
  return {
    token_type: "Bearer",
    ...lifetimes(context, lifetimeSeconds, "app"),
    access_token: context.issuer.accessToken(subject, grant.resource, {
      audience: grant.audience,
      permissions: [],
      cae: "no",
    }),
  };
}

/** `{"uid","utid"}` in base64url, from which MSAL makes the home account id. For a guest, of the home tenant. */
export function clientInfo(user: User, tenant: Tenant): string {
  return Buffer.from(
    JSON.stringify({ uid: user.homeId ?? user.id, utid: user.homeTenant ?? tenant.id }),
  ).toString("base64url");
}

function subjectOf(
  context: EstsContext,
  grant: Pick<UserGrant, "tenant" | "app" | "proof"> & Partial<UserGrant>,
  lifetimeSeconds: number,
): TokenSubject {
  const { tenant, app, proof, user, signedInAtMs, secondFactorAtMs, scopes } = grant;
  const asked = [...(app.optionalClaims ?? []), ...(scopes?.resource.optionalClaims ?? [])];
  const hasSession = asked.includes("sid") && user !== undefined && signedInAtMs !== undefined;
  const issuedAtSeconds = Math.floor(context.clock.now() / 1_000);
  return {
    origin: issuerOriginOf(context.origin),
    tenant,
    app,
    proof,
    ...(user === undefined ? {} : { user }),
    ...(hasSession ? { sessionId: signInSessionId(context, { user, signedInAtMs }) } : {}),
    ...(secondFactorAtMs === undefined ? {} : { secondFactor: true }),
    ...(asked.includes("acrs") && user !== undefined && signedInAtMs !== undefined
      ? { contexts: contextsOf(context, { ...grant, user, signedInAtMs }) }
      : {}),
    issuedAtSeconds,
    lifetimeSeconds,
  };
}

function lifetimes(
  context: EstsContext,
  lifetimeSeconds: number,
  kind: "user" | "app",
): Record<string, number> {
  const { extendedLifetimeSeconds, refreshIn } = context.settings;
  const sendsRefreshIn =
    refreshIn !== "never" &&
    lifetimeSeconds >= refreshIn.fromSeconds &&
    // Recorded replies of the older protocol have none.
    context.described.version !== "1.0" &&
    (refreshIn.tokens === kind || refreshIn.tokens === "user-and-app");
  return {
    expires_in: lifetimeSeconds,
    ext_expires_in: extendedLifetimeSeconds === "same" ? lifetimeSeconds : extendedLifetimeSeconds,
    ...(sendsRefreshIn ? { refresh_in: Math.floor(lifetimeSeconds * refreshIn.share) } : {}),
  };
}

/** The same lifetime for one user, app and time, so that other requests in between do not change it. */
function drawnLifetime(context: EstsContext, grant: UserGrant): number {
  const { accessTokenLifetimeSeconds: lifetime } = context.settings;
  if (typeof lifetime === "number") return lifetime;
  const label = `lifetime ${grant.user.id} ${grant.app.clientId} ${context.clock.now()}`;
  return context.random.fork(label).integer(lifetime.min, lifetime.max);
}

function refreshTokenFor(
  context: EstsContext,
  grant: UserGrant,
): { token: string; expiry: Record<string, number> } {
  const { clock, grants } = context;
  const state: RefreshState = {
    tenantId: grant.tenant.id,
    userId: grant.user.id,
    clientId: grant.app.clientId,
    signedInAtMs: grant.signedInAtMs,
    issuedAtMs: clock.now(),
    revocations: context.directory.revocations(grant.user),
    ...(grant.refreshExpiresAtMs === undefined ? {} : { expiresAtMs: grant.refreshExpiresAtMs }),
    ...(grant.secondFactorAtMs === undefined ? {} : { secondFactorAtMs: grant.secondFactorAtMs }),
    ...(grant.staysSignedIn === undefined ? {} : { staysSignedIn: true }),
    serial: grants.nextSerial(),
  };
  const expiry =
    grant.refreshExpiresAtMs === undefined
      ? {}
      : { refresh_token_expires_in: Math.floor((grant.refreshExpiresAtMs - clock.now()) / 1_000) };
  return { token: grants.refreshToken(state), expiry };
}

function scopeText(scopes: ParsedScopes, { grantedScopes }: ServiceSettings): string {
  const { openid, profile, granted, resource } = scopes;
  // OpenID Connect's own scopes are scopes of Microsoft Graph (recorded in 2022).
  const isGraph = resource.identifierUri === "https://graph.microsoft.com";
  const words = [
    ...(openid && isGraph ? ["openid"] : []),
    ...(profile && isGraph ? ["profile"] : []),
    ...granted,
  ];
  if (grantedScopes === "asked") return words.join(" ");
  const byName = (one: string, other: string): number =>
    one.toLowerCase() < other.toLowerCase() ? -1 : 1;
  const isDefault = (word: string): boolean => word.endsWith("/.default");
  const named = words.filter((word) => !isDefault(word)).toSorted(byName);
  return [...named, ...words.filter(isDefault)].join(" ");
}

/** `signin_state`, absent when no state holds (`docs/sources.md#a4`). */
function signInStateOf(
  { settings }: EstsContext,
  { staysSignedIn, claims }: UserGrant,
): { readonly signInState?: readonly string[] } {
  if (staysSignedIn === undefined) return {};
  const isSent = settings.signInState === "always" || asksForSignInState(claims);
  return isSent ? { signInState: ["kmsi"] } : {};
}

function asksForSignInState(claims: string | undefined): boolean {
  const asked = requestedClaims(claims)?.["id_token"];
  return typeof asked === "object" && asked !== null && "signin_state" in asked;
}

/** The parameter `claims` as JSON; undefined when there is none, or it is none. */
function requestedClaims(
  claims: string | undefined,
): Readonly<Record<string, unknown>> | undefined {
  if (claims === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(claims);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the client declares that it handles claims challenges of continuous access evaluation. */
function asksForCae(claims: string | undefined): boolean {
  const asked = requestedClaims(claims) as
    | { readonly access_token?: { readonly xms_cc?: { readonly values?: unknown } } }
    | undefined;
  const values = asked?.access_token?.xms_cc?.values;
  return Array.isArray(values) && values.some((value) => String(value).toLowerCase() === "cp1");
}

/**
 * Tokens with the claims of `docs/sources.md#a7`, signed by RS256. A signature is the costly
 * part of a token, so a token with equal claims is signed once: the ids inside it are derived
 * from its other claims and not drawn.
 */
import { hash } from "node:crypto";
import type { Directory } from "../directory/directory.ts";
import { isIdentifierOf } from "../directory/identifiers.ts";
import {
  BACKDATED_SECONDS,
  orderedClaims,
  revocationMark,
  withOpaqueIds,
} from "../directory/opaque-ids.ts";
import { signRs256 } from "../directory/signing-keys.ts";
import { optionalClaimsOf } from "./optional-claims.ts";
import type { AppRegistration, ProtectedResource, Tenant, User } from "../directory/world.ts";

export interface TokenSubject {
  readonly origin: string;
  readonly tenant: Tenant;
  readonly app: AppRegistration;
  /** How the app authenticated: not at all, by a secret, by a certificate. */
  readonly proof: "none" | "secret" | "certificate";
  readonly user?: User;
  /** The session at Entra in which the user signed in, where a token names it. */
  readonly sessionId?: string;
  /** The user has proved themselves a second time. */
  readonly secondFactor?: true;
  /** The authentication contexts that the session satisfies. */
  readonly contexts?: readonly string[];
  readonly issuedAtSeconds: number;
  readonly lifetimeSeconds: number;
}

/** What an access token is granted for. */
interface AccessGrant {
  /** The resource as the client named it. */
  readonly audience: string;
  readonly permissions: readonly string[];
  readonly cae: "yes" | "no";
}

interface IdTokenExtra {
  readonly nonce?: string;
  readonly authTimeSeconds: number;
  readonly profile: "yes" | "no";
  readonly signInState?: readonly string[];
}

export interface TokenIssuer {
  accessToken(subject: TokenSubject, resource: ProtectedResource, grant: AccessGrant): string;
  idToken(subject: TokenSubject, extra: IdTokenExtra): string;
}

/** How many signed tokens are kept; one is 1 to 2 kB. */
const REMEMBERED_MAX = 500;

export function createTokenIssuer(
  directory: Directory,
  options: { readonly remember: "equal-claims" | "nothing" } = { remember: "equal-claims" },
): TokenIssuer {
  const remembered = new Map<string, string>();
  const headers = new Map<string, string>();

  const sign = (
    claims: Readonly<Record<string, unknown>>,
    version: "1.0" | "2.0",
    { user, issuedAtSeconds }: TokenSubject,
  ): string => {
    const mark = revocationMark(directory, user, issuedAtSeconds);
    const key = directory.signingKey();
    const headerKey = `${version} ${key.kid}`;
    const ordered = orderedClaims(claims);
    const text = JSON.stringify(ordered);
    const claimsKey =
      options.remember === "equal-claims" ? `${headerKey} ${text}${mark}` : undefined;
    const known = claimsKey === undefined ? undefined : remembered.get(claimsKey);
    if (known !== undefined) return known;
    let header = headers.get(headerKey);
    if (header === undefined) {
      // x5t is in v1 tokens only.
      header = encode({
        typ: "JWT",
        alg: "RS256",
        ...(version === "1.0" ? { x5t: key.kid } : {}),
        kid: key.kid,
      });
      headers.set(headerKey, header);
    }
    const input = `${header}.${Buffer.from(withOpaqueIds(ordered, mark)).toString("base64url")}`;
    const token = `${input}.${signRs256(input, key)}`;
    if (claimsKey !== undefined) {
      const oldest = remembered.size >= REMEMBERED_MAX ? remembered.keys().next().value : undefined;
      if (oldest !== undefined) remembered.delete(oldest);
      remembered.set(claimsKey, token);
    }
    return token;
  };

  return {
    accessToken: (subject, resource, grant) =>
      sign(accessClaims(subject, resource, grant), resource.tokenVersion, subject),
    idToken: (subject, extra) => sign(idClaims(subject, extra), "2.0", subject),
  };
}

function accessClaims(
  subject: TokenSubject,
  resource: ProtectedResource,
  grant: AccessGrant,
): Record<string, unknown> {
  const version = resource.tokenVersion;
  const { tenant, app, user } = subject;
  return {
    aud: version === "2.0" ? resource.appId : grant.audience,
    iss:
      version === "2.0"
        ? `${subject.origin}/${tenant.id}/v2.0`
        : `https://sts.windows.net/${tenant.id}/`,
    ...times(subject),
    ...(user === undefined
      ? appClaims(subject, resource)
      : userClaims(subject, resource, grant.permissions)),
    ...(version === "2.0"
      ? { azp: app.clientId, azpacr: proofNumber(subject.proof) }
      : { appid: app.clientId, appidacr: proofNumber(subject.proof) }),
    tid: tenant.id,
    ...(grant.cae === "yes" ? { xms_cc: ["cp1"] } : {}),
    ...optionalClaimsOf(subject, resource.optionalClaims, "access"),
    ver: version,
  };
}

function idClaims(subject: TokenSubject, extra: IdTokenExtra): Record<string, unknown> {
  const { tenant, app, user } = subject;
  return {
    aud: app.clientId,
    iss: `${subject.origin}/${tenant.id}/v2.0`,
    ...times(subject),
    auth_time: extra.authTimeSeconds,
    ...(extra.nonce === undefined ? {} : { nonce: extra.nonce }),
    ...(extra.profile === "yes" ? { name: user?.name, preferred_username: user?.upn } : {}),
    oid: user?.id,
    ...(extra.signInState === undefined ? {} : { signin_state: extra.signInState }),
    sub: pairwise(user?.id ?? "", app.clientId),
    tid: tenant.id,
    ...optionalClaimsOf(subject, app.optionalClaims, "id"),
    ver: "2.0",
  };
}

function times(subject: TokenSubject): { iat: number; nbf: number; exp: number } {
  const { issuedAtSeconds, lifetimeSeconds } = subject;
  const iat = issuedAtSeconds - BACKDATED_SECONDS;
  return { iat, nbf: iat, exp: issuedAtSeconds + lifetimeSeconds };
}

function appClaims(subject: TokenSubject, resource: ProtectedResource): Record<string, unknown> {
  const { servicePrincipalId, appRoles } = subject.app;
  return {
    oid: servicePrincipalId,
    roles: Object.entries(appRoles)
      .filter(([identifier]) => isIdentifierOf(resource, identifier))
      .flatMap(([, roles]) => roles),
    sub: servicePrincipalId,
    idtyp: "app",
  };
}

function userClaims(
  subject: TokenSubject,
  resource: ProtectedResource,
  permissions: readonly string[],
): Record<string, unknown> {
  const { user, app, secondFactor } = subject;
  const common = {
    oid: user?.id,
    scp: permissions.join(" "),
    sub: pairwise(user?.id ?? "", app.clientId),
  };
  return resource.tokenVersion === "2.0"
    ? { ...common, name: user?.name, preferred_username: user?.upn }
    : {
        ...common,
        acr: "1",
        amr: secondFactor === true ? ["pwd", "mfa"] : ["pwd"],
        unique_name: user?.upn,
        upn: user?.upn,
      };
}

function proofNumber(proof: TokenSubject["proof"]): "0" | "1" | "2" {
  switch (proof) {
    case "none":
      return "0";
    case "secret":
      return "1";
    case "certificate":
      return "2";
  }
}

function pairwise(userId: string, clientId: string): string {
  return hash("sha256", `${userId} ${clientId}`, "base64url");
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

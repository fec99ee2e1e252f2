/**
 * Whom a request is for, as only the service knows: the user behind a refresh token, an assertion,
 * a code or a session cookie, and the tenant behind a domain or a shared endpoint. It changes
 * nothing and decides nothing; the history and the slices of faults use it.
 */
import { claimsOf } from "../../core/http/json-object.ts";
import type { Directory } from "../directory/directory.ts";
import type { Tenant, User, World } from "../directory/world.ts";
import type { EntraRequest } from "../request/endpoint.ts";
import { attributeNames, nameIdFormats } from "../saml/saml-names.ts";
import type { GrantStore, SignInSessionState } from "./grant-store.ts";
import { signInCookieIn } from "./sign-in-session.ts";

/** A user with the tenant that the account is in. */
export interface Account {
  readonly tenant: Tenant;
  readonly user: User;
}

/** Whom a request is for; a field is absent when the service cannot know it. */
export interface RequestSubject {
  /** The tenant of the address; on a shared endpoint, that of the user. */
  readonly tenant?: Tenant;
  readonly account?: Account;
}

/** Finds out whom a request is for. */
export type SubjectOf = (request: Request, described: EntraRequest) => RequestSubject;

/** What is needed to know it. */
interface KnownParts {
  readonly directory: Pick<Directory, "world" | "tenant">;
  readonly grants: GrantStore;
}

interface Known extends KnownParts {
  /** By object id, here and at home, and by UPN. */
  readonly accounts: ReadonlyMap<string, readonly Account[]>;
}

/** The look-up in a directory and in the grants of a service. Deleted users are found as well. */
export function createSubjectOf(parts: KnownParts): SubjectOf {
  const known = { ...parts, accounts: accountsByName(parts.directory.world) };
  return (request, described) => {
    const account = accountOf(known, request, described);
    const tenant = known.directory.tenant(described.tenant ?? "") ?? account?.tenant;
    return {
      ...(tenant === undefined ? {} : { tenant }),
      ...(account === undefined ? {} : { account }),
    };
  };
}

/** `oid.tid` of the account at home. */
export function homeAccountIdOf({ tenant, user }: Account): string {
  return `${user.homeId ?? user.id}.${user.homeTenant ?? tenant.id}`;
}

/** What a request is granted for comes first: a hint may be wrong. */
function accountOf(known: Known, request: Request, described: EntraRequest): Account | undefined {
  if (described.preflight === true) return undefined;
  return (
    byGrant(known, described) ??
    byName(known, described, described.parameters["login"]) ??
    byName(known, described, described.user) ??
    byClaims(known, described.parameters["id_token_hint"]) ??
    byCookie(known, request) ??
    byBearer(known, request, described)
  );
}

function byGrant(known: Known, { parameters, grant }: EntraRequest): Account | undefined {
  const { grants } = known;
  const { refresh_token: refreshToken, code, device_code: device, assertion } = parameters;
  switch (grant) {
    case "refresh_token":
      return byState(known, grants.refreshState(refreshToken));
    case "authorization_code":
      return byState(known, grants.code(code ?? ""));
    case "device_code":
      return byState(known, grants.device(device ?? "")?.approvedBy);
    case "on_behalf_of":
      return byClaims(known, assertion);
    case "urn:ietf:params:oauth:grant-type:saml2-bearer":
    case "urn:ietf:params:oauth:grant-type:saml1_1-bearer":
      return byAssertion(known, assertion ?? "");
    default:
      return undefined;
  }
}

/** An access token shows its user to the API that it is for. */
function byBearer(known: Known, request: Request, { endpoint }: EntraRequest): Account | undefined {
  if (endpoint !== "resource" && endpoint !== "userinfo") return undefined;
  const [, token] = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  return byClaims(known, token);
}

function byClaims(known: Known, token: string | undefined): Account | undefined {
  if (token === undefined) return undefined;
  const { tid, oid } = claimsOf(token) ?? {};
  return byState(known, { tenantId: String(tid), userId: String(oid) });
}

/** A SAML assertion names its user in its attributes, or by UPN as its subject. */
function byAssertion(known: Known, assertion: string): Account | undefined {
  const xml = Buffer.from(assertion, "base64url").toString("utf8");
  const attribute = (name: string): string =>
    new RegExp(`Name="${name}"[^>]*>\\s*<[^>]*AttributeValue[^>]*>([^<]+)<`).exec(xml)?.[1] ?? "";
  const stated = byState(known, {
    tenantId: attribute(attributeNames.tenantId),
    userId: attribute(attributeNames.objectId),
  });
  if (stated !== undefined) return stated;
  const [, upn] =
    new RegExp(`Format="${nameIdFormats.emailAddress}"[^>]*>([^<]+)<`).exec(xml) ?? [];
  return upn === undefined ? undefined : find(known, upn);
}

function byCookie(known: Known, request: Request): Account | undefined {
  const state = signInCookieIn(request, known.grants);
  return byState(known, state);
}

function byState(
  { directory }: Known,
  state: Pick<SignInSessionState, "tenantId" | "userId"> | undefined,
): Account | undefined {
  const tenant = state === undefined ? undefined : directory.tenant(state.tenantId);
  const user = tenant?.users.find(({ id }) => id === state?.userId.toLowerCase());
  return tenant === undefined || user === undefined ? undefined : { tenant, user };
}

/** By UPN or object id: in the tenant of the address, else at home, else anywhere. */
function byName(
  known: Known,
  { tenant }: EntraRequest,
  name: string | undefined,
): Account | undefined {
  return name === undefined ? undefined : find(known, name, known.directory.tenant(tenant ?? ""));
}

function find({ accounts }: Known, name: string, asked?: Tenant): Account | undefined {
  const named = accounts.get(name.toLowerCase()) ?? [];
  return (
    named.find(({ tenant }) => tenant === asked) ??
    named.find(({ user }) => user.kind === "member") ??
    named[0]
  );
}

function accountsByName({ tenants }: World): ReadonlyMap<string, readonly Account[]> {
  const accounts = new Map<string, Account[]>();
  for (const tenant of tenants)
    for (const user of tenant.users)
      for (const name of new Set([user.id, user.homeId ?? user.id, user.upn.toLowerCase()]))
        accounts.set(name, [...(accounts.get(name) ?? []), { tenant, user }]);
  return accounts;
}

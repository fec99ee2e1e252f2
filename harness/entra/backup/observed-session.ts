/** A session as the backup observed it in a reply of the primary, the same for each protocol. */
import type { Directory } from "../directory/directory.ts";
import { claimsOf } from "../../core/http/json-object.ts";

/** What the backup remembers of the last good reply of the primary to one app on one device. */
export interface ObservedSession {
  readonly userId: string;
  readonly tenantId: string;
  readonly clientId: string;
  /** Scopes that the primary granted, as written in its reply. */
  readonly scopes: readonly string[];
  /** ms since the Unix epoch. */
  readonly lastSuccessAtMs: number;
  /** When the person last signed in: where a sign-in frequency counts from. ms since the Unix epoch. */
  readonly signedInAtMs: number;
  /** How often the user had been revoked by then. */
  readonly revocations: number;
  /** Groups and roles of the user by then. */
  readonly groups: readonly string[];
  readonly roles: readonly string[];
}

type ReplyFacts = Pick<ObservedSession, "clientId" | "scopes" | "lastSuccessAtMs" | "signedInAtMs">;

/** When the person named by an id token signed in, ms since the Unix epoch; `undefined` without an id token. */
export function signedInAtMsOf(idToken: unknown): number | undefined {
  const seconds = claimsOf(idToken)?.["auth_time"];
  return typeof seconds === "number" ? seconds * 1_000 : undefined;
}

/** The session that a token of the primary proves; `undefined` when its user is not in this world. */
export function observedSession(
  directory: Directory,
  token: unknown,
  facts: ReplyFacts,
): ObservedSession | undefined {
  const claims = claimsOf(token);
  const owner = { tenantId: String(claims?.["tid"]), userId: String(claims?.["oid"]) };
  return observedSessionOf(directory, owner, facts);
}

/** As `observedSession`, for a user who is not known from a token. */
export function observedSessionOf(
  directory: Directory,
  owner: Pick<ObservedSession, "tenantId" | "userId">,
  facts: ReplyFacts,
): ObservedSession | undefined {
  const tenant = directory.tenant(owner.tenantId);
  const user = tenant === undefined ? undefined : directory.user(tenant, owner.userId);
  if (tenant === undefined || user === undefined) return undefined;
  return {
    ...facts,
    userId: user.id,
    tenantId: tenant.id,
    revocations: directory.revocations(user),
    groups: directory.groups(user),
    roles: user.roles ?? [],
  };
}

/** What the backup keeps of a user whom the primary has just answered: the same for tokens and for browsers. */
import type { Directory } from "../directory/directory.ts";
import { claimsOf } from "../../core/http/json-object.ts";
import type { RecordedSession } from "./eligibility.ts";

type Seen = Pick<RecordedSession, "clientId" | "scopes" | "lastSuccessAtMs" | "signedInAtMs">;

/** When the person behind an id token signed in, ms since the Unix epoch; nothing without an id token. */
export function signedInAtMsOf(idToken: unknown): number | undefined {
  const seconds = claimsOf(idToken)?.["auth_time"];
  return typeof seconds === "number" ? seconds * 1_000 : undefined;
}

/** The session that a token of the primary stands for; `undefined` when it is no user's of this world. */
export function recordedSession(
  directory: Directory,
  token: unknown,
  seen: Seen,
): RecordedSession | undefined {
  const claims = claimsOf(token);
  const who = { tenantId: String(claims?.["tid"]), userId: String(claims?.["oid"]) };
  return recordedSessionOf(directory, who, seen);
}

/** As `recordedSession`, for a user who is known by other means than a token. */
export function recordedSessionOf(
  directory: Directory,
  who: Pick<RecordedSession, "tenantId" | "userId">,
  seen: Seen,
): RecordedSession | undefined {
  const tenant = directory.tenant(who.tenantId);
  const user = tenant === undefined ? undefined : directory.user(tenant, who.userId);
  if (tenant === undefined || user === undefined) return undefined;
  return {
    ...seen,
    userId: user.id,
    tenantId: tenant.id,
    revocations: directory.revocations(user),
    groups: directory.groups(user),
    roles: user.roles ?? [],
  };
}

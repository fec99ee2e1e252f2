/** The user of a sign-in or of an earlier grant, and whether the grant is still valid. */
import type { Tenant, User } from "../directory/world.ts";
import { isSharedEndpoint, type EstsContext } from "./context.ts";
import { EstsError } from "./ests-error.ts";

/**
 * Finds the user by name and password; on a shared endpoint in the home tenant. Throws 90002
 * for an unknown tenant, 50034 for an unknown user, 50053 for a locked one, 50126 for a wrong
 * password, 50057 for a disabled user, 50017 for one whose certificate was revoked, 50055 for a
 * password that has expired.
 */
export function signInWithPassword(
  context: EstsContext,
  person: { readonly username: string; readonly password: string; readonly tenantSegment: string },
): { tenant: Tenant; user: User } {
  const { directory } = context;
  const { username, password, tenantSegment } = person;
  const asked = directory.tenant(tenantSegment);
  if (asked === undefined && !isSharedEndpoint(tenantSegment))
    throw new EstsError(90002, `Tenant: ${tenantSegment}.`);
  const found =
    asked === undefined
      ? directory.homeOf(username)
      : withUser(asked, directory.user(asked, username));
  if (found === undefined) throw new EstsError(50034, `User: ${username}.`);
  if (found.user.locked === true) throw new EstsError(50053);
  if (found.user.password !== password) throw new EstsError(50126);
  checkAccount(context, found);
  if (found.user.passwordExpired === true) throw new EstsError(50055);
  return found;
}

/** Throws 50057 for a disabled user, 50017 for one whose certificate was revoked. */
export function checkAccount({ directory }: EstsContext, { user }: { readonly user: User }): void {
  if (directory.isDisabled(user)) throw new EstsError(50057);
  if (directory.isCertificateRevoked(user)) throw new EstsError(50017);
}

/**
 * The user of an earlier grant. Throws 50034 for a deleted user, 50057 for a disabled one,
 * 50076 for a grant without the second factor that is required by now, 50173 for a grant
 * that was revoked otherwise.
 */
export function userOfGrant(
  context: EstsContext,
  grant: {
    readonly tenantId: string;
    readonly userId: string;
    readonly issuedAtMs: number;
    /** Absent where only the time of the grant is known. */
    readonly revocations?: number;
  },
): { tenant: Tenant; user: User } {
  const { directory } = context;
  const tenant = directory.tenant(grant.tenantId);
  const user = tenant === undefined ? undefined : directory.user(tenant, grant.userId);
  if (tenant === undefined) throw new EstsError(70000);
  if (user === undefined) throw new EstsError(50034, `User: ${grant.userId}.`);
  if (directory.isDisabled(user)) throw new EstsError(50057);
  const validFromMs = directory.tokensValidFrom(user);
  const isVoid =
    grant.revocations === undefined
      ? grant.issuedAtMs < validFromMs
      : grant.revocations < directory.revocations(user);
  if (isVoid) {
    if (directory.lacksMfa(user, grant.revocations ?? 0)) throw new EstsError(50076);
    const issued = new Date(grant.issuedAtMs).toISOString();
    throw new EstsError(
      50173,
      `The grant was issued on '${issued}'; tokens are valid from '${new Date(validFromMs).toISOString()}'.`,
    );
  }
  return { tenant, user };
}

/** The account of the same person in another tenant; throws 50020 where there is none. */
export function accountIn(
  context: EstsContext,
  tenant: Tenant,
  found: { readonly tenant: Tenant; readonly user: User },
): User {
  if (tenant.id === found.tenant.id) return found.user;
  const user = context.directory.user(tenant, found.user.upn);
  if (user === undefined) throw new EstsError(50020, `User: ${found.user.upn}.`);
  if (context.directory.isDisabled(user)) throw new EstsError(50057);
  return user;
}

function withUser(
  tenant: Tenant,
  user: User | undefined,
): { tenant: Tenant; user: User } | undefined {
  return user === undefined ? undefined : { tenant, user };
}

/** Who the user of a grant is, and whether the grant still stands. */
import type { Tenant, User } from "../directory/world.ts";
import type { EstsContext } from "./context.ts";
import { EstsError } from "./errors.ts";

/** The user by name and password: 50034 unknown, 50126 wrong, 50057 disabled. */
export function signInWithPassword(
  context: EstsContext,
  username: string,
  password: string,
): { tenant: Tenant; user: User } {
  const { directory } = context;
  const asked = directory.tenant(context.described.tenant ?? "");
  const found =
    asked === undefined
      ? directory.homeOf(username)
      : withUser(asked, directory.user(asked, username));
  if (found === undefined) throw new EstsError(50034, `User: ${username}.`);
  if (found.user.password !== password) throw new EstsError(50126);
  if (directory.isDisabled(found.user)) throw new EstsError(50057);
  return found;
}

/** The user of an earlier grant: 50173 when it was revoked since, 50057 when disabled. */
export function userOfGrant(
  context: EstsContext,
  grant: { readonly tenantId: string; readonly userId: string; readonly issuedAtMs: number },
): { tenant: Tenant; user: User } {
  const { directory } = context;
  const tenant = directory.tenant(grant.tenantId);
  const user = tenant === undefined ? undefined : directory.user(tenant, grant.userId);
  if (tenant === undefined || user === undefined) throw new EstsError(70000);
  if (directory.isDisabled(user)) throw new EstsError(50057);
  const validFromMs = directory.tokensValidFrom(user);
  if (grant.issuedAtMs < validFromMs) {
    const issued = new Date(grant.issuedAtMs).toISOString();
    throw new EstsError(
      50173,
      `The grant was issued on '${issued}'; tokens are valid from '${new Date(validFromMs).toISOString()}'.`,
    );
  }
  return { tenant, user };
}

function withUser(
  tenant: Tenant,
  user: User | undefined,
): { tenant: Tenant; user: User } | undefined {
  return user === undefined ? undefined : { tenant, user };
}

/** The sign-in session of a browser: a sealed cookie that dies with a revocation. */
import type { Tenant, User } from "../directory/world.ts";
import type { EstsContext } from "./context.ts";
import type { SessionState } from "./grant-store.ts";
import { userOfGrant } from "./users.ts";
import { EstsError } from "./ests-error.ts";

const COOKIE = "ESTSAUTH";
const PREFIX = "1.S";
const ATTRIBUTES = "path=/; secure; HttpOnly; SameSite=None";

export const SIGNED_OUT_COOKIE = `${COOKIE}=; expires=Thu, 01-Jan-1970 00:00:00 GMT; ${ATTRIBUTES}`;

/** The `Set-Cookie` value that keeps a person signed in. */
export function sessionCookie(
  context: EstsContext,
  who: { readonly tenant: Tenant; readonly user: User; readonly signedInAtMs: number },
): string {
  const state: SessionState = {
    tenantId: who.tenant.id,
    userId: who.user.id,
    signedInAtMs: who.signedInAtMs,
    usedAtMs: context.clock.now(),
    revocations: context.directory.revocations(who.user),
  };
  return `${COOKIE}=${context.grants.seal(PREFIX, state)}; ${ATTRIBUTES}`;
}

/** What clients know a session by: `session_state` of an answer, and `sid` of a request that means it. */
export function sessionIdOf(
  context: EstsContext,
  { user, signedInAtMs }: { readonly user: User; readonly signedInAtMs: number },
): string {
  return context.random.fork(`session ${user.id} ${signedInAtMs}`).uuid();
}

/** Who is signed in in this browser; nobody once the session was revoked or left unused, or the user disabled. */
export function openSession(
  context: EstsContext,
): { readonly tenant: Tenant; readonly user: User; readonly signedInAtMs: number } | undefined {
  const cookies = (context.request.headers.get("cookie") ?? "").split(/;\s*/);
  const value = cookies.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
  const state = context.grants.open(PREFIX, value ?? "") as SessionState | undefined;
  if (state === undefined) return undefined;
  const { clock, settings } = context;
  if (clock.now() - state.usedAtMs >= settings.sessionHours * 3_600_000) return undefined;
  try {
    const grant = { ...state, issuedAtMs: state.signedInAtMs };
    return { ...userOfGrant(context, grant), signedInAtMs: state.signedInAtMs };
  } catch (error) {
    if (error instanceof EstsError) return undefined;
    throw error;
  }
}

/** The sign-in session of a browser at Entra: a sealed cookie that a revocation voids. */
import type { Tenant, User } from "../directory/world.ts";
import type { EstsContext } from "./context.ts";
import type { SignInSessionState } from "./grant-store.ts";
import { userOfGrant } from "./users.ts";
import { EstsError } from "./ests-error.ts";

const COOKIE = "ESTSAUTH";
const PREFIX = "1.S";
const ATTRIBUTES = "path=/; secure; HttpOnly; SameSite=None";

export const SIGNED_OUT_COOKIE = `${COOKIE}=; expires=Thu, 01-Jan-1970 00:00:00 GMT; ${ATTRIBUTES}`;

/** Who is signed in in a browser, and since when. */
export interface SignInSession {
  readonly tenant: Tenant;
  readonly user: User;
  /** ms since the Unix epoch. */
  readonly signedInAtMs: number;
}

/** The `Set-Cookie` value that keeps a person signed in. */
export function signInSessionCookie(
  context: EstsContext,
  { tenant, user, signedInAtMs }: SignInSession,
): string {
  const state: SignInSessionState = {
    tenantId: tenant.id,
    userId: user.id,
    signedInAtMs,
    usedAtMs: context.clock.now(),
    revocations: context.directory.revocations(user),
  };
  return `${COOKIE}=${context.grants.seal(PREFIX, state)}; ${ATTRIBUTES}`;
}

/** The id by which clients know a session: `session_state` of an answer, `sid` of a request. */
export function signInSessionId(
  context: EstsContext,
  { user, signedInAtMs }: Pick<SignInSession, "user" | "signedInAtMs">,
): string {
  return context.random.fork(`session ${user.id} ${signedInAtMs}`).uuid();
}

/**
 * The session of the browser that sends the request; `undefined` without a session, and for one
 * that was revoked, has been unused for `ServiceSettings.sessionHours`, or whose user is disabled.
 */
export function signInSessionOf(context: EstsContext): SignInSession | undefined {
  const cookies = (context.request.headers.get("cookie") ?? "").split(/;\s*/);
  const value = cookies.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
  const state = context.grants.open(PREFIX, value ?? "") as SignInSessionState | undefined;
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

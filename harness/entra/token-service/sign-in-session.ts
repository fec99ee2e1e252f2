/**
 * The sign-in session of a browser at Entra: a sealed cookie that a revocation voids. It ends with
 * the browser, unless the person stays signed in: then a second cookie has a date.
 */
import type { Tenant, User } from "../directory/world.ts";
import type { EstsContext } from "./context.ts";
import type { GrantStore, SignInSessionState } from "./grant-store.ts";
import { userOfGrant } from "./users.ts";
import { EstsError } from "./ests-error.ts";

const COOKIE = "ESTSAUTH";
const PERSISTENT_COOKIE = "ESTSAUTHPERSISTENT";
const ATTRIBUTES = "path=/; secure; HttpOnly; SameSite=None";
const DAY_S = 86_400;

/** Who is signed in in a browser, and since when. */
export interface SignInSession {
  readonly tenant: Tenant;
  readonly user: User;
  /** ms since the Unix epoch. */
  readonly signedInAtMs: number;
  /** When the person proved themselves a second time, ms since the Unix epoch. */
  readonly secondFactorAtMs?: number;
  /** The person answered "Stay signed in?" with Yes. */
  readonly staysSignedIn?: true;
}

/** Who has signed in, with or without a second factor. */
export type SignedInPerson = Pick<SignInSession, "tenant" | "user" | "secondFactorAtMs">;

/** A session that begins now; whether it persists is the setting's answer unless a page had one. */
export function newSession(
  { clock, settings }: EstsContext,
  { tenant, user, secondFactorAtMs }: SignedInPerson,
  staysSignedIn: "yes" | "no" = settings.staySignedIn,
): SignInSession {
  return {
    tenant,
    user,
    signedInAtMs: clock.now(),
    ...(secondFactorAtMs === undefined ? {} : { secondFactorAtMs }),
    ...(staysSignedIn === "yes" ? { staysSignedIn: true } : {}),
  };
}

/** The `Set-Cookie` values that keep a person signed in. */
export function signInSessionCookies(
  context: EstsContext,
  session: SignInSession,
): readonly string[] {
  return [...ownCookies(context, session), ...backupCookies(context, session)];
}

/**
 * The cookies by which the backup knows a browser (`docs/sources.md#a8`): `CCState` stands for it,
 * and the other two say to the gateway that the backup can serve it. Their values are ours.
 */
function backupCookies(context: EstsContext, session: SignInSession): readonly string[] {
  const { settings, random, traceId } = context;
  if (settings.backupBrowserCookie === "session") return [];
  const days = settings.persistentSessionDays;
  const lasts = session.staysSignedIn === true ? `; max-age=${days * DAY_S}` : "";
  const state =
    cookieOf(context, "CCState") ??
    Buffer.from(random.fork(`browser state ${traceId}`).uuid()).toString("base64");
  const values = {
    CCState: state,
    CcsNtv: settings.backupGatewayCookie,
    CcsWeb: settings.backupGatewayCookie,
  };
  return Object.entries(values).map(([name, value]) => `${name}=${value}${lasts}; ${ATTRIBUTES}`);
}

function ownCookies(context: EstsContext, session: SignInSession): readonly string[] {
  const value = sealedSession(context, session);
  const ofBrowser = `${COOKIE}=${value}; ${ATTRIBUTES}`;
  // By age: browsers keep the machine's time.
  const days = context.settings.persistentSessionDays;
  if (session.staysSignedIn === true)
    return [ofBrowser, `${PERSISTENT_COOKIE}=${value}; max-age=${days * DAY_S}; ${ATTRIBUTES}`];
  return hasCookie(context, PERSISTENT_COOKIE)
    ? [ofBrowser, ended(PERSISTENT_COOKIE)]
    : [ofBrowser];
}

/** The `Set-Cookie` values that sign a person out. */
export function signedOutCookies(context: EstsContext): readonly string[] {
  const others = [PERSISTENT_COOKIE, "CCState", "CcsNtv", "CcsWeb"];
  return [COOKIE, ...others.filter((name) => hasCookie(context, name))].map(ended);
}

function ended(name: string): string {
  return `${name}=; expires=Thu, 01-Jan-1970 00:00:00 GMT; ${ATTRIBUTES}`;
}

/** A session as a text that only the service can make; `openSession` reads it. */
export function sealedSession(
  context: EstsContext,
  { tenant, user, signedInAtMs, secondFactorAtMs, staysSignedIn }: SignInSession,
): string {
  const state: SignInSessionState = {
    tenantId: tenant.id,
    userId: user.id,
    signedInAtMs,
    usedAtMs: context.clock.now(),
    revocations: context.directory.revocations(user),
    ...(secondFactorAtMs === undefined ? {} : { secondFactorAtMs }),
    ...(staysSignedIn === undefined ? {} : { staysSignedIn }),
  };
  return context.grants.sessionCookie(state);
}

/** The id by which clients know a session: `session_state` of an answer, `sid` of a request. */
export function signInSessionId(
  context: EstsContext,
  { user, signedInAtMs }: Pick<SignInSession, "user" | "signedInAtMs">,
): string {
  return context.random.fork(`session ${user.id} ${signedInAtMs}`).uuid();
}

/** The session of the browser that sends the request; `undefined` when no cookie of it is valid. */
export function signInSessionOf(context: EstsContext): SignInSession | undefined {
  for (const name of [COOKIE, PERSISTENT_COOKIE]) {
    const session = openSession(context, cookieOf(context, name) ?? "");
    if (session !== undefined) return session;
  }
  return undefined;
}

/**
 * A sealed session; `undefined` for one that was revoked, has been unused for
 * `ServiceSettings.sessionHours` (`persistentSessionDays` when the person stays signed in), or whose
 * user is disabled.
 */
export function openSession(context: EstsContext, value: string): SignInSession | undefined {
  const state = context.grants.sessionState(value);
  if (state === undefined) return undefined;
  const { clock, settings } = context;
  const { staysSignedIn, signedInAtMs, secondFactorAtMs } = state;
  const lastsHours =
    staysSignedIn === true ? settings.persistentSessionDays * 24 : settings.sessionHours;
  if (clock.now() - state.usedAtMs >= lastsHours * 3_600_000) return undefined;
  try {
    const found = userOfGrant(context, { ...state, issuedAtMs: signedInAtMs });
    return {
      ...found,
      signedInAtMs,
      ...(secondFactorAtMs === undefined ? {} : { secondFactorAtMs }),
      ...(staysSignedIn === true ? { staysSignedIn } : {}),
    };
  } catch (error) {
    if (error instanceof EstsError) return undefined;
    throw error;
  }
}

/** What the cookies of a request say, still valid or not; `undefined` without one. */
export function signInCookieIn(
  request: Request,
  grants: GrantStore,
): SignInSessionState | undefined {
  for (const name of [COOKIE, PERSISTENT_COOKIE]) {
    const state = grants.sessionState(cookieOf({ request }, name));
    if (state !== undefined) return state;
  }
  return undefined;
}

function cookieOf({ request }: Pick<EstsContext, "request">, name: string): string | undefined {
  const cookies = (request.headers.get("cookie") ?? "").split(/;\s*/);
  return cookies.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

function hasCookie(context: EstsContext, name: string): boolean {
  return (cookieOf(context, name) ?? "") !== "";
}

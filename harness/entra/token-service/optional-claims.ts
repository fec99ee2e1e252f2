/**
 * Claims that tokens have only when a registration asks for them (`docs/sources.md#a7`). What the
 * simulator cannot know of a user is left out, as Entra leaves out what an account does not have.
 */
import { loginHintFor } from "../request/login-hint.ts";
import type { OptionalClaim, Tenant, User } from "../directory/world.ts";

/** Who a token is about: a user, or without one an app. */
interface ClaimSubject {
  readonly tenant: Tenant;
  readonly user?: User;
  /** The session at Entra in which the user signed in. */
  readonly sessionId?: string;
  /** The authentication contexts that it satisfies. */
  readonly contexts?: readonly string[];
}

/** The claims of that list, in the order of the list; app tokens have `idtyp` always, and nothing about a user. */
export function optionalClaimsOf(
  subject: ClaimSubject,
  asked: readonly OptionalClaim[] = [],
  token: "access" | "id",
): Record<string, unknown> {
  const values = asked.map((name): [string, unknown] => [name, valueOf(name, subject, token)]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

function valueOf(
  name: OptionalClaim,
  { user, tenant, sessionId, contexts = [] }: ClaimSubject,
  token: "access" | "id",
): unknown {
  if (name === "tenant_region_scope") return tenant.region;
  if (user === undefined) return undefined;
  const [given, ...family] = user.name.split(" ");
  switch (name) {
    case "acct":
      return user.kind === "member" ? 0 : 1;
    case "acrs":
      return token === "access" && contexts.length > 0 ? contexts : undefined;
    case "idtyp":
      return token === "access" ? "user" : undefined;
    case "email":
    case "preferred_username":
    case "upn":
      return user.upn;
    case "given_name":
      return given;
    case "family_name":
      return family.length === 0 ? undefined : family.join(" ");
    case "login_hint":
      return token === "id" ? loginHintFor(user.upn) : undefined;
    case "sid":
      return sessionId;
    case "groups":
      return user.groups;
    case "verified_primary_email":
      return [user.upn];
  }
}

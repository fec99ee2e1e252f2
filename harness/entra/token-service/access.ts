/**
 * Conditional Access at the primary: what a session lacks for a token, and the refusal of a token
 * request (`docs/sources.md#a10`). A refusal leaves the refresh token valid: it works again once the
 * condition is met.
 */
import { parseObject } from "../../core/http/json-object.ts";
import { hashedId } from "../directory/hashed-id.ts";
import {
  type AccessAttempt,
  satisfiedContexts,
  unmetNeedOf,
  type UnmetNeed,
} from "../directory/policy-evaluation.ts";
import type { AppRegistration, Tenant, User } from "../directory/world.ts";
import type { EstsContext } from "./context.ts";
import { EstsError } from "./ests-error.ts";

/** Who wants access to what. */
export interface WantedAccess {
  readonly tenant: Tenant;
  readonly user: User;
  readonly app: AppRegistration;
  readonly signedInAtMs: number;
  readonly secondFactorAtMs?: number | undefined;
  /** The parameter `claims`, which may ask for authentication contexts. */
  readonly claims?: string | undefined;
}

/** What is missing for access; `undefined` also where the primary enforces no policies. */
export function unmetNeed(context: EstsContext, wanted: WantedAccess): UnmetNeed | undefined {
  const { settings, directory } = context;
  if (settings.conditionalAccess === "not-enforced") return undefined;
  return unmetNeedOf(directory.policies(wanted.tenant), attemptOf(context, wanted));
}

/** Throws for a token request whose session lacks something. */
export function requireAccess(context: EstsContext, wanted: WantedAccess): void {
  const unmet = unmetNeed(context, wanted);
  if (unmet === undefined || isDeferred(context, wanted, unmet)) return;
  throw refusalOf(context, wanted, unmet);
}

/** The authentication contexts that tokens of a session name; none where the primary enforces no policies. */
export function contextsOf(context: EstsContext, wanted: WantedAccess): readonly string[] {
  const { settings, directory } = context;
  if (settings.conditionalAccess === "not-enforced") return [];
  return satisfiedContexts(directory.policies(wanted.tenant), attemptOf(context, wanted));
}

/** The refusal because of what is missing, with the policy in `claims`. */
export function refusalOf(
  { directory }: EstsContext,
  { tenant, user, signedInAtMs }: WantedAccess,
  { need, policy }: UnmetNeed,
): EstsError {
  const claims = policy === undefined ? undefined : challengeOf(tenant, policy.name);
  switch (need) {
    case "nothing-helps":
      return new EstsError(53003, "", claims);
    case "compliant-device":
      return new EstsError(53000, "", claims);
    case "joined-device":
      return new EstsError(53001, "", claims);
    case "recent-sign-in": {
      const seconds = (policy?.signInFrequencyHours ?? 0) * 3_600;
      const issued = new Date(signedInAtMs).toISOString().replace("Z", "0000Z");
      return new EstsError(
        70043,
        `The token was issued on ${issued} and the maximum allowed lifetime for this request is ${seconds}.`,
      );
    }
    case "second-factor":
      return new EstsError(
        directory.secondFactor(user).kind === "none" ? 50079 : 50076,
        "",
        claims,
      );
  }
}

/** The claims by which an authorize request is to ask for what a policy demands. */
function challengeOf(tenant: Tenant, policy: string): string {
  const values = [hashedId(`policy ${tenant.id} ${policy}`)];
  return JSON.stringify({ access_token: { capolids: { essential: true, values } } });
}

/** Only native apps meet a sign-in frequency when they renew: for the others it waits until the person acts. */
function isDeferred(
  { described }: EstsContext,
  { app }: WantedAccess,
  { need }: UnmetNeed,
): boolean {
  const isRenewal = described.endpoint === "token" && described.grant !== "authorization_code";
  return need === "recent-sign-in" && isRenewal && app.kind !== "native";
}

function attemptOf({ directory, clock }: EstsContext, wanted: WantedAccess): AccessAttempt {
  const { tenant, user, app, claims, signedInAtMs, secondFactorAtMs } = wanted;
  const [device] = user.devices;
  return {
    userId: user.id,
    groups: directory.groups(user),
    roles: user.roles ?? [],
    clientId: app.clientId,
    location: directory.location(user),
    device: tenant.devices.find(({ id }) => id === device),
    atRisk: directory.isAtRisk(user),
    contexts: contextsAsked(claims),
    nowMs: clock.now(),
    signedInAtMs,
    secondFactorAtMs,
    requiresMfa: directory.requiresMfa(user),
  };
}

/** The authentication contexts in a claims challenge, written as `value` or as `values`. */
function contextsAsked(claims: string | undefined): readonly string[] {
  const asked = parseObject(claims ?? "") as
    | { readonly access_token?: { readonly acrs?: Record<"value" | "values", unknown> | null } }
    | undefined;
  const { value, values } = asked?.access_token?.acrs ?? {};
  return [value, ...(Array.isArray(values) ? (values as unknown[]) : [])].filter(
    (name): name is string => typeof name === "string",
  );
}

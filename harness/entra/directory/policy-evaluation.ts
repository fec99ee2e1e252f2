/**
 * What the Conditional Access policies of a tenant ask of a session, evaluated as the primary does
 * (`docs/sources.md#d3`): every policy that applies must be satisfied, and a block comes first. Pure.
 */
import type { ConditionalAccessPolicy } from "./conditional-access-policy.ts";
import type { Device } from "./world.ts";

/** A session that wants a token, or a sign-in that wants a session. */
export interface AccessAttempt {
  readonly userId: string;
  readonly groups: readonly string[];
  readonly roles: readonly string[];
  readonly clientId: string;
  /** The named location, where it has one. */
  readonly location?: string | undefined;
  /** The device of the user; it is the same at each sign-in. */
  readonly device?: Device | undefined;
  readonly atRisk: boolean;
  /** The authentication contexts that the request asks for. */
  readonly contexts: readonly string[];
  /** ms since the Unix epoch. */
  readonly nowMs: number;
  readonly signedInAtMs: number;
  readonly secondFactorAtMs?: number | undefined;
  /** An administrator has required a second factor of the user, without a policy. */
  readonly requiresMfa: boolean;
}

/** What is missing. */
export type Need =
  | "nothing-helps"
  | "compliant-device"
  | "joined-device"
  | "recent-sign-in"
  | "second-factor";

/** What is missing, and the policy that asks for it; without one, an administrator does. */
export interface UnmetNeed {
  readonly need: Need;
  readonly policy?: ConditionalAccessPolicy;
}

/** In the order in which a person would meet them. */
const ORDER: readonly Need[] = [
  "nothing-helps",
  "compliant-device",
  "joined-device",
  "recent-sign-in",
  "second-factor",
];

/** The first thing that is missing; `undefined` when access is granted. */
export function unmetNeedOf(
  policies: readonly ConditionalAccessPolicy[],
  attempt: AccessAttempt,
): UnmetNeed | undefined {
  const applying = policies.filter((policy) => applies(policy, attempt));
  const unmet = [
    ...applying.flatMap((policy) => needsOf(policy, attempt).map((need) => ({ need, policy }))),
    ...(attempt.secondFactorAtMs === undefined && demandsMfa(attempt)
      ? [{ need: "second-factor" } as const]
      : []),
  ];
  return unmet.toSorted((one, other) => ORDER.indexOf(one.need) - ORDER.indexOf(other.need))[0];
}

/** The authentication contexts of the tenant that a session satisfies. */
export function satisfiedContexts(
  policies: readonly ConditionalAccessPolicy[],
  attempt: AccessAttempt,
): readonly string[] {
  const known = policies.flatMap(({ authenticationContexts = [] }) => authenticationContexts);
  return [...new Set([...known, ...attempt.contexts])]
    .toSorted()
    .filter((context) => unmetNeedOf(policies, { ...attempt, contexts: [context] }) === undefined);
}

/** Azure Resource Manager asks for the context `p1` where it demands a second factor of everyone. */
function demandsMfa({ requiresMfa, contexts }: AccessAttempt): boolean {
  return requiresMfa || contexts.includes("p1");
}

function applies(policy: ConditionalAccessPolicy, attempt: AccessAttempt): boolean {
  const { state, apps, authenticationContexts: own } = policy;
  if (state !== "enabled") return false;
  const isForRequest =
    own === undefined
      ? apps === "all" || apps.includes(attempt.clientId)
      : own.some((context) => attempt.contexts.includes(context));
  return isForRequest && isForUser(policy, attempt) && meetsConditions(policy, attempt);
}

function isForUser(
  { users }: ConditionalAccessPolicy,
  { userId, groups, roles }: AccessAttempt,
): boolean {
  if (users.exclude?.includes(userId) === true) return false;
  return (
    users.include === "all" ||
    users.include.includes(userId) ||
    users.groups.some((group) => groups.includes(group)) ||
    users.roles.some((role) => roles.includes(role))
  );
}

function meetsConditions(
  { conditions, locations }: ConditionalAccessPolicy,
  { atRisk, location = "" }: AccessAttempt,
): boolean {
  const isRisk = conditions.includes("user-risk") || conditions.includes("sign-in-risk");
  if (isRisk && !atRisk) return false;
  if (locations === undefined) return true;
  const { include, exclude = [] } = locations;
  return (include === "all" || include.includes(location)) && !exclude.includes(location);
}

function needsOf(
  { controls, signInFrequencyHours: hours = Infinity }: ConditionalAccessPolicy,
  { device, nowMs, signedInAtMs, secondFactorAtMs }: AccessAttempt,
): readonly Need[] {
  const isMet: Readonly<Record<(typeof controls)[number], boolean>> = {
    block: false,
    "compliant-device": device?.compliant === true,
    "hybrid-joined-device": device?.joined === true,
    mfa: secondFactorAtMs !== undefined,
    // A guess: every second factor is strong enough.
    "authentication-strength": secondFactorAtMs !== undefined,
  };
  const unmet = controls.filter((control) => !isMet[control]).map((control) => NEEDS[control]);
  const isOld = nowMs - signedInAtMs > hours * 3_600_000;
  return isOld ? [...unmet, "recent-sign-in"] : unmet;
}

const NEEDS: Readonly<Record<ConditionalAccessPolicy["controls"][number], Need>> = {
  block: "nothing-helps",
  "compliant-device": "compliant-device",
  "hybrid-joined-device": "joined-device",
  mfa: "second-factor",
  "authentication-strength": "second-factor",
};

/**
 * What Conditional Access lets the backup do (E6): it cannot evaluate everything anew, so
 * it uses what held when the session began, or, where a tenant has switched resilience
 * defaults off, denies. Pure. Source: `shared/facts/entra.md` D.3; where Microsoft's two
 * articles disagree (section I.1 and I.2), a switch.
 */
import type { ConditionalAccessPolicy } from "../directory/world.ts";

/** What the articles disagree on. */
export interface PolicySwitches {
  /** Sessions that a sign-in frequency would end: extended by one article, not supported by the other. */
  readonly signInFrequency: "extend" | "block";
  /** Authentication strengths: not evaluated by one article, not supported by the other. */
  readonly authenticationStrengths: "ignore" | "block";
}

/** The switches, with what the edition and the clock say. */
export interface PolicyRules extends PolicySwitches {
  readonly classicPolicies: "reduce resilience" | "ended";
  /** ms since the Unix epoch. */
  readonly atMs: number;
}

/** The session as it was when it began. */
export interface PolicySubject {
  readonly userId: string;
  readonly clientId: string;
  readonly groups: readonly string[];
  readonly roles: readonly string[];
  /** ms since the Unix epoch. */
  readonly lastSuccessAtMs: number;
}

/** Why one of the policies keeps the backup from serving; empty when none does. */
export function policyRefusals(
  policies: readonly ConditionalAccessPolicy[],
  subject: PolicySubject,
  rules: PolicyRules,
): readonly string[] {
  return policies.flatMap((policy) => {
    const why = refusalOf(policy, subject, rules);
    return why === undefined ? [] : [`the policy "${policy.name}" ${why}`];
  });
}

function refusalOf(
  policy: ConditionalAccessPolicy,
  subject: PolicySubject,
  rules: PolicyRules,
): string | undefined {
  // Report-only policies are never enforced, also here.
  if (policy.state !== "enabled" || !isForApp(policy, subject.clientId)) return undefined;
  if (policy.classic === true) {
    const weakens = rules.classicPolicies === "reduce resilience" && mayBeFor(policy, subject);
    return weakens ? "is a classic one, which the backup does not support" : undefined;
  }
  if (!mayBeFor(policy, subject)) return undefined;
  if (policy.resilienceDefaults === "disabled" && isBeyondTheBackup(policy)) {
    return "cannot be evaluated in an outage, and its resilience defaults are off";
  }
  if (!wasFor(policy, subject)) return undefined;
  const frequency = frequencyRefusal(policy, subject, rules);
  if (frequency !== undefined) return frequency;
  if (
    policy.controls.includes("authentication-strength") &&
    rules.authenticationStrengths === "block"
  ) {
    return "asks for an authentication strength, which the backup does not support";
  }
  const isNew = policy.enabledAtMs !== undefined && policy.enabledAtMs > subject.lastSuccessAtMs;
  return isNew && policy.controls.length > 0
    ? "was enabled after the session began, so its controls were not met"
    : undefined;
}

function frequencyRefusal(
  { signInFrequencyHours: hours, resilienceDefaults }: ConditionalAccessPolicy,
  { lastSuccessAtMs }: PolicySubject,
  { signInFrequency, atMs }: PolicyRules,
): string | undefined {
  if (hours === undefined) return undefined;
  if (signInFrequency === "block")
    return "sets a sign-in frequency, which the backup does not support";
  // Sessions that expire in an outage are extended only where the defaults are on (D.3).
  const isOver = atMs - lastSuccessAtMs > hours * 3_600_000;
  return isOver && resilienceDefaults === "disabled"
    ? "asks for a new sign-in by now, and its resilience defaults are off"
    : undefined;
}

function isForApp({ apps }: ConditionalAccessPolicy, clientId: string): boolean {
  return apps === "all" || apps.includes(clientId);
}

/** Groups, roles, risks and places are not known in an outage; users by name are. */
function isBeyondTheBackup({ users, conditions, controls }: ConditionalAccessPolicy): boolean {
  const named = users.groups.length + users.roles.length;
  return named + conditions.length > 0 || controls.includes("authentication-strength");
}

/** Whether the policy can be about the user, as far as the backup can tell without groups and roles. */
function mayBeFor({ users }: ConditionalAccessPolicy, { userId }: PolicySubject): boolean {
  if (users.groups.length + users.roles.length > 0) return true;
  return users.include === "all" || users.include.includes(userId);
}

/** Whether it was about the user when the session began. */
function wasFor({ users }: ConditionalAccessPolicy, subject: PolicySubject): boolean {
  return (
    users.include === "all" ||
    users.include.includes(subject.userId) ||
    users.groups.some((group) => subject.groups.includes(group)) ||
    users.roles.some((role) => subject.roles.includes(role))
  );
}

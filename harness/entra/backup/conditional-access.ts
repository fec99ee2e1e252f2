/**
 * What Conditional Access lets the backup do (E6). The backup cannot evaluate every policy
 * again, so it uses what held when the session began, or denies where a tenant has disabled
 * resilience defaults. This file applies the policies of a tenant to one session; what
 * happens to each part of a policy is in `policy-table.ts`. Pure.
 */
import type { ConditionalAccessPolicy } from "../directory/world.ts";
import type { DocumentName } from "./edition.ts";
import {
  findingsOf,
  harmlessBecause,
  type PolicyFinding,
  type PolicyPart,
  type PolicySwitches,
  type PolicyView,
  type SessionCase,
  sessionCases,
} from "./policy-table.ts";

/** The switches, the edition's rule and the time. */
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
  readonly signedInAtMs: number;
}

export interface PolicyRefusal {
  readonly why: string;
  readonly document: DocumentName;
}

/** The reasons why policies forbid to serve the session, one a policy; empty when none does. */
export function policyRefusals(
  policies: readonly ConditionalAccessPolicy[],
  subject: PolicySubject,
  rules: PolicyRules,
): readonly PolicyRefusal[] {
  return policies.flatMap((policy) => {
    const refusal = refusalOf(policy, subject, rules);
    if (refusal === undefined) return [];
    return [{ ...refusal, why: `the policy "${policy.name}" ${refusal.why}` }];
  });
}

function refusalOf(
  policy: ConditionalAccessPolicy,
  subject: PolicySubject,
  rules: PolicyRules,
): PolicyRefusal | undefined {
  const view = viewOf(policy);
  if (harmlessBecause(view, rules) !== undefined || !isForApp(policy, subject.clientId)) {
    return undefined;
  }
  const finding = findingsOf(view, rules).find((found) => concerns(found, policy, subject, rules));
  if (finding !== undefined) return { why: reasonOf(finding), document: finding.document };
  const { access, document } = sessionCases[stateOf(policy, subject)];
  return access === "served"
    ? undefined
    : { why: "was enabled after the session began, so its controls were not met", document };
}

function viewOf(policy: ConditionalAccessPolicy): PolicyView {
  const { state, users, conditions, controls, signInFrequencyHours } = policy;
  const parts: PolicyPart[] = [
    ...(users.groups.length > 0 ? (["groups"] as const) : []),
    ...(users.roles.length > 0 ? (["roles"] as const) : []),
    ...conditions.map((condition) => (condition === "location" ? "countries" : condition)),
    ...controls,
    ...(signInFrequencyHours === undefined ? [] : (["sign-in-frequency"] as const)),
  ];
  const { resilienceDefaults } = policy;
  return { state, classic: policy.classic === true, resilienceDefaults, parts };
}

/** Whether a finding about the policy concerns this session. */
function concerns(
  finding: PolicyFinding,
  policy: ConditionalAccessPolicy,
  subject: PolicySubject,
  { atMs }: PolicyRules,
): boolean {
  switch (finding.kind) {
    case "denies-everybody":
      return mayBeFor(policy, subject);
    case "classic":
    case "not-supported":
      return wasFor(policy, subject);
    case "ends": {
      const { signInFrequencyHours: hours = Infinity } = policy;
      return wasFor(policy, subject) && atMs - subject.signedInAtMs > hours * 3_600_000;
    }
  }
}

function reasonOf(finding: PolicyFinding): string {
  switch (finding.kind) {
    case "denies-everybody":
      return `cannot be evaluated in an outage (${finding.parts.join(", ")}), and its resilience defaults are off`;
    case "classic":
      return "is a classic one, which the backup does not support";
    case "not-supported":
      return `has the control ${finding.part}, which the backup does not support`;
    case "ends":
      return "asks for a new sign-in by now, and its resilience defaults are off";
  }
}

function stateOf(policy: ConditionalAccessPolicy, subject: PolicySubject): SessionCase {
  if (!wasFor(policy, subject)) return "existing, without a policy";
  const isNew = policy.enabledAtMs !== undefined && policy.enabledAtMs > subject.lastSuccessAtMs;
  return isNew && policy.controls.length > 0
    ? "existing, controls not met"
    : "existing, controls met at its start";
}

/** A policy for authentication contexts is for requests that ask for one, which the backup does not serve anyway. */
function isForApp(
  { apps, authenticationContexts }: ConditionalAccessPolicy,
  clientId: string,
): boolean {
  return authenticationContexts === undefined && (apps === "all" || apps.includes(clientId));
}

function isExcluded({ users }: ConditionalAccessPolicy, { userId }: PolicySubject): boolean {
  return users.exclude?.includes(userId) === true;
}

/** Whether the policy can apply to the user, as far as the backup knows without groups and roles. */
function mayBeFor(policy: ConditionalAccessPolicy, subject: PolicySubject): boolean {
  const { users } = policy;
  const { userId } = subject;
  if (isExcluded(policy, subject)) return false;
  if (users.groups.length + users.roles.length > 0) return true;
  return users.include === "all" || users.include.includes(userId);
}

/** Whether it applied to the user when the session began. */
function wasFor(policy: ConditionalAccessPolicy, subject: PolicySubject): boolean {
  const { users } = policy;
  if (isExcluded(policy, subject)) return false;
  return (
    users.include === "all" ||
    users.include.includes(subject.userId) ||
    users.groups.some((group) => subject.groups.includes(group)) ||
    users.roles.some((role) => subject.roles.includes(role))
  );
}

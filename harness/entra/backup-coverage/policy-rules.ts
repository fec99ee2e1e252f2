/**
 * E6: what a Conditional Access policy does to the users of an application in an outage, in
 * words. What happens to each part of a policy is in `backup/policy-table.ts`, which the
 * simulated backup reads as well. Source: `docs/sources.md#d3`, I.1, I.2.
 */
import { articleOf, type Edition, type FlowKind } from "../backup/edition.ts";
import {
  findingsOf,
  harmlessBecause,
  type PolicyFinding,
  type PolicyView,
} from "../backup/policy-table.ts";
import type { JudgedRule, Switches } from "./coverage-judgement.ts";
import type { PolicyRegistration } from "./registration.ts";

/** One rule for each reason against serving; a single one that holds when there is none. */
export function judgePolicy(
  policy: PolicyRegistration,
  flows: readonly FlowKind[],
  { edition, switches }: { readonly edition: Edition; readonly switches: Switches },
): readonly JudgedRule[] {
  const view = viewOf(policy);
  const harmless = harmlessBecause(view, edition);
  if (harmless !== undefined) return [holding(policy, HARMLESS[harmless])];
  const findings = findingsOf(view, switches);
  if (findings.length === 0) return [holding(policy, whyItHolds(policy))];
  return findings.map((finding) => {
    const { why, change } = wordsOf(finding, blindScopeOf(policy));
    return {
      id: "E6",
      holds: false,
      why: `Policy "${policy.name}": ${why}`,
      source: articleOf(finding.document),
      change,
      denies: finding.kind === "denies-everybody" ? blindScopeOf(policy) : scopeOf(policy),
      flows,
    };
  });
}

function viewOf(policy: PolicyRegistration): PolicyView {
  const { state, classic = false, resilienceDefaults = "enabled" } = policy;
  const { conditions = [], grantControls = [], sessionControls = [] } = policy;
  return {
    state,
    classic,
    resilienceDefaults,
    parts: [...conditions, ...grantControls, ...sessionControls],
  };
}

function holding({ name, classic }: PolicyRegistration, why: string): JudgedRule {
  const source = articleOf(classic === true ? "system" : "resilience-defaults");
  return { id: "E6", holds: true, why: `Policy "${name}": ${why}`, source };
}

const HARMLESS = {
  disabled: "it is disabled.",
  "report-only": "it only reports and is never enforced.",
  "classic-ended": "classic policies have ended and are no longer enforced.",
} as const;

const BLIND_SCOPES = {
  everybody: "every user of the application is denied, also those whom the policy does not mean",
  some: "every user whom it names is denied, whether the rest holds or not",
} as const;

/** The text of a finding, and what to change. */
function wordsOf(
  finding: PolicyFinding,
  blindScope: "everybody" | "some",
): { readonly why: string; readonly change: string } {
  switch (finding.kind) {
    case "classic":
      return {
        why: "classic policies do not go together with the backup system.",
        change: "Replace it by a policy of the current kind.",
      };
    case "denies-everybody":
      return {
        why: `resilience defaults are disabled and ${finding.parts.join(", ")} cannot be evaluated in an outage, so ${BLIND_SCOPES[blindScope]}.`,
        change:
          "Enable its resilience defaults before an outage, or do without what cannot be evaluated: name users, for example, instead of groups and roles.",
      };
    case "ends":
      return {
        why: "it sets a sign-in frequency, and sessions that run out are extended only with resilience defaults, which are disabled.",
        change: "Enable its resilience defaults before an outage.",
      };
    case "not-supported":
      return finding.part === "sign-in-frequency"
        ? {
            why: "it sets a sign-in frequency, which the system article says reduces resilience. The article on resilience defaults disagrees: it extends the session (--sign-in-frequency extend).",
            change: "Do without the sign-in frequency for this application.",
          }
        : {
            why: "it requires an authentication strength, which the system article says reduces resilience. The article on resilience defaults disagrees: the strength is not evaluated and the user passes (--authentication-strengths ignore).",
            change:
              "Require multifactor authentication instead of a strength for this application.",
          };
  }
}

/** A policy without conditions applies to every sign-in; any condition leaves some out. */
function scopeOf({ conditions = [] }: PolicyRegistration): "everybody" | "some" {
  return conditions.length === 0 ? "everybody" : "some";
}

/** Whom a policy denies that cannot be evaluated: only from names of users the backup knows to whom it applies. */
function blindScopeOf({ conditions = [] }: PolicyRegistration): "everybody" | "some" {
  const isByName =
    conditions.includes("users") && !conditions.includes("groups") && !conditions.includes("roles");
  return isByName ? "some" : "everybody";
}

function whyItHolds(policy: PolicyRegistration): string {
  const disputed = [
    ...(policy.sessionControls?.includes("sign-in-frequency") === true
      ? ["the session outlasts its sign-in frequency"]
      : []),
    ...(policy.grantControls?.includes("authentication-strength") === true
      ? ["its authentication strength is not evaluated"]
      : []),
  ];
  const note =
    disputed.length === 0
      ? ""
      : ` By the article on resilience defaults ${disputed.join(" and ")}; the system article disagrees, and a switch makes it count.`;
  if (policy.resilienceDefaults === "disabled") {
    return `resilience defaults are disabled, but all that it asks can be evaluated in an outage. The system article is stricter: it sees no backup for users of such a policy.${note}`;
  }
  return `resilience defaults are enabled: what cannot be evaluated is taken from the start of the session.${note}`;
}

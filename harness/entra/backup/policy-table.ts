/**
 * What the backup does with each part of a Conditional Access policy, as one table, which
 * both a run (`conditional-access.ts`) and the coverage command (`coverage/policy-rules.ts`)
 * read. Source: `docs/sources.md#d3`. Where Microsoft's two articles disagree (sections
 * I.1 and I.2) there is a switch. Rows that the articles only imply are marked.
 */
import type { DocumentName, Edition } from "./edition.ts";

/** The conditions of a policy: when it applies. */
export const policyConditions = [
  "users",
  "groups",
  "roles",
  "sign-in-risk",
  "user-risk",
  "ip-ranges",
  "countries",
  "device-platforms",
  "client-app-types",
  "device-filter",
] as const;

/** The grant controls of a policy: what it requires before access. */
export const grantControls = [
  "block",
  "mfa",
  "authentication-strength",
  "compliant-device",
  "hybrid-joined-device",
  "approved-app",
  "app-protection",
  "terms-of-use",
] as const;

/** The session controls of a policy: what it does to a session after access. */
export const sessionControls = [
  "sign-in-frequency",
  "persistent-browser",
  "app-enforced-restrictions",
  "cloud-app-security",
  "token-protection",
] as const;

export type PolicyPart =
  | (typeof policyConditions)[number]
  | (typeof grantControls)[number]
  | (typeof sessionControls)[number];

/** Where the articles disagree. */
export interface PolicySwitches {
  /** Sessions that a sign-in frequency would end: extended in one article, not supported in the other. */
  readonly signInFrequency: "extend" | "block";
  /** Authentication strengths: not evaluated in one article, not supported in the other. */
  readonly authenticationStrengths: "ignore" | "block";
}

/** What the backup does with one part of a policy in an outage. */
export type PartOutcome =
  /** As the primary does. */
  | "evaluated"
  /** What held when the session began is used. */
  | "frozen"
  /** No one is served, whether the policy applies to them or not. */
  | "denies-everybody"
  /** A session that has run out is continued. */
  | "extended"
  /** A session that has run out is refused. */
  | "ends";

interface PolicyRow {
  readonly withDefaults: PartOutcome;
  /** With the policy's resilience defaults disabled. */
  readonly withoutDefaults: PartOutcome;
  /** The switch that says "block" where the other article is believed, which does not support it. */
  readonly disputed?: keyof PolicySwitches;
  readonly document: DocumentName;
  readonly basis: "documented" | "implied";
}

const evaluable: PolicyRow = {
  withDefaults: "evaluated",
  withoutDefaults: "evaluated",
  document: "resilience-defaults",
  basis: "implied",
};

/** Cannot be evaluated in real time. */
const notEvaluable: PolicyRow = {
  withDefaults: "frozen",
  withoutDefaults: "denies-everybody",
  document: "resilience-defaults",
  basis: "documented",
};

/** Met at the start of the session, and not required again. */
const metAtStart: PolicyRow = { ...evaluable, withDefaults: "frozen", withoutDefaults: "frozen" };

/** What happens to each part of a policy, and by which article. */
export const policyTable: Readonly<Record<PolicyPart, PolicyRow>> = {
  // The article recommends naming users.
  users: { ...evaluable, basis: "documented" },
  groups: notEvaluable,
  roles: notEvaluable,
  "sign-in-risk": notEvaluable,
  "user-risk": notEvaluable,
  "ip-ranges": evaluable,
  countries: notEvaluable,
  "device-platforms": evaluable,
  "client-app-types": evaluable,
  "device-filter": evaluable,
  block: evaluable,
  mfa: { ...metAtStart, basis: "documented" },
  "authentication-strength": { ...notEvaluable, disputed: "authenticationStrengths" },
  "compliant-device": metAtStart,
  "hybrid-joined-device": metAtStart,
  "approved-app": metAtStart,
  "app-protection": metAtStart,
  "terms-of-use": metAtStart,
  "sign-in-frequency": {
    withDefaults: "extended",
    withoutDefaults: "ends",
    disputed: "signInFrequency",
    document: "resilience-defaults",
    basis: "documented",
  },
  "persistent-browser": metAtStart,
  "app-enforced-restrictions": metAtStart,
  "cloud-app-security": metAtStart,
  "token-protection": metAtStart,
};

/** A policy without the names of its users and apps, as runs and coverage have in common. */
export interface PolicyView {
  readonly state: "enabled" | "report-only" | "disabled";
  readonly classic: boolean;
  readonly resilienceDefaults: "enabled" | "disabled";
  readonly parts: readonly PolicyPart[];
}

/** One reason in a policy against serving those to whom it applies. */
export type PolicyFinding =
  | { readonly kind: "classic"; readonly document: DocumentName }
  /** It may apply to anyone, since that cannot be evaluated. */
  | {
      readonly kind: "denies-everybody";
      readonly parts: readonly PolicyPart[];
      readonly document: DocumentName;
    }
  | { readonly kind: "ends"; readonly part: PolicyPart; readonly document: DocumentName }
  | { readonly kind: "not-supported"; readonly part: PolicyPart; readonly document: DocumentName };

/** Why a policy has no effect; `undefined` when it has. Report-only policies are never enforced, also not by the backup. */
export function harmlessBecause(
  { state, classic }: Pick<PolicyView, "state" | "classic">,
  { classicPolicies }: Pick<Edition, "classicPolicies">,
): "disabled" | "report-only" | "classic-ended" | undefined {
  if (state !== "enabled") return state;
  return classic && classicPolicies === "ended" ? "classic-ended" : undefined;
}

/** All reasons in an enforced policy against serving; empty when there is none. */
export function findingsOf(
  { classic, resilienceDefaults, parts }: PolicyView,
  switches: PolicySwitches,
): readonly PolicyFinding[] {
  const outcomeOf = (part: PolicyPart): PartOutcome =>
    policyTable[part][resilienceDefaults === "enabled" ? "withDefaults" : "withoutDefaults"];
  const notEvaluated = parts.filter((part) => outcomeOf(part) === "denies-everybody");
  return [
    ...(classic ? [{ kind: "classic", document: "system" } as const] : []),
    ...(notEvaluated.length === 0
      ? []
      : [
          {
            kind: "denies-everybody",
            parts: notEvaluated,
            document: "resilience-defaults",
          } as const,
        ]),
    ...parts.flatMap((part): PolicyFinding[] => {
      const { disputed, document } = policyTable[part];
      if (disputed !== undefined && switches[disputed] === "block") {
        return [{ kind: "not-supported", part, document: "system" }];
      }
      return outcomeOf(part) === "ends" ? [{ kind: "ends", part, document }] : [];
    }),
  ];
}

/** The sessions that the articles distinguish, and whether they are served. */
export const sessionCases = {
  new: { access: "refused", document: "resilience-defaults" },
  "existing, without a policy": { access: "served", document: "resilience-defaults" },
  "existing, controls met at its start": { access: "served", document: "resilience-defaults" },
  /** Evaluated again: the user would have to do something for which the backup has no page. */
  "existing, controls not met": { access: "refused", document: "resilience-defaults" },
} as const satisfies Readonly<
  Record<string, { readonly access: "served" | "refused"; readonly document: DocumentName }>
>;

export type SessionCase = keyof typeof sessionCases;

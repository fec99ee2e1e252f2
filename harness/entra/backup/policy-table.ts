/**
 * What the backup makes of each part of a Conditional Access policy, as one table: a run
 * (`conditional-access.ts`) and the coverage command (`coverage/policy-rules.ts`) both go by
 * it. Source: `docs/sources.md#d3`; where Microsoft's two articles disagree (sections
 * I.1 and I.2), a switch. What is only implied there says so.
 */
import type { DocumentName, Edition } from "./edition.ts";

/** What a policy looks at before it applies. */
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

/** What a policy asks for before it lets anybody in. */
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

/** What a policy does to a session that it has let in. */
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

/** What the articles disagree on. */
export interface PolicySwitches {
  /** Sessions that a sign-in frequency would end: extended by one article, not supported by the other. */
  readonly signInFrequency: "extend" | "block";
  /** Authentication strengths: not evaluated by one article, not supported by the other. */
  readonly authenticationStrengths: "ignore" | "block";
}

/** What the backup does with one part of a policy in an outage. */
export type PartOutcome =
  /** As with the primary. */
  | "evaluated"
  /** What held when the session began decides. */
  | "frozen"
  /** Nobody is served, whether the policy means them or not. */
  | "denies-everybody"
  /** A session that ran out goes on. */
  | "extended"
  /** A session that ran out is refused. */
  | "ends";

interface PolicyRow {
  readonly withDefaults: PartOutcome;
  /** With the policy's resilience defaults disabled. */
  readonly withoutDefaults: PartOutcome;
  /** By the other article not supported at all, when this switch says "block". */
  readonly disputed?: keyof PolicySwitches;
  readonly document: DocumentName;
  readonly basis: "documented" | "implied";
}

const known: PolicyRow = {
  withDefaults: "evaluated",
  withoutDefaults: "evaluated",
  document: "resilience-defaults",
  basis: "implied",
};

/** Not to be evaluated in real time. */
const unknown: PolicyRow = {
  withDefaults: "frozen",
  withoutDefaults: "denies-everybody",
  document: "resilience-defaults",
  basis: "documented",
};

/** Met once, at the start of the session, and not asked for again. */
const metAtStart: PolicyRow = { ...known, withDefaults: "frozen", withoutDefaults: "frozen" };

/** Each part of a policy: what becomes of it, and by which article. */
export const policyTable: Readonly<Record<PolicyPart, PolicyRow>> = {
  // Scoping to named users is what the article advises.
  users: { ...known, basis: "documented" },
  groups: unknown,
  roles: unknown,
  "sign-in-risk": unknown,
  "user-risk": unknown,
  "ip-ranges": known,
  countries: unknown,
  "device-platforms": known,
  "client-app-types": known,
  "device-filter": known,
  block: known,
  mfa: { ...metAtStart, basis: "documented" },
  "authentication-strength": { ...unknown, disputed: "authenticationStrengths" },
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

/** A policy as both sides see it: without its users and apps by name. */
export interface PolicyView {
  readonly state: "enabled" | "report-only" | "disabled";
  readonly classic: boolean;
  readonly resilienceDefaults: "enabled" | "disabled";
  readonly parts: readonly PolicyPart[];
}

/** One thing about a policy that speaks against serving those whom it means. */
export type PolicyFinding =
  | { readonly kind: "classic"; readonly document: DocumentName }
  /** It may mean anybody, as nobody can tell whom. */
  | {
      readonly kind: "denies-everybody";
      readonly parts: readonly PolicyPart[];
      readonly document: DocumentName;
    }
  | { readonly kind: "ends"; readonly part: PolicyPart; readonly document: DocumentName }
  | { readonly kind: "not-supported"; readonly part: PolicyPart; readonly document: DocumentName };

/** Why a policy does not count at all; `undefined` when it does. Report-only policies are never enforced, also here. */
export function harmlessBecause(
  { state, classic }: Pick<PolicyView, "state" | "classic">,
  { classicPolicies }: Pick<Edition, "classicPolicies">,
): "disabled" | "report-only" | "classic-ended" | undefined {
  if (state !== "enabled") return state;
  return classic && classicPolicies === "ended" ? "classic-ended" : undefined;
}

/** What speaks against a policy that counts; empty when nothing does. */
export function findingsOf(
  { classic, resilienceDefaults, parts }: PolicyView,
  switches: PolicySwitches,
): readonly PolicyFinding[] {
  const outcomeOf = (part: PolicyPart): PartOutcome =>
    policyTable[part][resilienceDefaults === "enabled" ? "withDefaults" : "withoutDefaults"];
  const blind = parts.filter((part) => outcomeOf(part) === "denies-everybody");
  return [
    ...(classic ? [{ kind: "classic", document: "system" } as const] : []),
    ...(blind.length === 0
      ? []
      : [
          {
            kind: "denies-everybody",
            parts: blind,
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

/** A session as the articles tell sessions apart, and what its user gets. */
export const sessionCases = {
  new: { access: "refused", document: "resilience-defaults" },
  "existing, without a policy": { access: "served", document: "resilience-defaults" },
  "existing, controls met at its start": { access: "served", document: "resilience-defaults" },
  /** Evaluated anew: whoever it means must do what the backup has no page for. */
  "existing, controls not met": { access: "refused", document: "resilience-defaults" },
} as const satisfies Readonly<
  Record<string, { readonly access: "served" | "refused"; readonly document: DocumentName }>
>;

export type SessionCase = keyof typeof sessionCases;

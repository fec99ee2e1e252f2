/**
 * E6: what a Conditional Access policy does to the users of an application in an outage. The
 * backup cannot look up everything; by resilience defaults it then trusts the start of the
 * session, and without them it denies. Source: `shared/facts/entra.md` D.3, I.1, I.2.
 */
import { articleOf, type Edition, type FlowKind } from "../backup/edition.ts";
import type { JudgedRule, Switches } from "./judgement.ts";
import type { PolicyRegistration } from "./registration.ts";

/** One rule for each thing that speaks against the policy; a single one that holds when nothing does. */
export function judgePolicy(
  policy: PolicyRegistration,
  flows: readonly FlowKind[],
  context: { readonly edition: Edition; readonly switches: Switches },
): readonly JudgedRule[] {
  const harmless = harmlessBecause(policy, context.edition);
  if (harmless !== undefined) return [holding(policy, harmless)];
  const complaints = [
    ...classicComplaints(policy),
    ...defaultsComplaints(policy),
    ...frequencyComplaints(policy, context.switches),
    ...strengthComplaints(policy, context.switches),
  ];
  if (complaints.length === 0) return [holding(policy, whyItHolds(policy))];
  return complaints.map(({ why, change, denies, source }) => ({
    id: "E6",
    holds: false,
    why: `Policy "${policy.name}": ${why}`,
    source: articleOf(source),
    change,
    denies,
    flows,
  }));
}

interface Complaint {
  readonly why: string;
  readonly change: string;
  readonly denies: "everybody" | "some";
  readonly source: "system" | "resilience-defaults";
}

function holding({ name, classic }: PolicyRegistration, why: string): JudgedRule {
  const source = articleOf(classic === true ? "system" : "resilience-defaults");
  return { id: "E6", holds: true, why: `Policy "${name}": ${why}`, source };
}

function harmlessBecause(
  { state, classic }: PolicyRegistration,
  { classicPolicies }: Edition,
): string | undefined {
  if (state === "disabled") return "it is disabled.";
  if (state === "report-only") return "it only reports and is never enforced.";
  if (classic === true && classicPolicies === "ended") {
    return "classic policies have ended and are no longer enforced.";
  }
  return undefined;
}

function classicComplaints(policy: PolicyRegistration): readonly Complaint[] {
  if (policy.classic !== true) return [];
  return [
    {
      why: "classic policies do not go together with the backup system.",
      change: "Replace it by a policy of the current kind.",
      denies: scopeOf(policy),
      source: "system",
    },
  ];
}

/** What the backup cannot evaluate while the primary is down. */
const notEvaluable: ReadonlySet<string> = new Set([
  "groups",
  "roles",
  "sign-in-risk",
  "user-risk",
  "countries",
]);

function blindSpots({ conditions = [], grantControls = [] }: PolicyRegistration): string[] {
  return [
    ...conditions.filter((condition) => notEvaluable.has(condition)),
    ...grantControls.filter((control) => control === "authentication-strength"),
  ];
}

function defaultsComplaints(policy: PolicyRegistration): readonly Complaint[] {
  const blind = blindSpots(policy);
  if (policy.resilienceDefaults !== "disabled" || blind.length === 0) return [];
  return [
    {
      why: `resilience defaults are disabled and ${blind.join(", ")} cannot be evaluated in an outage, so every user of the application is denied, also those whom the policy does not mean.`,
      change:
        "Enable its resilience defaults before an outage, or do without what cannot be evaluated: name users, for example, instead of groups and roles.",
      denies: "everybody",
      source: "resilience-defaults",
    },
  ];
}

function frequencyComplaints(
  policy: PolicyRegistration,
  { signInFrequency }: Switches,
): readonly Complaint[] {
  if (policy.sessionControls?.includes("sign-in-frequency") !== true) return [];
  const denies = scopeOf(policy);
  if (signInFrequency === "block") {
    return [
      {
        why: "it sets a sign-in frequency, which the system article says reduces resilience. The article on resilience defaults disagrees: it extends the session (--sign-in-frequency extend).",
        change: "Do without the sign-in frequency for this application.",
        denies,
        source: "system",
      },
    ];
  }
  if (policy.resilienceDefaults !== "disabled") return [];
  return [
    {
      why: "it sets a sign-in frequency, and sessions that run out are extended only with resilience defaults, which are disabled.",
      change: "Enable its resilience defaults before an outage.",
      denies,
      source: "resilience-defaults",
    },
  ];
}

function strengthComplaints(
  policy: PolicyRegistration,
  { authenticationStrengths }: Switches,
): readonly Complaint[] {
  const requires = policy.grantControls?.includes("authentication-strength") === true;
  if (!requires || authenticationStrengths === "ignore") return [];
  return [
    {
      why: "it requires an authentication strength, which the system article says reduces resilience. The article on resilience defaults disagrees: the strength is not evaluated and the user passes (--authentication-strengths ignore).",
      change: "Require multifactor authentication instead of a strength for this application.",
      denies: scopeOf(policy),
      source: "system",
    },
  ];
}

/** A policy without conditions meets every sign-in; any condition leaves some out. */
function scopeOf({ conditions = [] }: PolicyRegistration): "everybody" | "some" {
  return conditions.length === 0 ? "everybody" : "some";
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

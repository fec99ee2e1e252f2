/**
 * What an answer about coverage consists of, and how its rules lead to one verdict. `judge.ts`
 * and `judge-named.ts` make it; the command prints it.
 */
import type { EditionId, RowFlow } from "../backup/edition.ts";
import type { PolicySwitches } from "../backup/policy-table.ts";

/** `partly`: in an outage some flows or users are served, and others are not. */
export type CoverageVerdict = "protected" | "partly" | "not";

/** Rules of `docs/sources.md#d2`; `userinfo` is the guidance of D.9. */
export type CoverageRuleId = "E3" | "E6" | "E7" | "E8" | "E9" | "E10" | "E11" | "userinfo";

interface RuleStatement {
  readonly id: CoverageRuleId;
  /** One or more sentences, in our own words. */
  readonly why: string;
  /** Address of the article that says so. */
  readonly source: string;
}

/** A rule applied to the subject. */
export type JudgedRule =
  | (RuleStatement & { readonly holds: true })
  | (RuleStatement & {
      readonly holds: false;
      /** What to change, so that it holds. */
      readonly change: string;
      /** Who is not served in these flows. */
      readonly denies: "everybody" | "some";
      readonly flows: readonly RowFlow[];
    });

export interface Judgement {
  readonly subject: string;
  readonly edition: EditionId;
  readonly verdict: CoverageVerdict;
  readonly rules: readonly JudgedRule[];
  /** Whose sign-ins it is about; for users the sessions count as well. */
  readonly identities: "users" | "workloads";
}

/** Where the documents disagree, which of them counts. Source: `docs/sources.md#i`, 1 to 3 and 11. */
export interface Switches extends PolicySwitches {
  /** Tables or the text around them, on 21Vianet and on applications such as Workday. */
  readonly believe: "table" | "text";
}

/** For policies the same as in the simulated backup (`directory/settings.ts`), so that answers and runs agree. */
export const defaultSwitches: Switches = {
  signInFrequency: "extend",
  authenticationStrengths: "ignore",
  believe: "table",
};

/** Protected when every flow serves everyone, "not" when no flow serves anyone, else partly. */
export function coverageVerdictOf(
  flows: readonly RowFlow[],
  rules: readonly JudgedRule[],
): CoverageVerdict {
  const served = flows.map((flow) => servedBy(flow, rules));
  if (served.every((who) => who === "everybody")) return "protected";
  return served.every((who) => who === "none") ? "not" : "partly";
}

function servedBy(flow: RowFlow, rules: readonly JudgedRule[]): "everybody" | "some" | "none" {
  const denials = rules.flatMap((rule) =>
    !rule.holds && rule.flows.includes(flow) ? [rule.denies] : [],
  );
  if (denials.includes("everybody")) return "none";
  return denials.length > 0 ? "some" : "everybody";
}

/** The answer as `coverage --json` prints it. A rule that does not hold also says what to change. */
export function coverageJson({ subject, edition, verdict, rules }: Judgement) {
  return {
    schema: "brownout/coverage/1",
    subject,
    edition,
    verdict,
    rules: rules.map((rule) => ({
      id: rule.id,
      holds: rule.holds,
      why: rule.holds ? rule.why : `${rule.why} ${rule.change}`,
      source: rule.source,
    })),
  };
}

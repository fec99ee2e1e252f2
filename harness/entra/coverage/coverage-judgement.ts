/**
 * What an answer about coverage is made of, and how its rules come to one verdict. The
 * judges (`judge.ts`, `judge-named.ts`) fill it; the command prints it.
 */
import type { EditionId, RowFlow } from "../backup/edition.ts";
import type { PolicySwitches } from "../backup/policy-table.ts";

/** `partly`: some flows or users are served in an outage, and others not. */
export type CoverageVerdict = "protected" | "partly" | "not";

/** Rules of `docs/sources.md#d2`; `userinfo` is the guidance of D.9. */
export type CoverageRuleId = "E3" | "E6" | "E7" | "E8" | "E9" | "E10" | "E11" | "userinfo";

interface Said {
  readonly id: CoverageRuleId;
  /** One or more sentences, in our own words. */
  readonly why: string;
  /** Address of the article that says so. */
  readonly source: string;
}

/** A rule as it stands with the subject. */
export type JudgedRule =
  | (Said & { readonly holds: true })
  | (Said & {
      readonly holds: false;
      /** What would make it hold. */
      readonly change: string;
      /** Who goes unserved in these flows. */
      readonly denies: "everybody" | "some";
      readonly flows: readonly RowFlow[];
    });

export interface Judgement {
  readonly subject: string;
  readonly edition: EditionId;
  readonly verdict: CoverageVerdict;
  readonly rules: readonly JudgedRule[];
  /** Whose sign-in it is about: of users each session counts, too. */
  readonly identities: "users" | "workloads";
}

/** Where the documents disagree, which of them is believed. Source: `docs/sources.md#i`, 1 to 3 and 11. */
export interface Switches extends PolicySwitches {
  /** Tables and the text around them, on 21Vianet and on applications such as Workday. */
  readonly believe: "table" | "text";
}

/** On policies as the simulated backup has it (`directory/settings.ts`), so that answer and run agree. */
export const defaultSwitches: Switches = {
  signInFrequency: "extend",
  authenticationStrengths: "ignore",
  believe: "table",
};

/** Protected when every flow serves everybody, not when no flow serves anybody. */
export function coverageVerdictOf(
  flows: readonly RowFlow[],
  rules: readonly JudgedRule[],
): CoverageVerdict {
  const served = flows.map((flow) => servedBy(flow, rules));
  if (served.every((who) => who === "everybody")) return "protected";
  return served.every((who) => who === "nobody") ? "not" : "partly";
}

function servedBy(flow: RowFlow, rules: readonly JudgedRule[]): "everybody" | "some" | "nobody" {
  const denials = rules.flatMap((rule) =>
    !rule.holds && rule.flows.includes(flow) ? [rule.denies] : [],
  );
  if (denials.includes("everybody")) return "nobody";
  return denials.length > 0 ? "some" : "everybody";
}

/** The answer as `coverage --json` prints it. A rule that does not hold says what to change, too. */
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

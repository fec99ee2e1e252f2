/**
 * What changed in resilience from one version of a client to the next: rule by rule, and in what
 * people noticed. Two runs of one scenario with one seed are compared, so that the version is all
 * that differs; where a version did not play a scenario, the version before it is compared.
 */
import type { Verdict } from "../../rules/rule.ts";
import type { UserImpact, VersionResult } from "./version-result.ts";

/** The results of a version by scenario. */
export interface ResultsByScenario {
  readonly version: string;
  readonly results: ReadonlyMap<string, VersionResult>;
}

/**
 * `better`: a failure became a pass. `worse`: a pass became a failure. A failure can also appear
 * where the rule had nothing to judge (`appeared`), or be gone together with what it judged
 * (`gone`); and an asserted rule can pass where it had nothing to judge (`seen`), or have nothing
 * to judge any more (`unseen`). Those four say that the versions differ, but not which one is
 * better: a version that fails altogether gives many rules nothing to judge.
 */
export type Direction = "better" | "worse" | "appeared" | "gone" | "seen" | "unseen";

/** One side of a difference. */
export interface Side {
  readonly version: string;
  readonly verdict: Verdict;
  readonly message: string;
  readonly felt: UserImpact;
  readonly journal: string;
}

/** The verdict of a rule on a scenario is another from `after.version` on. */
export interface RuleChange {
  readonly rule: string;
  readonly scenario: string;
  readonly direction: Direction;
  readonly before: Side;
  readonly after: Side;
}

/** People noticed something else of a scenario from `after.version` on. */
export interface ImpactChange {
  readonly scenario: string;
  readonly before: Omit<Side, "verdict" | "message">;
  readonly after: Omit<Side, "verdict" | "message">;
}

/** Every difference in the verdicts of rules, in the order of the versions and then of the scenarios; `versions` are oldest first. */
export function ruleChanges(versions: readonly ResultsByScenario[]): readonly RuleChange[] {
  return neighbours(versions).flatMap(([before, after]) =>
    after.run.verdicts.flatMap((now) => {
      const was = before.run.verdicts.find(({ rule }) => rule === now.rule);
      if (was === undefined || was.verdict === now.verdict) return [];
      const counts = was.verdict === "fail" || now.verdict === "fail" || now.asserted === true;
      if (!counts) return [];
      const { rule } = now;
      const { scenario } = after.run;
      const side = ({ version, run }: At, { verdict, message }: typeof now): Side => {
        const { felt, journal } = run;
        return { version, verdict, message, felt, journal };
      };
      return [
        {
          rule,
          scenario,
          direction: directionOf(was.verdict, now.verdict),
          before: side(before, was),
          after: side(after, now),
        },
      ];
    }),
  );
}

/** Every difference in how many calls failed or were given up, and in sign-ins that only the outage asked for. */
export function impactChanges(versions: readonly ResultsByScenario[]): readonly ImpactChange[] {
  return neighbours(versions).flatMap(([before, after]) => {
    if (sumOf(before.run.felt) === sumOf(after.run.felt)) return [];
    const side = ({ version, run: { felt, journal } }: At) => ({ version, felt, journal });
    return [{ scenario: after.run.scenario, before: side(before), after: side(after) }];
  });
}

interface At {
  readonly version: string;
  readonly run: VersionResult;
}

/** Each run with that of the same scenario in the last version before it that played it. */
function neighbours(versions: readonly ResultsByScenario[]): readonly (readonly [At, At])[] {
  const last = new Map<string, At>();
  return versions.flatMap(({ version, results }) =>
    [...results].flatMap(([scenario, run]) => {
      const before = last.get(scenario);
      const after: At = { version, run };
      last.set(scenario, after);
      return before === undefined ? [] : [[before, after] as const];
    }),
  );
}

function directionOf(was: Verdict, now: Verdict): Direction {
  switch (now) {
    case "fail":
      return was === "pass" ? "worse" : "appeared";
    case "pass":
      return was === "fail" ? "better" : "seen";
    case "inconclusive":
      return was === "fail" ? "gone" : "unseen";
  }
}

function sumOf({ operations, cost }: UserImpact): string {
  return [operations.fail, operations.unknown, cost.promptsCaused].join(" ");
}

/** A run with one version of a client, reduced to what versions are compared by. */
import type { Cost } from "../model/cost.ts";
import type { Verdict } from "../../rules/rule.ts";
import { kindsOfFailure } from "../../rules/failure-kinds.ts";
import { isRepeated, mustConclude } from "../../rules/rules.ts";
import { resultOf } from "../model/build-results.ts";
import type { JudgedRun, RunResult } from "../model/results.ts";

/** The verdict of one rule on a run. */
export interface RuleVerdict {
  readonly rule: string;
  readonly verdict: Verdict;
  readonly message: string;
  /** The scenario asserts the rule, or it is an unmet precondition, so that "inconclusive" counts, too. */
  readonly asserted?: true;
}

/** A way in which a run broke a rule. */
export interface ShownKind {
  readonly rule: string;
  /** The id of a kind (`harness/rules/failure-kinds.ts`), or of the rule itself. */
  readonly kind: string;
}

/** What the people behind an application noticed of a run. */
export interface UserImpact {
  readonly operations: RunResult["operations"];
  readonly cost: Cost;
}

/** What one version made of one scenario. */
export interface VersionResult {
  readonly scenario: string;
  readonly result: RunResult;
  /** Of every rule, but for a failure that another rule counts as well. */
  readonly verdicts: readonly RuleVerdict[];
  /** How rules were broken, but for what the scenario breaks on purpose. */
  readonly kinds: readonly ShownKind[];
  readonly felt: UserImpact;
  /** Where its journal is, relative to the output folder, with slashes. */
  readonly journal: string;
}

/** A judged run, without its history. */
export function versionResultOf(run: JudgedRun, journal: string): VersionResult {
  const { header } = run.history;
  const result = resultOf(run, { baseline: [], quarantine: [] });
  return {
    scenario: header.scenario,
    result,
    verdicts: run.findings
      .filter((finding) => !isRepeated(finding, run.findings))
      .map(({ rule, verdict, message }) => ({
        rule,
        verdict,
        message,
        ...(mustConclude(run.history, rule) ? { asserted: true as const } : {}),
      })),
    kinds: kindsOfFailure(
      run.history,
      result.findings.filter(({ baseline }) => baseline !== "expected"),
    ),
    felt: { operations: result.operations, cost: result.cost },
    journal,
  };
}

/** A run with one version of a client, as far as versions are compared by it. */
import type { Cost } from "../model/cost.ts";
import type { Verdict } from "../../rules/rule.ts";
import { type JudgedRun, type RunResult, resultOf } from "../model/results.ts";

/** What one rule said of a run. */
export interface Said {
  readonly rule: string;
  readonly verdict: Verdict;
  readonly message: string;
  /** The scenario asserts it: that it came to no conclusion counts, too. */
  readonly asserted?: true;
}

/** What the people behind an application felt of a run. */
export interface Felt {
  readonly operations: RunResult["operations"];
  readonly cost: Cost;
}

export interface Played {
  readonly scenario: string;
  readonly result: RunResult;
  /** Of every rule. */
  readonly said: readonly Said[];
  readonly felt: Felt;
  /** Where its journal is, relative to the output folder, with slashes. */
  readonly journal: string;
}

/** A judged run, without its history. */
export function playedOf(run: JudgedRun, journal: string): Played {
  const { header } = run.history;
  const result = resultOf(run, { baseline: [], quarantine: [] });
  return {
    scenario: header.scenario,
    result,
    said: run.findings.map(({ rule, verdict, message }) => ({
      rule,
      verdict,
      message,
      ...(header.asserts.includes(rule) ? { asserted: true as const } : {}),
    })),
    felt: { operations: result.operations, cost: result.cost },
    journal,
  };
}

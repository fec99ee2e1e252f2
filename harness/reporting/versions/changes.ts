/**
 * What changed in resilience from one version of a client to the next: rule by rule, and in what
 * people felt. Two runs of one scenario with one seed are compared, so that the version is all
 * that differs; where a version did not play a scenario, the one before it is compared.
 */
import type { Verdict } from "../../rules/rule.ts";
import type { Felt, Played } from "./played.ts";

/** What a version played, by scenario. */
export interface VersionRuns {
  readonly version: string;
  readonly played: ReadonlyMap<string, Played>;
}

/**
 * Better: a failure became a pass. Worse: the opposite. A failure can also appear where the rule had
 * nothing to judge, or be gone together with what it judged; and an asserted rule can pass where
 * it had seen nothing, or see nothing any more. Those say that the versions differ, and not which
 * one is better: a version that fails altogether gives many rules nothing to judge.
 */
export type Direction = "better" | "worse" | "appeared" | "gone" | "seen" | "unseen";

/** One side of a difference. */
export interface Side {
  readonly version: string;
  readonly verdict: Verdict;
  readonly message: string;
  readonly felt: Felt;
  readonly journal: string;
}

/** A rule says something else of a scenario from `after.version` on. */
export interface RuleChange {
  readonly rule: string;
  readonly scenario: string;
  readonly direction: Direction;
  readonly before: Side;
  readonly after: Side;
}

/** People felt something else of a scenario from `after.version` on. */
export interface FeltChange {
  readonly scenario: string;
  readonly before: Omit<Side, "verdict" | "message">;
  readonly after: Omit<Side, "verdict" | "message">;
}

/** Every difference in what rules said, in the order of the versions and then of the scenarios; `versions` are oldest first. */
export function ruleChanges(versions: readonly VersionRuns[]): readonly RuleChange[] {
  return neighbours(versions).flatMap(([before, after]) =>
    after.run.said.flatMap((now) => {
      const was = before.run.said.find(({ rule }) => rule === now.rule);
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
export function feltChanges(versions: readonly VersionRuns[]): readonly FeltChange[] {
  return neighbours(versions).flatMap(([before, after]) => {
    if (sumOf(before.run.felt) === sumOf(after.run.felt)) return [];
    const side = ({ version, run: { felt, journal } }: At) => ({ version, felt, journal });
    return [{ scenario: after.run.scenario, before: side(before), after: side(after) }];
  });
}

interface At {
  readonly version: string;
  readonly run: Played;
}

/** Each run with that of the same scenario in the last version before it that played it. */
function neighbours(versions: readonly VersionRuns[]): readonly (readonly [At, At])[] {
  const last = new Map<string, At>();
  return versions.flatMap(({ version, played }) =>
    [...played].flatMap(([scenario, run]) => {
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

function sumOf({ operations, cost }: Felt): string {
  return [operations.fail, operations.unknown, cost.promptsCaused].join(" ");
}

/** Counts judged runs and compares them with the baseline and the quarantine: pure. */
import { exchangesOf, operationsOf } from "../../rules/model/exchanges.ts";
import { flowOutcomeOf } from "../../rules/model/flow-outcome.ts";
import { hasSucceeded } from "../../rules/model/success.ts";
import type { Verdict } from "../../rules/rule.ts";
import { type Finding, isRepeated, mustConclude, verdictOf } from "../../rules/rules.ts";
import type { ExchangeEnded, History } from "../../history/event.ts";
import type { ExpectedFailure } from "../../history/header.ts";
import { type BaselineEntry, isForRun, knows } from "./baseline.ts";
import { costOf, highestCosts } from "./cost.ts";
import { coversEntry, type QuarantineEntry } from "./quarantine.ts";
import { seenIn } from "./quarantine-seen.ts";
import { availabilityOf, scoresOf } from "./score.ts";
import {
  type ComparedFinding,
  type FailedRun,
  isUnexpected,
  type JudgedRun,
  type MissingShard,
  type Results,
  type RunResult,
} from "./results.ts";

/** What a session is apart from its runs. */
interface SessionFacts {
  readonly seed: string;
  readonly brownout: string;
  readonly failures?: readonly FailedRun[];
  readonly quarantine?: readonly QuarantineEntry[];
  readonly missing?: readonly MissingShard[];
}

/** The results of runs, counted and compared with the baseline; the order of `runs` is kept. */
export function buildResults(
  runs: readonly JudgedRun[],
  baseline: readonly BaselineEntry[],
  session: SessionFacts,
): Results {
  const { quarantine = [] } = session;
  const results = runs.map((run) => resultOf(run, { baseline, quarantine }));
  const fixed = baseline.filter(
    (entry) => isFixed(entry, runs) && !quarantine.some((one) => coversEntry(one, entry)),
  );
  return countResults(results, { ...session, fixed });
}

/** The results of runs that are compared already; their order is kept. */
export function countResults(
  results: readonly RunResult[],
  session: SessionFacts & { readonly fixed?: readonly BaselineEntry[] },
): Results {
  const { seed, brownout, failures = [], quarantine = [], fixed = [], missing = [] } = session;
  const scores = scoresOf(results);
  const count = (verdict: Verdict): number =>
    results.filter((run) => run.verdict === verdict).length;
  return {
    schema: "brownout/results/1",
    seed,
    brownout,
    totals: {
      runs: results.length,
      pass: count("pass"),
      fail: count("fail"),
      inconclusive: count("inconclusive"),
      unexpected: results.flatMap(({ findings }) =>
        findings.filter((finding) => finding.verdict === "fail" && isUnexpected(finding)),
      ).length,
      fixed: fixed.length,
      simulatedMs: results.reduce((sum, run) => sum + run.simulatedMs, 0),
      cost: highestCosts(results.map(({ cost }) => cost)),
    },
    runs: results,
    ...(scores.length === 0 ? {} : { scores }),
    ...(fixed.length === 0 ? {} : { fixed }),
    ...(quarantine.length === 0
      ? {}
      : { quarantine: quarantine.map((entry) => seenIn(results, entry)) }),
    ...(failures.length === 0 ? {} : { failures }),
    ...(missing.length === 0 ? {} : { missing }),
  };
}

/** The findings that count: failures, and asserted rules and preconditions that were inconclusive. */
function findingsThatCount({ history, findings }: JudgedRun): readonly Finding[] {
  const { expects = [] } = history.header;
  const unseen = expects.filter((one) => !findings.some((finding) => isExpected(finding, [one])));
  return [
    ...findings
      .filter(
        ({ rule, verdict }) =>
          verdict === "fail" || (verdict === "inconclusive" && mustConclude(history, rule)),
      )
      .filter((finding) => !isRepeated(finding, findings)),
    ...unseen.flatMap((one) => keptInstead(one, findings)),
  ];
}

/** Whether a finding is one that the scenario causes on purpose. */
function isExpected(
  { rule, verdict, message }: Finding,
  expects: readonly ExpectedFailure[],
): boolean {
  return (
    verdict === "fail" &&
    expects.some((one) => one.rule === rule && message.includes(one.saying ?? ""))
  );
}

/** The scenario no longer shows what it is for: nothing is proved. A rule that failed in another way is a finding already. */
function keptInstead({ rule, because }: ExpectedFailure, findings: readonly Finding[]): Finding[] {
  const found = findings.find((finding) => finding.rule === rule);
  if (found === undefined || found.verdict === "fail") return [];
  const message = `The scenario expects this rule to fail, and it did not (${because}) The rule says: ${found.message}`;
  return [{ ...found, verdict: "inconclusive", message }];
}

/** One run, counted and compared. */
export function resultOf(
  run: JudgedRun,
  {
    baseline,
    quarantine,
  }: {
    readonly baseline: readonly BaselineEntry[];
    readonly quarantine: readonly QuarantineEntry[];
  },
): RunResult {
  const { header } = run.history;
  const findings = findingsThatCount(run).map((finding): ComparedFinding => {
    const { rule, verdict, message, evidence, source } = finding;
    const isKnown = baseline.some((entry) => knows(entry, header, finding));
    const other = baseline.find((entry) => knows(entry, header, { rule, verdict }));
    const knownAs = isKnown ? undefined : other?.message;
    const control = verdict === "fail" ? run.controls?.[rule] : undefined;
    const isListed = quarantine.some((entry) => isForRun(entry, header) && entry.rule === rule);
    return {
      rule,
      verdict,
      message,
      evidence,
      source,
      baseline: isExpected(finding, header.expects ?? []) ? "expected" : isKnown ? "known" : "new",
      ...(knownAs === undefined ? {} : { knownAs }),
      ...(isListed ? { quarantined: true as const } : {}),
      ...(control === undefined ? {} : { control }),
    };
  });
  const ended = exchangesOf(run.history).flatMap((exchange) => exchange.ended ?? []);
  const served = (by: ExchangeEnded["servedBy"]): number =>
    ended.filter((event) => event.servedBy === by).length;
  return {
    scenario: header.scenario,
    client: { name: header.client.name, version: header.client.version },
    mount: header.mount,
    verdict: verdictOf(findings),
    expected: findings.every((finding) => !isUnexpected(finding)),
    operations: outcomesOf(run.history),
    requests: { primary: served("primary"), backup: served("backup"), refused: served("edge") },
    simulatedMs: run.simulatedMs,
    findings,
    ...unseenOf(run, findings),
    cost: costOf(run.history),
    ...availabilityIn(run.history),
    ...rowOf(run.history),
    ...(header.side === undefined ? {} : { side: header.side }),
  };
}

/** How many calls got what they were for, failed or ended without it, or did not end. */
function outcomesOf(history: History): RunResult["operations"] {
  const completed = operationsOf(history).filter((call) => call.completed !== undefined);
  const ok = completed.filter((call) => hasSucceeded(history, call)).length;
  const unknown = completed.filter((call) => call.completed?.outcome === "unknown").length;
  return { ok, fail: completed.length - ok - unknown, unknown };
}

function unseenOf(
  { findings }: JudgedRun,
  counting: readonly ComparedFinding[],
): Pick<RunResult, "unseen"> {
  const counted = new Set(counting.map(({ rule }) => rule));
  const unseen = findings
    .filter(({ rule, verdict }) => verdict === "inconclusive" && !counted.has(rule))
    .map(({ rule }) => rule);
  return unseen.length === 0 ? {} : { unseen };
}

function availabilityIn(history: History): Pick<RunResult, "availability"> {
  const availability = availabilityOf(history);
  return availability === undefined ? {} : { availability };
}

function rowOf(history: History): Pick<RunResult, "row"> {
  const found = flowOutcomeOf(history);
  return "missing" in found ? {} : { row: found.outcome };
}

/** Fixed is what was run again and passed; a rule that had nothing to judge this time is not. */
function isFixed(entry: BaselineEntry, runs: readonly JudgedRun[]): boolean {
  const again = runs.filter(({ history }) => isForRun(entry, history.header));
  return (
    again.length > 0 &&
    again.every(({ findings }) =>
      findings.some(({ rule, verdict }) => rule === entry.rule && verdict === "pass"),
    )
  );
}

/**
 * What a session of runs came to, as plain data: every report is made from it, and
 * `results.json` is it. Runs are judged before they get here; here they are counted and
 * compared with the baseline. Nothing in it depends on the wall clock.
 */
import type { Verdict } from "../../rules/rule.ts";
import { type FlowOutcome, flowOutcomeOf } from "../../rules/model/flow-outcome.ts";
import { type Cost, costOf, sumOfCosts } from "./cost.ts";
import { exchangesOf } from "../../rules/model/exchanges.ts";
import { type Finding, verdictOf } from "../../rules/rules.ts";
import type { ExchangeEnded, History, OperationCompleted } from "../../history/event.ts";
import { type BaselineEntry, isForRun, knows } from "./baseline.ts";
import { coversEntry, type QuarantineEntry, type QuarantineSeen, seenIn } from "./quarantine.ts";

/** A run with what the rules said of it. */
export interface JudgedRun {
  readonly history: History;
  readonly simulatedMs: number;
  /** Of every rule, those that passed too. */
  readonly findings: readonly Finding[];
}

/** A run that the harness itself did not bring to its end. */
export interface FailedRun {
  readonly scenario: string;
  readonly client: string;
  readonly mount: string;
  readonly code: string;
  readonly message: string;
  readonly place?: string;
  readonly hint?: string;
}

export interface ComparedFinding extends Finding {
  readonly baseline: "known" | "new";
  /** What the baseline knows of this rule here, where that is something else. */
  readonly knownAs?: string;
  /** The quarantine list has it: it comes and goes, and turns nothing red. */
  readonly quarantined?: true;
}

export interface RunResult {
  readonly scenario: string;
  readonly client: { readonly name: string; readonly version: string };
  readonly mount: string;
  readonly verdict: Verdict;
  /** The baseline or the quarantine knows every finding. */
  readonly expected: boolean;
  readonly operations: { readonly ok: number; readonly fail: number; readonly unknown: number };
  /** By who answered; `refused` never got past the edge. */
  readonly requests: {
    readonly primary: number;
    readonly backup: number;
    readonly refused: number;
  };
  readonly simulatedMs: number;
  /** Rules that failed, and asserted rules that came to no conclusion. */
  readonly findings: readonly ComparedFinding[];
  /** Ids of the other rules that came to no conclusion: they do not hold, they say nothing. Absent when there are none. */
  readonly unseen?: readonly string[];
  /** What it cost the people behind the application. */
  readonly cost: Cost;
  /** What the application got in the outage, when it stands for a row of the backup system's flow table. */
  readonly row?: FlowOutcome;
}

/** `results.json`. `fixed`, `quarantine` and `failures` are only there when there are any. */
export interface Results {
  readonly schema: "brownout/results/1";
  readonly seed: string;
  readonly brownout: string;
  readonly totals: {
    readonly runs: number;
    readonly pass: number;
    readonly fail: number;
    readonly inconclusive: number;
    /** Failures that the baseline does not know. */
    readonly unexpected: number;
    /** Entries of the baseline whose rule now passes. */
    readonly fixed: number;
    readonly simulatedMs: number;
    /** Of all runs, added up. */
    readonly cost: Cost;
  };
  readonly runs: readonly RunResult[];
  readonly fixed?: readonly BaselineEntry[];
  /** What comes and goes, and what it did this time. */
  readonly quarantine?: readonly QuarantineSeen[];
  readonly failures?: readonly FailedRun[];
}

/** What the results say of the session beside its runs. */
interface SessionFacts {
  readonly seed: string;
  readonly brownout: string;
  readonly failures?: readonly FailedRun[];
  readonly quarantine?: readonly QuarantineEntry[];
}

/** Counts and compares; the order of `runs` is kept. */
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

/** `results.json` of runs that are judged and compared already; their order is kept. */
export function countResults(
  results: readonly RunResult[],
  session: SessionFacts & { readonly fixed?: readonly BaselineEntry[] },
): Results {
  const { seed, brownout, failures = [], quarantine = [], fixed = [] } = session;
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
      cost: sumOfCosts(results.map(({ cost }) => cost)),
    },
    runs: results,
    ...(fixed.length === 0 ? {} : { fixed }),
    ...(quarantine.length === 0
      ? {}
      : { quarantine: quarantine.map((entry) => seenIn(results, entry)) }),
    ...(failures.length === 0 ? {} : { failures }),
  };
}

/** The text of `results.json`. */
export function writeResults(results: Results): string {
  return `${JSON.stringify(results, null, 2)}\n`;
}

/** Whether neither the baseline nor the quarantine knows a finding. */
export function isUnexpected({ baseline, quarantined }: ComparedFinding): boolean {
  return baseline === "new" && quarantined === undefined;
}

/** Whether the quarantine alone knows a finding. */
export function isQuarantined({ baseline, quarantined }: ComparedFinding): boolean {
  return baseline === "new" && quarantined !== undefined;
}

/** What counts of what the rules said: failures, and asserted rules without a conclusion. */
function findingsThatCount({ history, findings }: JudgedRun): readonly Finding[] {
  const { asserts } = history.header;
  return findings.filter(
    ({ rule, verdict }) =>
      verdict === "fail" || (verdict === "inconclusive" && asserts.includes(rule)),
  );
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
  const { header, events } = run.history;
  const findings = findingsThatCount(run).map((finding): ComparedFinding => {
    const { rule, verdict, message, evidence, source } = finding;
    const isKnown = baseline.some((entry) => knows(entry, header, finding));
    const other = baseline.find((entry) => knows(entry, header, { rule, verdict }));
    const knownAs = isKnown ? undefined : other?.message;
    const isListed = quarantine.some((entry) => isForRun(entry, header) && entry.rule === rule);
    return {
      rule,
      verdict,
      message,
      evidence,
      source,
      baseline: isKnown ? "known" : "new",
      ...(knownAs === undefined ? {} : { knownAs }),
      ...(isListed ? { quarantined: true as const } : {}),
    };
  });
  const completed = events.filter((event) => event.kind === "operation-completed");
  const ended = exchangesOf(run.history).flatMap((exchange) => exchange.ended ?? []);
  const outcomes = (outcome: OperationCompleted["outcome"]): number =>
    completed.filter((event) => event.outcome === outcome).length;
  const served = (by: ExchangeEnded["servedBy"]): number =>
    ended.filter((event) => event.servedBy === by).length;
  return {
    scenario: header.scenario,
    client: { name: header.client.name, version: header.client.version },
    mount: header.mount,
    verdict: verdictOf(findings),
    expected: findings.every((finding) => !isUnexpected(finding)),
    operations: { ok: outcomes("ok"), fail: outcomes("fail"), unknown: outcomes("unknown") },
    requests: { primary: served("primary"), backup: served("backup"), refused: served("edge") },
    simulatedMs: run.simulatedMs,
    findings,
    ...unseenOf(run, findings),
    cost: costOf(run.history),
    ...rowOf(run.history),
  };
}

function unseenOf(
  { findings }: JudgedRun,
  counting: readonly ComparedFinding[],
): Pick<RunResult, "unseen"> {
  const told = new Set(counting.map(({ rule }) => rule));
  const unseen = findings
    .filter(({ rule, verdict }) => verdict === "inconclusive" && !told.has(rule))
    .map(({ rule }) => rule);
  return unseen.length === 0 ? {} : { unseen };
}

function rowOf(history: History): Pick<RunResult, "row"> {
  const found = flowOutcomeOf(history);
  return "missing" in found ? {} : { row: found.outcome };
}

/** Fixed is what was run again and passed; a rule that saw nothing this time fixes nothing. */
function isFixed(entry: BaselineEntry, runs: readonly JudgedRun[]): boolean {
  const again = runs.filter(({ history }) => isForRun(entry, history.header));
  return (
    again.length > 0 &&
    again.every(({ findings }) =>
      findings.some(({ rule, verdict }) => rule === entry.rule && verdict === "pass"),
    )
  );
}

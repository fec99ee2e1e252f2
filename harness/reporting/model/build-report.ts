/** Builds the model that every report renders, from the runs of a session: pure. */
import { rules as allRules } from "../../rules/rules.ts";
import type { Rule } from "../../rules/rule.ts";
import type { BaselineEntry } from "./baseline.ts";
import { costLine } from "./cost-text.ts";
import { entryNotes, type ProjectEntries } from "./entry-notes.ts";
import { flowTable } from "./flow-table.ts";
import {
  brokenRuns,
  cutShortGroups,
  heldGroups,
  inconclusiveRuns,
  knownGroups,
  relaunchedRuns,
} from "./groups.ts";
import { quarantineLines } from "./quarantine-seen.ts";
import type { QuarantineEntry } from "./quarantine.ts";
import type { ReportModel, RuleText, RunReport } from "./report-model.ts";
import { buildResults } from "./build-results.ts";
import { type FailedRun, isCutShort, type MissingShard, type Results } from "./results.ts";
import { runIds } from "./run-ids.ts";
import { given, referenceTo, type ReportedRun, runReport } from "./run-report.ts";
import { scenarioTable } from "./scenario-table.ts";
import { sideTables } from "./side-table.ts";
import { scoreText } from "./score.ts";
import { sessionStanding } from "./standing.ts";
import { headline, totalsOf, totalsText } from "./totals.ts";

/** What a session is apart from its runs. */
export interface ReportedSession {
  readonly seed: string;
  /** The version that judged the runs. */
  readonly brownout: string;
  readonly baseline: readonly BaselineEntry[];
  /** Default: none. */
  readonly quarantine?: readonly QuarantineEntry[];
  /** Runs without a history: what the harness could not finish, or a signal cut short. Default: none. */
  readonly failures?: readonly FailedRun[];
  /** Shards without results. Default: none. */
  readonly missing?: readonly MissingShard[];
  /** What a project accepts; absent for a part of a run, which cannot know what the others match. */
  readonly entries?: ProjectEntries;
  /** What is known of rules. Default: the rules of Brownout. */
  readonly rules?: readonly Pick<Rule, "id" | "says" | "fix">[];
}

/**
 * Counts the runs, compares them with the baseline and the quarantine, and groups what a reader
 * wants to know. The order of the runs is kept; the same input gives the same model.
 *
 * @example
 * const model = buildReport([{ run: judgeRun(history) }], { seed: "1", brownout, baseline: [] });
 * writeFileSync("summary.md", writeSummary(model));
 */
export function buildReport(
  reported: readonly ReportedRun[],
  session: ReportedSession,
): ReportModel {
  const { baseline, brownout, seed } = session;
  const results = buildResults(
    reported.map(({ run }) => run),
    baseline,
    session,
  );
  const ids = runIds(results.runs);
  const runs = reported.flatMap((one, index) => {
    const result = results.runs[index];
    if (result === undefined) return [];
    return [runReport(one, { ...session, id: ids.get(result) ?? "", result })];
  });
  const rules = ruleTexts(runs, session.rules ?? allRules);
  const totals = totalsOf(results);
  const failures = results.failures ?? [];
  const own = failures.filter((failure) => !isCutShort(failure));
  return {
    brownout,
    seed,
    standing: sessionStanding(results),
    headline: headline(results),
    totalsText: totalsText(totals, seed),
    totals,
    scoreTexts: (results.scores ?? []).map(scoreText),
    ...given("costText", costLine(results)),
    startedAt: firstStart(reported),
    runs,
    rules,
    broken: brokenRuns(runs),
    inconclusive: inconclusiveRuns(runs),
    held: heldGroups(runs, rules),
    known: knownGroups(runs, "known"),
    expected: knownGroups(runs, "expected"),
    fixed: results.fixed ?? [],
    quarantine: quarantineLines(results),
    entryNotes: entryNotes(results.runs, session.entries),
    failures: own,
    cutShort: cutShortGroups(failures.filter(isCutShort)),
    relaunched: relaunchedRuns(runs),
    scenarios: scenarioTable(runs, own),
    ...given("flows", flowsOf(results, runs)),
    sides: sideTables(results.runs),
    results,
    histories: new Map(runs.flatMap(({ id }, index) => historyOf(id, reported[index]))),
  };
}

function historyOf(id: string, reported: ReportedRun | undefined) {
  return reported === undefined ? [] : [[id, reported.run.history] as const];
}

function firstStart(reported: readonly ReportedRun[]): number {
  const starts = reported.map(({ run }) => run.history.header.startedAt);
  return starts.length === 0 ? 0 : starts.reduce((first, at) => Math.min(first, at));
}

/** Of the rules that the findings and the held rules name, in the order of their ids. */
function ruleTexts(
  runs: readonly RunReport[],
  rules: readonly Pick<Rule, "id" | "says" | "fix">[],
): Readonly<Record<string, RuleText>> {
  const ids = runs.flatMap(({ findings, held }) => [...findings.map(({ rule }) => rule), ...held]);
  return Object.fromEntries(
    [...new Set(ids)].sort().map((id) => {
      const rule = rules.find((one) => one.id === id);
      return [id, { ...given("says", rule?.says), ...given("fix", rule?.fix) }];
    }),
  );
}

function flowsOf(results: Results, runs: readonly RunReport[]) {
  return flowTable(
    results.runs.flatMap(({ row }, index) => {
      const run = runs[index];
      return row === undefined || run === undefined ? [] : [{ run: referenceTo(run), row }];
    }),
  );
}

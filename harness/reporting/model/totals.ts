/** The two sentences with which every report for people begins. */
import { formatDuration } from "../../core/time/duration.ts";
import { isQuarantined, type MissingShard, type Results } from "./results.ts";
import type { ReportTotals } from "./report-model.ts";
import { sessionStanding } from "./standing.ts";
import { count } from "./wording.ts";

/** The totals of `results.json` with the findings that the baseline and the quarantine account for. */
export function totalsOf({ totals, runs }: Results): ReportTotals {
  const findings = runs.flatMap((run) => run.findings);
  return {
    ...totals,
    known: findings.filter(({ baseline }) => baseline === "known").length,
    expected: findings.filter(({ baseline }) => baseline === "expected").length,
    quarantined: findings.filter(isQuarantined).length,
  };
}

/** The outcome in a few words. */
export function headline(results: Results): string {
  const { totals, runs, failures = [], missing = [] } = results;
  switch (sessionStanding(results)) {
    case "not finished":
      return [
        ...(missing.length === 0 ? [] : [`partial without ${missing.map(shardName).join(", ")}`]),
        ...(failures.length === 0 ? [] : [`${count(failures.length, "run")} not finished`]),
        // What was found is no less true.
        ...(totals.unexpected === 0 ? [] : [count(totals.unexpected, "unexpected finding")]),
      ].join(", ");
    case "unexpected":
      return count(totals.unexpected, "unexpected finding");
    case "inconclusive":
      return `${count(runs.filter((run) => !run.expected).length, "run")} inconclusive`;
    case "expected":
      return unchanged(totalsOf(results).known);
  }
}

function shardName({ part, of }: MissingShard): string {
  return `shard ${part}/${of}`;
}

function unchanged(known: number): string {
  if (known === 0) return "as expected";
  return `no change: ${known} known ${known === 1 ? "weakness" : "weaknesses"}`;
}

/** Runs, verdicts and how they compare with the baseline, in one sentence. */
export function totalsText(totals: ReportTotals, seed: string): string {
  const { runs, pass, fail, inconclusive, unexpected, known, expected, fixed, quarantined } =
    totals;
  const verdicts = `${pass} pass, ${fail} fail, ${inconclusive} inconclusive`;
  const compared = [
    `${unexpected} unexpected, ${known} known, ${fixed} fixed`,
    ...(expected === 0 ? [] : [`${expected} expected by the scenario`]),
    ...(quarantined === 0 ? [] : [`${quarantined} in quarantine`]),
  ].join(", ");
  const simulated = formatDuration(totals.simulatedMs);
  // The HAR of another tool has no seed.
  const seeded = seed === "" ? "" : `, seed ${seed}`;
  return `${count(runs, "run")} over ${simulated} of simulated time${seeded}: ${verdicts}. Findings: ${compared}.`;
}

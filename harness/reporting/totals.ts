/** The two sentences with which every report for people begins. */
import { formatDuration } from "../core/time/duration.ts";
import { type FailedRun, isQuarantined, type Results } from "./results.ts";

/** The outcome in a few words. */
export function headline({ totals, runs, failures = [] }: Results): string {
  if (failures.length > 0) return `${count(failures.length, "run")} not finished`;
  if (totals.unexpected > 0) return `${count(totals.unexpected, "unexpected finding")}`;
  const open = runs.filter((run) => !run.expected).length;
  if (open > 0) return `${count(open, "run")} inconclusive`;
  return "as expected";
}

/** Runs, verdicts and how they compare with the baseline. */
export function totalsLine({ totals, runs, seed }: Results): string {
  const all = runs.flatMap(({ findings }) => findings);
  const known = all.filter(({ baseline }) => baseline === "known");
  const kept = all.filter(isQuarantined);
  const verdicts = `${totals.pass} pass, ${totals.fail} fail, ${totals.inconclusive} inconclusive`;
  const compared = `${totals.unexpected} unexpected, ${known.length} known, ${totals.fixed} fixed${kept.length === 0 ? "" : `, ${kept.length} in quarantine`}`;
  const simulated = formatDuration(totals.simulatedMs);
  // A HAR of another tool has none.
  const seeded = seed === "" ? "" : `, seed ${seed}`;
  return `${count(totals.runs, "run")} over ${simulated} of simulated time${seeded}: ${verdicts}. Findings: ${compared}.`;
}

/** Runs that failed by themselves, apart from those that Ctrl-C only cut short. */
export function splitFailures({ failures = [] }: Results): {
  readonly own: readonly FailedRun[];
  readonly interrupted: readonly FailedRun[];
} {
  return {
    own: failures.filter(({ code }) => code !== "interrupted"),
    interrupted: failures.filter(({ code }) => code === "interrupted"),
  };
}

/** `1 run`, `2 runs`. */
export function count(figure: number, noun: string): string {
  return `${figure} ${noun}${figure === 1 ? "" : "s"}`;
}

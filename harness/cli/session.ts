/**
 * The runs of one session as they come back: each journal is read, judged and printed at once,
 * so that what is finished stays complete when a later run goes wrong.
 */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { toHar } from "../history/har.ts";
import { parseJournal } from "../history/journal.ts";
import type { BaselineEntry } from "../reporting/model/baseline.ts";
import type { ProjectEntries } from "../reporting/model/entry-notes.ts";
import { resultOf } from "../reporting/model/build-results.ts";
import { buildReport } from "../reporting/model/build-report.ts";
import { judgeRun } from "../reporting/model/judge-run.ts";
import type { ReportModel } from "../reporting/model/report-model.ts";
import type { Control } from "../reporting/model/control.ts";
import { type FailedRun, isCutShort, isUnexpected } from "../reporting/model/results.ts";
import type { TimedRun } from "../reporting/model/run-facts.ts";
import type { ReportedRun } from "../reporting/model/run-report.ts";
import { failedRunLine, type Paint, runLine } from "../reporting/formats/terminal.ts";
import { writeWhole } from "../reporting/files/write-whole.ts";
import { brownoutVersion } from "../core/version.ts";
import type { ToControl } from "./control/play-controls.ts";
import type { RunFailure, RunReply } from "./worker/protocol.ts";
import { timedRun } from "./facts/session-facts.ts";
import { failureOf, withoutStack } from "./failure.ts";
import { commandToReplay } from "./command-name.ts";
import type { Plan, PlannedRun } from "./plan.ts";

/** A session while its runs come back. */
export interface Session {
  /** Takes the reply for the run with this index of the plan; returns the line to print for it, if it needs one. */
  readonly take: (reply: RunReply, index: number) => string | undefined;
  /** What all of it came to, compared with a baseline. */
  readonly report: (baseline: readonly BaselineEntry[], entries?: ProjectEntries) => ReportModel;
  /** Stack traces of what failed, for --debug. */
  readonly stacks: () => readonly string[];
  /** The runs with failures whose cause is wanted. */
  readonly toControl: () => readonly ToControl[];
  /** Takes what the controls of a run found, by the id of the rule. */
  readonly takeControls: (name: string, controls: Readonly<Record<string, Control>>) => void;
  /** How the first browser of a run died, by the run's name. */
  readonly relaunched: () => Readonly<Record<string, string>>;
  /** What the finished runs took and used, in their order. */
  readonly timedRuns: () => readonly TimedRun[];
}

/** A session without runs. */
export function createSession(
  plan: Plan,
  { paint, cwd }: { readonly paint: Paint; readonly cwd: string },
): Session {
  const finished = new Map<PlannedRun, ReportedRun>();
  const failures: FailedRun[] = [...plan.unusable];
  const stacks: string[] = [];
  const relaunched: Record<string, string> = {};
  const timed: TimedRun[] = [];
  const { seed, quarantine } = plan;
  const width = Math.max(0, ...plan.runs.map(({ scenario }) => scenario.name.length));

  const common = { quarantine, seed, failures, brownout: brownoutVersion };
  const reportOn = (
    runs: readonly ReportedRun[],
    baseline: readonly BaselineEntry[],
    entries?: ProjectEntries,
  ) => buildReport(runs, { ...common, baseline, ...(entries === undefined ? {} : { entries }) });

  const fail = (run: PlannedRun, error: RunFailure): string | undefined => {
    const failure = failedRun(run, error);
    failures.push(failure);
    if (error.stack !== undefined) stacks.push(error.stack);
    return isCutShort(failure) ? undefined : failedRunLine(failure, paint);
  };

  const read = (
    run: PlannedRun,
    reply: Extract<RunReply, { readonly kind: "done" }>,
  ): string | undefined => {
    const { simulatedMs, relaunched: died } = reply;
    const { journalFile } = run.task;
    const history = parseJournal(readFileSync(journalFile, "utf8"), relative(cwd, journalFile));
    writeWhole(join(plan.out, "har", `${run.name}.har`), toHar(history));
    const one: ReportedRun = {
      run: judgeRun(history, simulatedMs),
      scenario: run.scenario,
      replay: commandToReplay(relative(cwd, journalFile), cwd, run),
      journal: relative(cwd, journalFile).replaceAll("\\", "/"),
      ...(died === undefined ? {} : { relaunched: died }),
    };
    if (died !== undefined) relaunched[run.name] = died;
    finished.set(run, one);
    timed.push(timedRun(history.header, reply));
    const [report] = reportOn([one], plan.baseline.entries).runs;
    return report === undefined ? undefined : runLine(report, paint, width);
  };

  return {
    take(reply, index) {
      const run = plan.runs[index];
      if (run === undefined) return undefined;
      if (reply.kind === "failed") return fail(run, reply.error);
      try {
        return read(run, reply);
      } catch (error) {
        return fail(run, failureOf(error));
      }
    },
    report: (baseline, entries) => reportOn([...finished.values()], baseline, entries),
    toControl: () =>
      [...finished].flatMap(([{ name, scenario, task }, { run }]) => {
        const failures = failuresOf(run, plan);
        return failures.length === 0 ? [] : [{ name, scenario, task, failures }];
      }),
    takeControls(name, controls) {
      for (const [planned, one] of finished) {
        if (planned.name === name) finished.set(planned, { ...one, run: { ...one.run, controls } });
      }
    },
    stacks: () => stacks,
    relaunched: () => relaunched,
    timedRuns: () => timed,
  };
}

/** The failures of a run whose cause is wanted. */
function failuresOf(
  run: ReportedRun["run"],
  { baseline, quarantine, controls }: Plan,
): ToControl["failures"] {
  return resultOf(run, { baseline: baseline.entries, quarantine }).findings.filter(
    (one) => one.verdict === "fail" && (controls === "all" || isUnexpected(one)),
  );
}

function failedRun(run: PlannedRun, error: RunFailure): FailedRun {
  return {
    scenario: run.scenario.name,
    client: run.client,
    mount: run.mount,
    ...withoutStack(error),
  };
}

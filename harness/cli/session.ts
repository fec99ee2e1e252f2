/**
 * The runs of one session as they come back: each journal is read, judged and told at once,
 * so that whatever was finished stays whole when a later run goes wrong.
 */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { HarnessError } from "../core/errors.ts";
import { toHar } from "../history/har.ts";
import { parseJournal } from "../history/journal.ts";
import type { BaselineEntry } from "../reporting/baseline.ts";
import type { Explain } from "../reporting/explain.ts";
import type { FailedRun, Results } from "../reporting/results.ts";
import { failedRunLine, type Paint, runLine } from "../reporting/terminal.ts";
import { writeWhole } from "../reporting/write.ts";
import type { RunFailure, RunReply } from "./worker/protocol.ts";
import { commandToReplay } from "./command-name.ts";
import { judge, report, type Told } from "./judging.ts";
import type { Plan, PlannedRun } from "./plan.ts";
import { firstStart } from "./reports.ts";

export interface Session {
  /** Takes the reply to the run with this index of the plan, and returns the line that tells it, if it needs one. */
  readonly take: (reply: RunReply, index: number) => string | undefined;
  /** What all of it came to, compared with a baseline. */
  readonly report: (baseline: readonly BaselineEntry[]) => {
    readonly results: Results;
    readonly explain: Explain;
  };
  /** Stack traces of what failed, for --debug. */
  readonly stacks: () => readonly string[];
  /** How the first browser of a run died, by the run's name. */
  readonly relaunched: () => Readonly<Record<string, string>>;
  /** When the first run began, ms since the Unix epoch, virtual; zero when none did. */
  readonly startedAt: () => number;
}

/** A session that has heard of no run yet. */
export function createSession(
  plan: Plan,
  { paint, cwd }: { readonly paint: Paint; readonly cwd: string },
): Session {
  const told: Told[] = [];
  const failures: FailedRun[] = [];
  const stacks: string[] = [];
  const relaunched: Record<string, string> = {};
  const { seed } = plan;
  const width = Math.max(0, ...plan.runs.map(({ scenario }) => scenario.name.length));

  const fail = (run: PlannedRun, error: RunFailure): string | undefined => {
    const failure = failedRun(run, error);
    failures.push(failure);
    if (error.stack !== undefined) stacks.push(error.stack);
    return failure.code === "interrupted" ? undefined : failedRunLine(failure, paint);
  };

  const read = (
    run: PlannedRun,
    { simulatedMs, relaunched: died }: Extract<RunReply, { readonly kind: "done" }>,
  ): string | undefined => {
    const { journalFile } = run.task;
    const history = parseJournal(readFileSync(journalFile, "utf8"), relative(cwd, journalFile));
    writeWhole(join(plan.out, "har", `${run.name}.har`), toHar(history));
    const one: Told = {
      run: judge(history, simulatedMs),
      scenario: run.scenario,
      replay: commandToReplay(relative(cwd, journalFile), cwd),
      ...(died === undefined ? {} : { relaunched: died }),
    };
    if (died !== undefined) relaunched[run.name] = died;
    told.push(one);
    const [result] = report([one], {
      baseline: plan.baseline.entries,
      seed,
      quarantine: plan.quarantine,
    }).results.runs;
    return result === undefined ? undefined : runLine(result, paint, width);
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
    report: (baseline) => report(told, { baseline, seed, failures, quarantine: plan.quarantine }),
    stacks: () => stacks,
    relaunched: () => relaunched,
    startedAt: () => firstStart(told.map(({ run }) => run.history.header.startedAt)),
  };
}

function failedRun(run: PlannedRun, error: RunFailure): FailedRun {
  const { code, message, place, hint } = error;
  return {
    scenario: run.scenario.name,
    client: run.client,
    mount: run.mount,
    code,
    message,
    ...(place === undefined ? {} : { place }),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** An error of the harness as data. */
export function failureOf(error: unknown): RunFailure {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const known = error instanceof HarnessError ? error : undefined;
  return {
    code: known?.code ?? "harness",
    message,
    ...(known?.place === undefined ? {} : { place: known.place }),
    ...(known?.hint === undefined ? {} : { hint: known.hint }),
    ...(stack === undefined ? {} : { stack }),
  };
}

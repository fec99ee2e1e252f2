/**
 * `brownout run`: runs scenarios in worker processes, judges the journals that these leave,
 * compares with the baseline and writes the reports. Everything that a person could have got wrong
 * is found before the first run; what a run gets wrong spoils no other.
 */
import { join } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { formatDuration } from "../../core/time/duration.ts";
import { updateBaseline } from "../../reporting/model/update-baseline.ts";
import type { ProjectEntries } from "../../reporting/model/entry-notes.ts";
import { type BaselineEntry, writeBaseline } from "../../reporting/model/baseline.ts";
import { closingLines } from "../../reporting/formats/closing-lines.ts";
import { checkPageProgram, loadPageProgram } from "../../reporting/formats/page-program.ts";
import type { RunFacts } from "../../reporting/model/run-facts.ts";
import { relaunchText } from "../../reporting/model/run-report.ts";
import type { ReportModel } from "../../reporting/model/report-model.ts";
import { writeResults } from "../../reporting/model/results.ts";
import { removeEarlierRun } from "../../reporting/files/stale-runs.ts";
import {
  createPaint,
  createProgress,
  failedRunLine,
  type Progress,
  statusText,
} from "../../reporting/formats/terminal.ts";
import { oneLine } from "../../reporting/formats/terminal-text.ts";
import { shortPath } from "../../reporting/files/short-path.ts";
import { writeReports } from "../../reporting/files/write-reports.ts";
import { writeWhole } from "../../reporting/files/write-whole.ts";
import { annotate } from "../annotating.ts";
import type { Arguments, commonOptions } from "../arguments.ts";
import { type Execution, executeTasks } from "../worker/execute-tasks.ts";
import { playControls } from "../control/play-controls.ts";
import { beginSession, outcomeOf, scoresIn, type SessionEnd } from "../facts/session-facts.ts";
import { failureOf, withoutStack } from "../failure.ts";
import { whileLocked } from "../folder-lock.ts";
import { type InterruptSignal, interruptedCodes } from "../interrupt.ts";
import type { Io } from "../io.ts";
import { judgeByBars } from "../bars.ts";
import { projectEntries } from "../project-entries.ts";
import { archiveEnd, archiveRun, publishRun, reportSince } from "../archive-run.ts";
import {
  forgetEarlierRun,
  keepReports,
  type OutputFolder,
  prepareOutput,
} from "../output-folder.ts";
import { inFolder, outFolder, type Plan, planRun, type runOptions } from "../plan.ts";
import { archivingFailure } from "../unplayed-session.ts";
import { probeMachine } from "../probe-machine.ts";
import { leftOutLines } from "../scenario-files.ts";
import { openingLines } from "../opening-lines.ts";
import { skippedLines } from "../skipped-lines.ts";
import { createScriptOutput } from "../script-output.ts";
import { leaveShard } from "../leave-shard.ts";
import { runName } from "../selection.ts";
import { createSession, type Session } from "../session.ts";

/** Runs what the arguments ask for; resolves to the exit code. */
export async function runCommand(
  given: Arguments<typeof runOptions & typeof commonOptions>,
  io: Io,
): Promise<number> {
  const beganAtMs = io.now();
  const { values, positionals } = given;
  const endSession = beginSession({ command: "run", ...given }, io);
  const work = async (): Promise<number> => {
    const { plan, path: out, problem } = await prepareRun(given, io);
    const command = ["brownout run", ...positionals].join(" ");
    const problems = problem === undefined ? [] : [problem];
    return whileLocked(out, { now: io.now, command }, () =>
      runPlanned(inFolder(plan, out), given, { io, beganAtMs, endSession, problems }),
    );
  };
  const out = outFolder(values.out, io.cwd);
  return archivingFailure(work, { values, out, endSession, io });
}

/** The plan and its folder; where nothing can run, what an earlier session left must not be taken for results of this. */
async function prepareRun(
  given: Arguments<typeof runOptions>,
  io: Io,
): Promise<OutputFolder & { readonly plan: Plan }> {
  try {
    const plan = await planRun(given, io);
    checkPageProgram();
    const output = prepareOutput(plan.out, io.now);
    await probeMachine(
      plan.runs.map(({ mount }) => mount),
      io.now,
    );
    return { plan, ...output };
  } catch (error) {
    // A command that was mistyped is no session.
    if (!(error instanceof HarnessError && error.code === "bad-usage"))
      forgetEarlierRun(outFolder(given.values.out, io.cwd), io.now);
    throw error;
  }
}

/** A session under way. */
interface Underway {
  readonly io: Io;
  /** Real time, ms. */
  readonly beganAtMs: number;
  readonly endSession: ReturnType<typeof beginSession>;
  /** What went wrong outside of the runs: each makes the exit code 2. */
  readonly problems: HarnessError[];
}

async function runPlanned(
  plan: Plan,
  { values, positionals }: Arguments<typeof runOptions & typeof commonOptions>,
  { io, beganAtMs, endSession, problems }: Underway,
): Promise<number> {
  removeEarlierRun(
    plan.out,
    plan.runs.map(({ name }) => name),
  );

  // What a program reads and what a person reads do not mix.
  const output = values.json === undefined ? io.stdout : io.stderr;
  const paint = createPaint(output, io.environment);
  const progress = createProgress(output);
  for (const line of openingLines(plan)) progress.line(line);
  for (const problem of problems) progress.line(`${problemLine(problem, io.cwd)} ${goesTo(plan)}`);
  for (const failure of plan.unusable) progress.line(failedRunLine(failure, paint));
  const session = createSession(plan, { paint, cwd: io.cwd });
  // While the first workers start, this process has nothing to do. What is wrong with the page is
  // reported when all other reports are written.
  const loading = loadPageProgram();
  loading.catch(() => undefined);
  const leftMs = (): number | undefined =>
    plan.limits.sessionMs === undefined
      ? undefined
      : plan.limits.sessionMs - (io.now() - beganAtMs);
  const attempt = createAttempt(problems);
  const executed = await executePlanned({ plan, session, progress, withinMs: leftMs() }, io);
  const tookRunsMs = io.now() - beganAtMs;
  const interruptedBy =
    executed.interruptedBy ??
    (await attempt(() => control({ plan, session, tookRunsMs, leftMs: leftMs() }, io, progress)));
  progress.end();

  const isUpdate = values["update-baseline"] !== undefined && interruptedBy === undefined;
  const update = isUpdate ? await attempt(() => rewriteBaseline(plan, session, io.cwd)) : undefined;
  const entries = update?.entries ?? plan.baseline.entries;
  const found = session.report(entries, entriesOf(plan, { entries, io, interruptedBy }));
  const judged = judgeByBars(found, plan.bars);
  const { results } = found;
  const exitCode = (): number => exitCodeOf({ interruptedBy, problems, judged });
  const factsNow = (): RunFacts =>
    endSession({
      ...endOf(plan, session, problems),
      outcome: endOutcome({ interruptedBy, problems, standing: found.standing }),
      exitCode: exitCode(),
      ...scoresIn(results),
      failures: results.failures ?? [],
    });
  // Who ends a run at the terminal knows that it did not come to its end; of a job, others should.
  const target = interruptedBy === undefined || !io.stdout.isTTY ? plan.archiveTarget : {};
  let facts = factsNow();
  const archived = archiveRun(results, { target, facts, out: plan.out, io });
  if (archived?.problem !== undefined) problems.push(archived.problem);
  const model = reportSince(found, archived);
  const kept = await attempt(() =>
    keepReports(plan.out, async (out, problem) => {
      if (problem !== undefined) problems.push(problem);
      leaveShard({ ...plan, out }, session.relaunched());
      facts = factsNow();
      await writeReports(out, { model, facts, formats: plan.formats }, loading);
    }),
  );
  const out = kept ?? plan.out;

  if (values.json !== undefined) io.stdout.write(writeResults(results));
  for (const line of closingLines(model, paint)) progress.line(line);
  for (const line of judged.lines) progress.line(line);
  if (update !== undefined) progress.line(update.line);
  const news = await attempt(() =>
    publishRun(archiveEnd(archived, factsNow(), io), { out, io, model }),
  );
  for (const line of news ?? []) progress.line(line);
  printEnd(plan, { model, facts, output, progress });
  const ownLeft = positionals.length === 0 ? leftOutLines(io.cwd) : [];
  for (const line of ownLeft) progress.line(line);
  progress.line(reportsLine(kept, { io, beganAtMs }));
  for (const problem of problems) io.stderr.write(`brownout: ${problemLine(problem, io.cwd)}\n`);
  if (values.debug !== undefined) for (const stack of session.stacks()) progress.line(stack);
  return exitCode();
}

/** How a session ended, beside what its runs found. */
interface Ended {
  readonly interruptedBy: InterruptSignal | undefined;
  readonly problems: readonly HarnessError[];
}

function exitCodeOf({
  interruptedBy,
  problems,
  judged,
}: Ended & { readonly judged: { readonly exitCode: number } }): number {
  if (interruptedBy !== undefined) return interruptedCodes[interruptedBy];
  return problems.length > 0 ? 2 : judged.exitCode;
}

function endOutcome({
  interruptedBy,
  problems,
  standing,
}: Ended & { readonly standing: ReportModel["standing"] }): SessionEnd["outcome"] {
  if (interruptedBy !== undefined) return "interrupted";
  return problems.length > 0 ? "failed" : outcomeOf(standing);
}

/** Does a piece of work; an error of the harness is kept with the others, and the rest goes on. */
function createAttempt(problems: HarnessError[]) {
  return async <T>(work: () => Promise<T> | T): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      problems.push(error);
      return undefined;
    }
  };
}

/** What the project accepts; nothing of a part, or of what was cut short, as the rest may match it. */
function entriesOf(
  { baseline, quarantine, runs, shard }: Plan,
  {
    entries,
    io,
    interruptedBy,
  }: {
    readonly entries: readonly BaselineEntry[];
    readonly io: Io;
    readonly interruptedBy: InterruptSignal | undefined;
  },
): ProjectEntries | undefined {
  if (shard !== undefined || interruptedBy !== undefined) return undefined;
  const files = runs.flatMap(({ file }) => file ?? []);
  return projectEntries({ ...baseline, entries }, { quarantine, files, io });
}

/** Where the reports are, and what all of it took. */
function reportsLine(
  out: string | undefined,
  { io, beganAtMs }: { readonly io: Io; readonly beganAtMs: number },
): string {
  const took = formatDuration(Math.round((io.now() - beganAtMs) / 100) * 100);
  return out === undefined
    ? `Reports: none. Took ${took}.`
    : `Reports: ${shortPath(io.cwd, out)}; open report.html there. Took ${took}.`;
}

/** Marks the build, and says what was not run. */
function printEnd(
  { annotator, skipped }: Plan,
  {
    model,
    facts,
    output,
    progress,
  }: {
    readonly model: ReportModel;
    readonly facts: RunFacts;
    readonly output: Io["stdout"];
    readonly progress: Progress;
  },
): void {
  for (const line of annotate(model, annotator, facts))
    (output.command ?? output.write)(`${line}\n`);
  for (const line of skippedLines(skipped)) progress.line(line);
}

/** What the plan and the finished runs say of the session. */
function endOf(
  { seed, edition, shard }: Plan,
  session: Session,
  problems: readonly HarnessError[],
): Pick<SessionEnd, "seed" | "edition" | "shard" | "runs" | "problems"> {
  return {
    seed,
    problems: problems.map((problem) => withoutStack(failureOf(problem))),
    runs: session.timedRuns(),
    ...(edition === undefined ? {} : { edition }),
    ...(shard === undefined ? {} : { shard: { part: shard.part, of: shard.of } }),
  };
}

function problemLine({ place, message }: HarnessError, cwd: string): string {
  return oneLine(`${place === undefined ? "" : `${shortPath(cwd, place)}: `}${message}.`);
}

function goesTo({ out }: Plan): string {
  return `Results go to ${out}.`;
}

/** Plays the runs, and prints each as it ends. */
async function executePlanned(
  {
    plan,
    session,
    progress,
    withinMs,
  }: {
    readonly plan: Plan;
    readonly session: Session;
    readonly progress: Progress;
    readonly withinMs: number | undefined;
  },
  io: Io,
): Promise<Execution> {
  const tasks = plan.runs.map(({ task }) => task);
  const scripts = createScriptOutput({
    line: (text) => progress.aside(() => io.stderr.write(`${text}\n`)),
    nameOf: (task) => plan.runs.find((run) => run.task === task)?.scenario.name ?? task.scenario,
  });
  const executed = await executeTasks(tasks, io, {
    workers: plan.workers,
    cores: io.parallelism,
    runMaxMs: plan.limits.runMs,
    withinMs,
    onReply(reply, index) {
      if (reply.kind === "done" && reply.relaunched !== undefined) {
        const text = `${plan.runs[index]?.scenario.name ?? ""}: ${relaunchText(reply.relaunched)}\n`;
        progress.aside(() => io.stderr.write(text));
      }
      const line = session.take(reply, index);
      if (line !== undefined) progress.line(line);
    },
    onOutput: scripts.take,
    onProgress(done, underWay) {
      const names = underWay.map((index) => plan.runs[index]?.scenario.name ?? "");
      progress.status(statusText(done, tasks.length, names));
    },
  });
  scripts.end();
  return executed;
}

/** How long controls that no one asked for may go on, real ms: as long as the runs, and a minute at least. */
const CONTROLS_MS_MIN = 60_000;

/** Names the causes of failures; resolves to the signal that cut it short, if one did. */
async function control(
  {
    plan,
    session,
    tookRunsMs,
    leftMs,
  }: { plan: Plan; session: Session; tookRunsMs: number; leftMs: number | undefined },
  io: Io,
  progress: Progress,
): Promise<InterruptSignal | undefined> {
  if (plan.controls === "none" || (leftMs !== undefined && leftMs <= 0)) return undefined;
  const runs = session.toControl();
  let done = 0;
  return playControls(runs, io, {
    workers: plan.workers,
    folder: join(plan.out, "controls"),
    withinMs: plan.controls === "all" ? undefined : Math.max(CONTROLS_MS_MIN, tookRunsMs),
    endAfterMs: leftMs,
    runMaxMs: plan.limits.runMs,
    onRun: (name) => progress.status(`controls ${done}/${runs.length}  ${name}`),
    onControls(name, controls) {
      done += 1;
      session.takeControls(name, controls);
    },
  });
}

function rewriteBaseline(plan: Plan, session: Session, cwd: string) {
  const { entries: before, packaged, writeTo } = plan.baseline;
  const own = new Set(plan.runs.filter(({ isOwn }) => isOwn).map(({ name }) => name));
  const entries = updateBaseline(before, session.report(before).results, ({ scenario, client }) =>
    own.has(runName(scenario, client.name)),
  );
  writeWhole(writeTo, writeBaseline(entries.filter((entry) => !packaged.includes(entry))));
  const added = entries.filter((entry) => !before.includes(entry)).length;
  const removed = before.filter((entry) => !entries.includes(entry)).length;
  const reasons = added === 0 ? "" : " Write down the reason of each that says TODO.";
  const line = `Baseline: ${added} added, ${removed} removed, in ${shortPath(cwd, writeTo)}.${reasons}`;
  return { entries, line };
}

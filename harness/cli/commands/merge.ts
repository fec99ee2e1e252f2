/**
 * `brownout merge`: one report from the output folders of several machines. The journals are
 * judged again, so what comes out is what one run of all would have left, byte for byte. A shard
 * that is missing, damaged or of another run makes the report partial: it says so, is compared and
 * archived as any other, and the exit code is 2.
 */
import { join, relative } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import type { History } from "../../history/event.ts";
import { toHar } from "../../history/har.ts";
import { listScenarios } from "../../../scenarios/find-scenario.ts";
import type { QuarantineEntry } from "../../reporting/model/quarantine.ts";
import type { Annotator } from "../../reporting/formats/annotations.ts";
import { closingLines } from "../../reporting/formats/closing-lines.ts";
import type { ExtraFormat } from "../../reporting/formats/extra-formats.ts";
import { loadPageProgram, type PageProgram } from "../../reporting/formats/page-program.ts";
import { buildReport } from "../../reporting/model/build-report.ts";
import { judgeRun } from "../../reporting/model/judge-run.ts";
import { type FailedRun, type Results, writeResults } from "../../reporting/model/results.ts";
import type { RunFacts, TimedRun } from "../../reporting/model/run-facts.ts";
import { given, type ReportedRun } from "../../reporting/model/run-report.ts";
import { removeEarlierRun } from "../../reporting/files/stale-runs.ts";
import { createPaint, runLine } from "../../reporting/formats/terminal.ts";
import { shortPath } from "../../reporting/files/short-path.ts";
import { oneLine } from "../../reporting/formats/terminal-text.ts";
import type { ReportModel } from "../../reporting/model/report-model.ts";
import { writeReports } from "../../reporting/files/write-reports.ts";
import { writeWhole } from "../../reporting/files/write-whole.ts";
import { brownoutVersion } from "../../core/version.ts";
import { annotate, annotatingOptions, annotatorOf } from "../annotating.ts";
import type { Arguments, Options } from "../arguments.ts";
import { type Bars, barOptions, judgeByBars, readBars } from "../bars.ts";
import { type BaselineFile, readBaselineFile } from "../baseline-file.ts";
import { projectEntries } from "../project-entries.ts";
import { commandToReplay } from "../command-name.ts";
import { beginSession, factsOptions, outcomeOf, scoresIn } from "../facts/session-facts.ts";
import { formatOptions, readFormats } from "../formats-option.ts";
import { failureOf, withoutStack } from "../failure.ts";
import { whileLocked } from "../folder-lock.ts";
import type { Io } from "../io.ts";
import {
  type ArchivedRun,
  archiveEnd,
  archiveOptions,
  archiveRun,
  type ArchiveTarget,
  publishRun,
  readArchiveTarget,
  reportSince,
  webhookOptions,
} from "../archive-run.ts";
import { checkFolders, suiteIn, tryFolder } from "../merge-folders.ts";
import { inOrder, type Merged, type MergedRun, type UnusableFolder } from "../merge-order.ts";
import { forgetEarlierRun, keepReports, prepareOutput } from "../output-folder.ts";
import { outFolder } from "../plan.ts";
import { quarantineOption, readQuarantineFile } from "../quarantine-file.ts";
import { archivingFailure } from "../unplayed-session.ts";

/** The options of `brownout merge`. */
export const mergeOptions = {
  out: { value: "DIR", says: "where the whole goes (default: reports/out)" },
  baseline: { value: "FILE", says: "the known findings (default: reports/baseline.json)" },
  ...quarantineOption,
  ...factsOptions,
  ...archiveOptions,
  ...webhookOptions,
  ...formatOptions,
  ...barOptions,
  ...annotatingOptions,
  json: { says: "print results.json instead of lines" },
} as const satisfies Options;

/** Puts the folders together; resolves to the exit code that one run would have had. */
export async function mergeCommand(asked: Arguments<typeof mergeOptions>, io: Io): Promise<number> {
  const { values } = asked;
  const endSession = beginSession({ command: "merge", ...asked }, io);
  const out = outFolder(values.out, io.cwd);
  const work = (): Promise<number> => mergeInto(out, asked, { io, endSession });
  return archivingFailure(work, { values, out, endSession, io });
}

async function mergeInto(
  named: string,
  { values, positionals }: Arguments<typeof mergeOptions>,
  { io, endSession }: Pick<Whole, "endSession"> & { readonly io: Io },
): Promise<number> {
  const whole = readOrForget(positionals, named, io);
  const asked = { ...readGiven(values, io), endSession };
  const page = await loadPageProgram();
  const { path: out, problem } = prepareOutput(named, io.now);
  const problems = [
    ...(problem === undefined ? [] : [problem]),
    ...whole.lostSuites,
    ...suiteProblems(whole.parts),
  ];
  const command = ["brownout merge", ...positionals].join(" ");
  return whileLocked(out, { now: io.now, command }, () =>
    writeWholeRun({ ...whole, ...asked, out, page, problems }, io),
  );
}

/** What the options say of the reports and of who gets them; throws `bad-usage` and what the files of the project throw. */
export function readGiven(
  values: Arguments<typeof mergeOptions>["values"],
  io: Io,
): Pick<Whole, "baseline" | "quarantine" | "target" | "annotator" | "formats" | "bars" | "isJson"> {
  return {
    baseline: readBaselineFile({ cwd: io.cwd, named: values.baseline }),
    quarantine: readQuarantineFile(values.quarantine, io.cwd),
    target: readArchiveTarget(values, io),
    annotator: annotatorOf(values.annotate, io),
    formats: readFormats(values.format),
    bars: readBars(values),
    isJson: values.json !== undefined,
  };
}

/** What its tests would have found is not known. */
function lostSuite({ named, error }: UnusableFolder): HarnessError {
  const { message, place = named } = error;
  return new HarnessError("suite-failed", message, { place });
}

/** A test runner that failed for a reason of its own: what its tests would have found is not known. */
function suiteProblems(parts: readonly RunFacts[]): readonly HarnessError[] {
  return parts.flatMap(({ problems }) =>
    problems.flatMap(({ code, message, place }) =>
      code === "suite-failed"
        ? [new HarnessError(code, message, place === undefined ? {} : { place })]
        : [],
    ),
  );
}

/** What the folders have; without it, what an earlier merge left must not be taken for this one's. */
function readOrForget(
  positionals: readonly string[],
  out: string,
  io: Io,
): Pick<Whole, "folders" | "parts" | "merged"> & { readonly lostSuites: readonly HarnessError[] } {
  const paths = checkFolders(positionals, { cwd: io.cwd, out });
  try {
    const read = positionals.map((folder, index) => tryFolder(folder, paths[index] ?? ""));
    const suites = positionals.flatMap((folder, index) => suiteIn(folder, paths[index] ?? ""));
    const folders = [...read, ...suites].filter((folder) => "results" in folder);
    const merged = inOrder(
      folders,
      read.filter((folder) => "error" in folder),
    );
    const lostSuites = suites.flatMap((suite) => ("error" in suite ? lostSuite(suite) : []));
    const parts = folders.flatMap(({ named, facts }) =>
      facts !== undefined && merged.counted.includes(named) ? facts : [],
    );
    return { folders: positionals.length, parts, merged, lostSuites };
  } catch (error) {
    forgetEarlierRun(out, io.now);
    throw error;
  }
}

/** What the arguments mean, read and checked. */
export interface Whole {
  /** Absolute. */
  readonly out: string;
  /** How many were named; absent for what was not merged. */
  readonly folders?: number;
  /** The facts of those that are good. */
  readonly parts: readonly RunFacts[];
  readonly merged: Merged;
  /** What runs took that are of no part. Default: there are none. */
  readonly timed?: readonly TimedRun[];
  readonly baseline: BaselineFile;
  readonly quarantine: readonly QuarantineEntry[];
  readonly target: ArchiveTarget;
  readonly annotator: Annotator | undefined;
  readonly formats: readonly ExtraFormat[];
  readonly bars: Bars;
  readonly isJson: boolean;
  readonly endSession: ReturnType<typeof beginSession>;
  readonly page: PageProgram;
  /** What went wrong with the folder: each makes the exit code 2. */
  readonly problems: HarnessError[];
}

/** Judges, archives, reports and publishes all of it; resolves to the exit code. */
export async function writeWholeRun(whole: Whole, io: Io): Promise<number> {
  const { merged, annotator, isJson, problems } = whole;
  const built: { current?: ReportedWhole } = {};
  const out = await keepReports(whole.out, async (folder, problem) => {
    if (problem !== undefined) problems.push(problem);
    const reported = reportWhole(folder, whole, { io, archived: built.current?.archived });
    built.current = reported;
    await writeReports(folder, { ...reported, formats: whole.formats }, whole.page);
  });
  const { model, facts, archived } = built.current ?? reportWhole(out, whole, { io });
  const { results } = model;
  const ended = archiveEnd(archived, facts, io);
  const news = await publishRun(ended, { out, io, model }).catch((error: unknown) => {
    if (!(error instanceof HarnessError)) throw error;
    problems.push(error);
    return [];
  });
  const marks = annotate(model, annotator, facts);

  // What a program reads and what a person reads do not mix.
  const output = isJson ? io.stderr : io.stdout;
  const line = (text: string): void => output.write(`${text}\n`);
  if (isJson) io.stdout.write(writeResults(results));
  else {
    const paint = createPaint(io.stdout, io.environment);
    const width = Math.max(0, ...results.runs.map(({ scenario }) => scenario.length));
    for (const run of model.runs) line(runLine(run, paint, width));
    for (const text of closingLines(model, paint)) line(text);
  }
  const judged = judgeByBars(model, whole.bars);
  for (const text of [...judged.lines, ...leftOutLines(merged), ...news]) line(text);
  for (const mark of marks) (output.command ?? output.write)(`${mark}\n`);
  const of = whole.folders === undefined ? "" : `, of ${whole.folders} folders`;
  if (!isJson) line(`Reports: ${shortPath(io.cwd, out)}${of}.`);
  for (const one of problems)
    io.stderr.write(
      `brownout: ${one.place === undefined ? "" : `${one.place}: `}${one.message}.\n`,
    );
  return problems.length > 0 ? 2 : judged.exitCode;
}

/** The whole with its report. */
interface ReportedWhole {
  readonly model: ReportModel;
  readonly facts: RunFacts;
  readonly archived: ArchivedRun | undefined;
}

/** Builds the report in that folder, and archives the whole before: so the report can say since when a finding is there. */
function reportWhole(
  folder: string,
  whole: Whole,
  { io, archived: before }: { readonly io: Io; readonly archived?: ArchivedRun | undefined },
): ReportedWhole {
  const found = buildWhole(folder, whole, io);
  const { target } = whole;
  const facts = factsOf(found, whole);
  const archived = before ?? archiveRun(found.results, { target, facts, out: folder, io });
  const lost = before === undefined ? archived?.problem : undefined;
  if (lost !== undefined) whole.problems.push(lost);
  return { model: reportSince(found, archived), facts: factsOf(found, whole), archived };
}

function factsOf(model: ReportModel, whole: Whole): RunFacts {
  const { results, standing } = model;
  const { parts, problems, merged, timed = [] } = whole;
  return whole.endSession({
    seed: merged.seed,
    parts,
    runs: timedRunsOf(results, [...parts.flatMap(({ runs }) => runs), ...timed]),
    outcome: problems.length > 0 ? "failed" : outcomeOf(standing),
    exitCode: problems.length > 0 ? 2 : judgeByBars(model, whole.bars).exitCode,
    ...scoresIn(results),
    failures: results.failures ?? [],
    problems: [
      ...problems.map((one) => withoutStack(failureOf(one))),
      ...merged.missing.map(({ part, of, why }) => ({
        code: "shard-missing",
        message: `shard ${part}/${of} is missing (${why})`,
      })),
    ],
  });
}

/** Takes all runs over into the folder, and judges them again. */
function buildWhole(out: string, whole: Whole, io: Io): ReportModel {
  const { runs, unusableFiles, missing, missingRuns } = whole.merged;
  const { baseline, quarantine } = whole;
  removeEarlierRun(
    out,
    runs.map(({ name }) => name),
  );
  const reported: ReportedRun[] = [];
  const failures: FailedRun[] = [...unusableFiles];
  for (const run of runs) {
    if (run.kind === "failed") failures.push(run.failure);
    else reported.push(takeOver(run, { out, cwd: io.cwd }));
  }
  return buildReport(reported, {
    baseline: baseline.entries,
    // What a shard that is missing would have matched is not known.
    ...(missing.length > 0
      ? {}
      : { entries: projectEntries(baseline, { quarantine, files: filesOf(runs), io }) }),
    brownout: brownoutVersion,
    seed: whole.merged.seed,
    failures: [...failures, ...missingRuns],
    missing,
    quarantine,
  });
}

function leftOutLines({ leftOut }: Merged): readonly string[] {
  return leftOut.map(({ named, error }) =>
    oneLine(
      `Not counted: ${error.place ?? named}: ${error.message}. Another folder has that shard.`,
    ),
  );
}

/** The users' files whose scenarios were run, as their journals name them. */
function filesOf(runs: Merged["runs"]): readonly string[] {
  return runs.flatMap((run) => (run.kind === "done" ? (run.history.header.file ?? []) : []));
}

/** Writes the journal and the HAR of a run into the output folder, and judges it again. */
function takeOver(
  run: Extract<MergedRun, { readonly kind: "done" }>,
  { out, cwd }: { readonly out: string; readonly cwd: string },
): ReportedRun {
  const { name, history, text, simulatedMs, controls, relaunched, story } = run;
  const journal = join(out, "journals", `${name}.jsonl`);
  writeWhole(journal, text);
  writeWhole(join(out, "har", `${name}.har`), toHar(history));
  const scenario = story ?? storyOf(history);
  return {
    run: { ...judgeRun(history, simulatedMs), controls },
    ...given("replay", replayOf(history, journal, cwd)),
    journal: relative(cwd, journal).replaceAll("\\", "/"),
    ...(scenario === undefined ? {} : { scenario }),
    ...(relaunched === undefined ? {} : { relaunched }),
  };
}

/** The command that runs it again; a test is run by its own runner. */
function replayOf({ header }: History, journal: string, cwd: string): string | undefined {
  return header.test === undefined
    ? commandToReplay(shortPath(cwd, journal), cwd)
    : header.test.again;
}

/** Of a scenario of the library. A shard says itself what its user's scenarios mean: it comes from another machine, and no file that it names is run. */
function storyOf({ header }: History): ReportedRun["scenario"] {
  if (header.test !== undefined) return { title: header.test.title };
  return header.file === undefined
    ? listScenarios().find(({ name }) => name === header.scenario)
    : undefined;
}

/** What the runs took, in the order of the results. */
function timedRunsOf({ runs }: Results, timed: readonly TimedRun[]): readonly TimedRun[] {
  return runs.flatMap(
    (run) =>
      timed.find(
        ({ scenario, client, mount }) =>
          scenario === run.scenario && client === run.client.name && mount === run.mount,
      ) ?? [],
  );
}

/**
 * `brownout merge`: one report from the output folders of several machines. The journals are
 * judged again, so what comes out is what one run of all would have left, byte for byte. A shard
 * that is missing, damaged or of another run makes the report partial: it says so, is compared and
 * archived as any other, and the exit code is 2.
 */
import { existsSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { expected } from "../../core/validation.ts";
import type { History } from "../../history/event.ts";
import { toHar } from "../../history/har.ts";
import { parseJournal } from "../../history/journal.ts";
import { listScenarios } from "../../../scenarios/find-scenario.ts";
import type { QuarantineEntry } from "../../reporting/model/quarantine.ts";
import type { Annotator } from "../../reporting/formats/annotations.ts";
import { closingLines } from "../../reporting/formats/closing-lines.ts";
import type { ExtraFormat } from "../../reporting/formats/extra-formats.ts";
import { loadPageProgram, type PageProgram } from "../../reporting/formats/page-program.ts";
import { parseResults } from "../../reporting/files/read-results.ts";
import { buildReport } from "../../reporting/model/build-report.ts";
import { judgeRun } from "../../reporting/model/judge-run.ts";
import { type FailedRun, type Results, writeResults } from "../../reporting/model/results.ts";
import {
  parseRunFacts,
  RUN_FILE,
  type RunFacts,
  type TimedRun,
} from "../../reporting/model/run-facts.ts";
import type { ReportedRun } from "../../reporting/model/run-report.ts";
import { parseShard, SHARD_FILE } from "../../reporting/files/shard.ts";
import { removeEarlierRun } from "../../reporting/files/stale-runs.ts";
import { createPaint, runLine } from "../../reporting/formats/terminal.ts";
import { shortPath } from "../../reporting/files/short-path.ts";
import { oneLine } from "../../reporting/formats/terminal-text.ts";
import type { ReportModel } from "../../reporting/model/report-model.ts";
import { writeReports } from "../../reporting/files/write-reports.ts";
import { writeWhole } from "../../reporting/files/write-whole.ts";
import { isScenarioName } from "../../runner/scenario-schema.ts";
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
  archiveOptions,
  archiveRun,
  type ArchiveTarget,
  readArchiveTarget,
  webhookOptions,
} from "../archive-run.ts";
import {
  type Folder,
  inOrder,
  type Merged,
  type MergedRun,
  type UnusableFolder,
} from "../merge-order.ts";
import { forgetEarlierRun, keepReports, prepareOutput } from "../output-folder.ts";
import { outFolder } from "../plan.ts";
import { quarantineOption, readQuarantineFile } from "../quarantine-file.ts";
import { runName } from "../selection.ts";
import { readTextFile } from "../text-file.ts";

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
  const { values, positionals } = asked;
  const endSession = beginSession({ command: "merge", ...asked }, io);
  const named = outFolder(values.out, io.cwd);
  const whole = readOrForget(positionals, named, io);
  const given = {
    baseline: readBaselineFile({ cwd: io.cwd, named: values.baseline }),
    quarantine: readQuarantineFile(values.quarantine, io.cwd),
    target: readArchiveTarget(values, io),
    annotator: annotatorOf(values.annotate, io),
    formats: readFormats(values.format),
    bars: readBars(values),
    isJson: values.json !== undefined,
    endSession,
  };
  const page = await loadPageProgram();
  const { path: out, problem } = prepareOutput(named, io.now);
  const problems = problem === undefined ? [] : [problem];
  const command = ["brownout merge", ...positionals].join(" ");
  return whileLocked(out, { now: io.now, command }, () =>
    writeWholeRun({ ...whole, ...given, out, page, problems }, io),
  );
}

/** What the folders have; without it, what an earlier merge left must not be taken for this one's. */
function readOrForget(
  positionals: readonly string[],
  out: string,
  io: Io,
): Pick<Whole, "folders" | "parts" | "merged"> {
  const paths = checkFolders(positionals, { cwd: io.cwd, out });
  try {
    const read = positionals.map((folder, index) => tryFolder(folder, paths[index] ?? ""));
    const folders = read.filter((folder) => "results" in folder);
    const merged = inOrder(
      folders,
      read.filter((folder) => "error" in folder),
    );
    const parts = folders.flatMap(({ named, facts }) =>
      facts !== undefined && merged.counted.includes(named) ? facts : [],
    );
    return { folders: positionals.length, parts, merged };
  } catch (error) {
    forgetEarlierRun(out, io.now);
    throw error;
  }
}

/** What the arguments mean, read and checked. */
interface Whole {
  /** Absolute. */
  readonly out: string;
  /** How many were named. */
  readonly folders: number;
  /** The facts of those that are good. */
  readonly parts: readonly RunFacts[];
  readonly merged: Merged;
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

async function writeWholeRun(whole: Whole, io: Io): Promise<number> {
  const { merged, target, annotator, isJson, problems } = whole;
  let written: { readonly model: ReportModel; readonly facts: RunFacts } | undefined;
  const build = (folder: string) => {
    const model = buildWhole(folder, whole, io);
    return { model, facts: factsOf(model, whole) };
  };
  const out = await keepReports(whole.out, async (folder, problem) => {
    if (problem !== undefined) problems.push(problem);
    written = build(folder);
    await writeReports(folder, { ...written, formats: whole.formats }, whole.page);
  });
  const { model, facts } = written ?? build(out);
  const { results } = model;
  const archived = await archiveRun(results, { target, facts, out, io, model }).catch(
    (error: unknown) => {
      if (!(error instanceof HarnessError)) throw error;
      problems.push(error);
      return [];
    },
  );
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
  for (const text of [...judged.lines, ...leftOutLines(merged), ...archived]) line(text);
  for (const mark of marks) (output.command ?? output.write)(`${mark}\n`);
  if (!isJson) line(`Reports: ${shortPath(io.cwd, out)}, of ${whole.folders} folders.`);
  for (const one of problems)
    io.stderr.write(
      `brownout: ${one.place === undefined ? "" : `${one.place}: `}${one.message}.\n`,
    );
  return problems.length > 0 ? 2 : judged.exitCode;
}

function factsOf(model: ReportModel, whole: Whole): RunFacts {
  const { results, standing } = model;
  const { parts, problems, merged } = whole;
  return whole.endSession({
    seed: merged.seed,
    parts,
    runs: timedRunsOf(results, parts),
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
    replay: commandToReplay(shortPath(cwd, journal), cwd),
    journal: relative(cwd, journal).replaceAll("\\", "/"),
    ...(scenario === undefined ? {} : { scenario }),
    ...(relaunched === undefined ? {} : { relaunched }),
  };
}

/** Of a scenario of the library. A shard says itself what its user's scenarios mean: it comes from another machine, and no file that it names is run. */
function storyOf({ header }: History): ReportedRun["scenario"] {
  return header.file === undefined
    ? listScenarios().find(({ name }) => name === header.scenario)
    : undefined;
}

/** The paths of the folders, absolute; throws `bad-usage`. */
function checkFolders(
  named: readonly string[],
  { cwd, out }: { readonly cwd: string; readonly out: string },
): readonly string[] {
  if (named.length === 0) {
    throw new HarnessError("bad-usage", "merge needs the output folders of shards", {
      hint: "Name them: brownout merge shard-1 shard-2 shard-3 --out reports/out",
    });
  }
  const paths = named.map((folder) => resolve(cwd, folder));
  named.forEach((folder, index) => {
    const path = paths[index] ?? "";
    if (paths.indexOf(path) < index)
      throw new HarnessError("bad-usage", "it is named twice", { place: folder });
    if (path === out) {
      throw new HarnessError("bad-usage", "it is read and written", {
        place: folder,
        hint: "Let the whole go into a folder of its own: --out DIR.",
      });
    }
  });
  return paths;
}

/** The folder, or why it is no use. */
function tryFolder(named: string, path: string): Folder | UnusableFolder {
  try {
    return readFolder(named, path);
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    return { named, error, ...partOf(path) };
  }
}

/** Which shard a folder is whose results are lost. */
function partOf(path: string): Pick<UnusableFolder, "part"> {
  try {
    const { part } = parseShard(readTextFile(join(path, SHARD_FILE), path), path);
    return { part };
  } catch {
    return {};
  }
}

function readFolder(named: string, path: string): Folder {
  const place = join(named, "results.json");
  const results = parseResults(readTextFile(join(path, "results.json"), place), place);
  if (results.brownout !== brownoutVersion) {
    throw new HarnessError(
      "bad-results",
      `it is of brownout ${results.brownout}, and this is ${brownoutVersion}`,
      { place, hint: "Run and merge with one version: others judge by other rules." },
    );
  }
  const shardFile = join(path, SHARD_FILE);
  const shard = existsSync(shardFile)
    ? { shard: parseShard(readTextFile(shardFile, named), join(named, SHARD_FILE)) }
    : {};
  return { named, results, ...shard, ...factsIn(named, path), journals: readJournals(named, path) };
}

/** A shard of an older version leaves none. */
function factsIn(named: string, path: string): Pick<Folder, "facts"> {
  const file = join(path, RUN_FILE);
  if (!existsSync(file)) return {};
  return { facts: parseRunFacts(readTextFile(file, named), join(named, RUN_FILE)) };
}

/** What the runs took, as their parts say, in the order of the results. */
function timedRunsOf({ runs }: Results, parts: readonly RunFacts[]): readonly TimedRun[] {
  const timed = parts.flatMap((part) => part.runs);
  return runs.flatMap(
    (run) =>
      timed.find(
        ({ scenario, client, mount }) =>
          scenario === run.scenario && client === run.client.name && mount === run.mount,
      ) ?? [],
  );
}

function noName(scenario: string, place: string): HarnessError {
  return new HarnessError(
    "bad-journal",
    `${expected("the name of a scenario in kebab-case", scenario)}: it names the files of the run`,
    { place: `${place}:1`, hint: "Run that shard again." },
  );
}

function readJournals(named: string, path: string): Folder["journals"] {
  const folder = join(path, "journals");
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  return new Map(
    entries
      .filter((entry) => entry.isFile() && entry.name.endsWith(".jsonl"))
      .map(({ name }) => name)
      .toSorted()
      .flatMap((file) => {
        const place = join(named, "journals", file);
        const text = readTextFile(join(folder, file), place);
        // Other people's files may lie there too.
        if (!text.startsWith('{"schema":"brownout/journal/')) return [];
        const history = parseJournal(text, place);
        const { scenario, client } = history.header;
        if (!isScenarioName(scenario)) throw noName(scenario, place);
        return [[runName(scenario, client.name), { history, text }] as const];
      }),
  );
}

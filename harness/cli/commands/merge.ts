/**
 * `brownout merge`: one report from the output folders of several machines. The journals are
 * judged again, so what comes out is what one run of all would have left, byte for byte; and
 * a shard that is missing, or of another run, is said instead of left out.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { expected } from "../../core/validation.ts";
import type { History } from "../../history/event.ts";
import { toHar } from "../../history/har.ts";
import { parseJournal } from "../../history/journal.ts";
import { listScenarios } from "../../../scenarios/find-scenario.ts";
import type { BaselineEntry } from "../../reporting/model/baseline.ts";
import type { QuarantineEntry } from "../../reporting/model/quarantine.ts";
import type { ExtraFormat } from "../../reporting/formats/extra-formats.ts";
import type { Annotator } from "../../reporting/formats/annotations.ts";
import { closingLines } from "../../reporting/formats/closing-lines.ts";
import { loadPageProgram } from "../../reporting/formats/page-program.ts";
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
import { exitCodeOf } from "../../reporting/model/standing.ts";
import { parseShard, SHARD_FILE } from "../../reporting/files/shard.ts";
import { removeEarlierRun } from "../../reporting/files/stale-runs.ts";
import { createPaint, runLine } from "../../reporting/formats/terminal.ts";
import { shortPath } from "../../reporting/files/short-path.ts";
import { writeReports } from "../../reporting/files/write-reports.ts";
import { prepareFolders, writeWhole } from "../../reporting/files/write-whole.ts";
import { isScenarioName } from "../../runner/scenario-schema.ts";
import { brownoutVersion } from "../../core/version.ts";
import { annotate, annotatingOptions, annotatorOf } from "../annotating.ts";
import type { Arguments, Options } from "../arguments.ts";
import { readBaselineFile } from "../baseline-file.ts";
import { commandToReplay } from "../command-name.ts";
import { beginSession, factsOptions, outcomeOf } from "../facts/session-facts.ts";
import { formatOptions, readFormats } from "../formats-option.ts";
import { whileLocked } from "../folder-lock.ts";
import type { Io } from "../io.ts";
import {
  archiveOptions,
  archiveRun,
  type ArchiveTarget,
  readArchiveTarget,
  webhookOptions,
} from "../archive-run.ts";
import { type Folder, inOrder, type MergedRun } from "../merge-order.ts";
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
  ...annotatingOptions,
  ...formatOptions,
  json: { says: "print results.json instead of lines" },
} as const satisfies Options;

/** Puts the folders together; resolves to the exit code that one run would have had. */
export async function mergeCommand(given: Arguments<typeof mergeOptions>, io: Io): Promise<number> {
  const { values, positionals } = given;
  const endSession = beginSession({ command: "merge", ...given }, io);
  const out = resolve(io.cwd, values.out ?? join("reports", "out"));
  const folders = readFolders(positionals, { cwd: io.cwd, out });
  const whole: Whole = {
    out,
    folders,
    merged: inOrder(folders),
    baseline: readBaselineFile({ cwd: io.cwd, named: values.baseline }).entries,
    quarantine: readQuarantineFile(values.quarantine, io.cwd),
    target: readArchiveTarget(values, io),
    annotator: annotatorOf(values.annotate, io),
    formats: readFormats(values.format),
    isJson: values.json !== undefined,
    endSession,
  };
  prepareFolders([out, join(out, "journals"), join(out, "har")]);
  return whileLocked(out, io.now, () => writeWholeRun(whole, io));
}

/** What the arguments mean, read and checked. */
interface Whole {
  /** Absolute. */
  readonly out: string;
  readonly folders: readonly Folder[];
  readonly merged: readonly MergedRun[];
  readonly baseline: readonly BaselineEntry[];
  readonly quarantine: readonly QuarantineEntry[];
  readonly target: ArchiveTarget;
  readonly annotator: Annotator | undefined;
  readonly formats: readonly ExtraFormat[];
  readonly isJson: boolean;
  readonly endSession: ReturnType<typeof beginSession>;
}

async function writeWholeRun(
  {
    out,
    folders,
    merged,
    baseline,
    quarantine,
    target,
    annotator,
    formats,
    isJson,
    endSession,
  }: Whole,
  io: Io,
): Promise<number> {
  const page = await loadPageProgram();
  removeEarlierRun(
    out,
    merged.map(({ name }) => name),
  );
  // Of an earlier run there: the whole is no part.
  rmSync(join(out, SHARD_FILE), { force: true });

  const reported: ReportedRun[] = [];
  const failures: FailedRun[] = [];
  for (const run of merged) {
    if (run.kind === "failed") failures.push(run.failure);
    else reported.push(takeOver(run, { out, cwd: io.cwd }));
  }
  const seed = folders[0]?.results.seed ?? "";
  const model = buildReport(reported, {
    baseline,
    brownout: brownoutVersion,
    seed,
    failures,
    quarantine,
  });
  const { results } = model;
  const parts = folders.flatMap(({ facts }) => facts ?? []);
  const facts = endSession({
    seed,
    parts,
    runs: timedRunsOf(results, parts),
    outcome: outcomeOf(model.standing),
    exitCode: exitCodeOf(model.standing),
    failures: results.failures ?? [],
  });
  await writeReports(out, { model, facts, formats }, page);
  const kept = await archiveRun(results, { target, facts, out, io });
  const marks = annotate(model, annotator, facts);

  if (isJson) {
    io.stdout.write(writeResults(results));
    for (const line of kept) io.stderr.write(`${line}\n`);
    for (const line of marks) (io.stderr.command ?? io.stderr.write)(`${line}\n`);
    return exitCodeOf(model.standing);
  }
  const paint = createPaint(io.stdout, io.environment);
  const width = Math.max(0, ...results.runs.map(({ scenario }) => scenario.length));
  for (const run of model.runs) io.stdout.write(`${runLine(run, paint, width)}\n`);
  for (const line of closingLines(model, paint)) io.stdout.write(`${line}\n`);
  for (const line of kept) io.stdout.write(`${line}\n`);
  for (const line of marks) (io.stdout.command ?? io.stdout.write)(`${line}\n`);
  io.stdout.write(`Reports: ${shortPath(io.cwd, out)}, of ${folders.length} folders.\n`);
  return exitCodeOf(model.standing);
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

function readFolders(
  named: readonly string[],
  { cwd, out }: { readonly cwd: string; readonly out: string },
): readonly Folder[] {
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
  return named.map((folder, index) => readFolder(folder, paths[index] ?? ""));
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

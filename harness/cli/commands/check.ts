/**
 * `brownout check`: judges histories that are already there, journals of ours or HAR files
 * of ours and of other tools. Nothing is run, and nothing is written but the trace that is asked for.
 */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import type { History } from "../../history/event.ts";
import { fromHar, fromHarFile } from "../../history/har.ts";
import { parseJournal } from "../../history/journal.ts";
import { listScenarios } from "../../../scenarios/find-scenario.ts";
import { writeWhole } from "../../reporting/files/write-whole.ts";
import { writeChromeTrace } from "../../reporting/formats/chrome-trace.ts";
import { closingLines } from "../../reporting/formats/closing-lines.ts";
import { buildReport } from "../../reporting/model/build-report.ts";
import { checkAsserts, judgeRun } from "../../reporting/model/judge-run.ts";
import { writeResults } from "../../reporting/model/results.ts";
import { type ReportedRun } from "../../reporting/model/run-report.ts";
import { exitCodeOf } from "../../reporting/model/standing.ts";
import { notJudged } from "../../rules/on-upstream.ts";
import { brownoutVersion } from "../../core/version.ts";
import { createPaint, type Output, runLine } from "../../reporting/formats/terminal.ts";
import type { Arguments, Options } from "../arguments.ts";
import { readBaselineFile } from "../baseline-file.ts";
import type { Io } from "../io.ts";
import { quarantineOption, readQuarantineFile } from "../quarantine-file.ts";
import { beginningOf, readTextFile } from "../text-file.ts";

/** The options of `brownout check`. */
export const checkOptions = {
  baseline: { value: "FILE", says: "the known findings (default: reports/baseline.json)" },
  ...quarantineOption,
  trace: {
    value: "FILE",
    says: "write the timeline there as a trace for ui.perfetto.dev or chrome://tracing",
  },
  json: { says: "print the results as JSON, shaped like results.json" },
} as const satisfies Options;

/** Judges every file; resolves to the exit code. */
export async function checkCommand(
  { values, positionals }: Arguments<typeof checkOptions>,
  io: Io,
): Promise<number> {
  if (positionals.length === 0) {
    throw new HarnessError("bad-usage", "check needs a file", {
      hint: "Name a journal (.jsonl) or a HAR file: brownout check reports/out/journals/x.jsonl",
    });
  }
  readBaselineFile({ cwd: io.cwd, named: values.baseline });
  const histories: History[] = [];
  for (const file of positionals) histories.push(await readHistory(file, io));
  if (values.trace !== undefined)
    writeWhole(resolve(io.cwd, values.trace), writeChromeTrace(histories));
  return reportHistories(histories, values, io);
}

/** What decides how histories are reported. */
export interface ReportValues {
  readonly baseline?: string | undefined;
  readonly quarantine?: string | undefined;
  readonly json?: true | undefined;
}

/** Judges histories and prints what the rules say, by default to standard output; returns the exit code. */
export function reportHistories(
  histories: readonly History[],
  values: ReportValues,
  io: Io,
  output: Output = io.stdout,
): number {
  const { entries: baseline } = readBaselineFile({ cwd: io.cwd, named: values.baseline });
  const reported = histories.map((history): ReportedRun => {
    const scenario = listScenarios().find(({ name }) => name === history.header.scenario);
    return { run: judgeRun(history), ...(scenario === undefined ? {} : { scenario }) };
  });
  const seeds = new Set(histories.map(({ header }) => header.seed).filter((seed) => seed !== ""));
  const model = buildReport(reported, {
    baseline,
    brownout: brownoutVersion,
    seed: [...seeds].join(" "),
    quarantine: readQuarantineFile(values.quarantine, io.cwd),
  });
  if (values.json !== undefined) {
    io.stdout.write(writeResults(model.results));
    return exitCodeOf(model.standing);
  }
  const paint = createPaint(output, io.environment);
  for (const run of model.runs) output.write(`${runLine(run, paint)}\n`);
  for (const line of closingLines(model, paint)) output.write(`${line}\n`);
  for (const line of notJudgedLines(histories)) output.write(`${line}\n`);
  return exitCodeOf(model.standing);
}

/** The rules that an upstream keeps from judging, by their reasons. */
function notJudgedLines(histories: readonly History[]): readonly string[] {
  return histories.flatMap((history) => {
    const byWhy = Map.groupBy(notJudged(history), ({ why }) => why);
    return [...byWhy].map(([why, rules]) => {
      const names = rules.map(({ rule }) => rule).join(", ");
      return `Not judged on the upstream ${history.header.upstream}: ${names} (${why}).`;
    });
  });
}

/** Larger files are read entry by entry: V8 has no string for 600 MB, and few machines the memory. */
const READ_WHOLE_MAX = 16 * 1024 * 1024;

async function readHar(
  path: string,
  file: string,
  onLeftOut: (count: number) => void,
): Promise<History> {
  const { size = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return size > READ_WHOLE_MAX
    ? fromHarFile(path, file, onLeftOut)
    : fromHar(readTextFile(path, file), file, onLeftOut);
}

/** What is in a pipe, as the shell's `<(zcat run.jsonl.gz)` is one, can be read only once. */
function isPipe(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

/** The history in a journal or a HAR file; says on standard error what was left out of it. */
export async function readHistory(file: string, { cwd, stderr }: Io): Promise<History> {
  const path = resolve(cwd, file);
  const onLeftOut = (left: number): void => {
    stderr.write(
      `${file}: ${left === 1 ? "1 entry is" : `${left} entries are`} no HTTP request, and left out.\n`,
    );
  };
  const piped = isPipe(path) ? readTextFile(path, file) : undefined;
  // By contents too: HAR files are often called .json.
  const isHar =
    /\.har$/i.test(file) || /^\uFEFF?\s*\{\s*"log"/.test(piped ?? beginningOf(path, file));
  const text = (): string => piped ?? readTextFile(path, file);
  const history =
    isHar && piped === undefined
      ? await readHar(path, file, onLeftOut)
      : isHar
        ? await fromHar(text(), file, onLeftOut)
        : parseJournal(text(), file);
  checkAsserts(history.header.asserts, file);
  return history;
}

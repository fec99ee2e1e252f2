/**
 * `brownout replay`: runs what a journal's header names once more and compares the journals,
 * line by line. Equal journals are the proof that a finding can be looked at again.
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, isAbsolute, join, relative, resolve } from "node:path";
import { findEdition } from "../../entra/backup-coverage/find-named.ts";
import { HarnessError } from "../../core/errors.ts";
import { expected } from "../../core/validation.ts";
import type { JournalHeader } from "../../history/header.ts";
import { parseJournal } from "../../history/journal.ts";
import { loadScenario } from "../../../scenarios/find-scenario.ts";
import { closingLines } from "../../reporting/formats/closing-lines.ts";
import { buildReport } from "../../reporting/model/build-report.ts";
import { isScenarioName } from "../../runner/scenario-schema.ts";
import type { ScenarioSummary } from "../../runner/scenario-summary.ts";
import { checkAsserts, judgeRun } from "../../reporting/model/judge-run.ts";
import { writeResults } from "../../reporting/model/results.ts";
import { exitCodeOf } from "../../reporting/model/standing.ts";
import { createPaint, runLine } from "../../reporting/formats/terminal.ts";
import { prepareFolders } from "../../reporting/files/write-whole.ts";
import { brownoutVersion } from "../../core/version.ts";
import { describeScenarios } from "../worker/describe-files.ts";
import type { RunFacts } from "../../reporting/model/run-facts.ts";
import type { RunTask } from "../worker/protocol.ts";
import type { Arguments, Options } from "../arguments.ts";
import { readBaselineFile } from "../baseline-file.ts";
import { type Execution, executeTasks } from "../worker/execute-tasks.ts";
import {
  beginSession,
  factsOptions,
  leaveRunFacts,
  outcomeOf,
  timedRun,
} from "../facts/session-facts.ts";
import { interruptedCodes } from "../interrupt.ts";
import type { Io } from "../io.ts";
import type { ClientCache } from "../../clients/versions/client-cache.ts";
import { placeClient } from "../../clients/versions/place-client.ts";
import { probeMachine } from "../probe-machine.ts";
import { findOwnClient } from "../own-client.ts";
import { createScriptOutput } from "../script-output.ts";
import { isOwnScenarioFile } from "../scenario-files.ts";
import { namedMount, runName } from "../selection.ts";
import { cacheOption, keptVersions } from "../client-versions/cache-option.ts";
import { readTextFile } from "../text-file.ts";

/** The options of `brownout replay`. */
export const replayOptions = {
  scenario: {
    value: "FILE",
    says: "the scenario's own file, where it is not called NAME.scenario.EXTENSION in this folder or below",
  },
  client: { value: "FILE", says: "the file of the client, where that is one of your own" },
  out: { value: "DIR", says: "where the new journal goes (default: reports/out/replay)" },
  cache: cacheOption,
  baseline: { value: "FILE", says: "the known findings (default: reports/baseline.json)" },
  ...factsOptions,
  json: { says: "print the results as JSON, shaped like results.json" },
} as const satisfies Options;

/** Runs the journal's scenario again; 0 when the journals are equal and as expected. */
export async function replayCommand(
  given: Arguments<typeof replayOptions>,
  io: Io,
): Promise<number> {
  const { values, positionals } = given;
  const endSession = beginSession({ command: "replay", ...given }, io);
  const file = oneFile(positionals);
  if (/\.har$/i.test(file)) {
    throw new HarnessError("bad-usage", "a HAR does not say what was run", {
      place: file,
      hint: 'Replay the journal of the run, or judge the HAR with "brownout check".',
    });
  }
  const before = readTextFile(resolve(io.cwd, file), file);
  const { header } = parseJournal(before, file);
  checkAsserts(header.asserts, file);
  const { entries: baseline } = readBaselineFile({ cwd: io.cwd, named: values.baseline });
  if (!isScenarioName(header.scenario)) throw noName(header.scenario, file);
  const named = scenarioOf(header, { cwd: io.cwd, journal: file, given: values.scenario });
  const scenario = await summaryOf(named);
  const out = resolve(io.cwd, values.out ?? join("reports", "out", "replay"));
  const folder = join(out, "journals");
  const name = runName(header.scenario, header.client.name);
  const client = await clientOf(header, scenario, {
    given: values.client,
    journal: file,
    cwd: io.cwd,
    ...keptVersions(values.cache, io),
  });
  const task: RunTask = {
    scenario: named,
    ...client,
    mount: namedMount(header.mount),
    seed: header.seed,
    ...(header.edition === undefined ? {} : { edition: findEdition(header.edition) }),
    ...(header.variation === undefined ? {} : { variation: header.variation }),
    journalFile: join(folder, `${name}.jsonl`),
  };
  refuseToOverwrite(resolve(io.cwd, file), task.journalFile, file);
  prepareFolders([folder]);
  await probeMachine([task.mount], io.now);

  const { replies, interruptedBy } = await playAgain(task, { io, name: scenario.name });
  if (interruptedBy !== undefined) {
    const exitCode = interruptedCodes[interruptedBy];
    leaveFacts(out, endSession({ seed: header.seed, outcome: "interrupted", exitCode, runs: [] }));
    return exitCode;
  }
  const [reply] = replies;
  if (reply?.kind !== "done") throw failed(reply?.error, file);
  const after = readFileSync(task.journalFile, "utf8");
  const run = judgeRun(parseJournal(after, task.journalFile), reply.simulatedMs);
  const { seed } = header;
  const model = buildReport([{ run, scenario }], {
    baseline,
    seed,
    brownout: brownoutVersion,
  });
  const paint = createPaint(io.stdout, io.environment);
  const difference = differenceOf(before, after);
  const lines = [
    ...model.runs.map((one) => runLine(one, paint)),
    ...closingLines(model, paint),
    ...(difference === undefined
      ? [paint("green", "The new journal equals the old one.")]
      : differenceLines(difference, header)),
    `Journal: ${relative(io.cwd, task.journalFile)}`,
  ];
  const exitCode = difference === undefined ? exitCodeOf(model.standing) : 1;
  const runs = [timedRun(header, reply)];
  const facts = endSession({ seed, outcome: outcomeOf(model.standing), exitCode, runs });
  leaveFacts(out, facts);
  const output = values.json === undefined ? io.stdout : io.stderr;
  if (values.json !== undefined) io.stdout.write(writeResults(model.results));
  for (const line of lines) output.write(`${line}\n`);
  return exitCode;
}

/** Beside the results of another session they would be taken for theirs. */
function leaveFacts(out: string, facts: RunFacts): void {
  if (!existsSync(join(out, "results.json"))) leaveRunFacts(out, facts);
}

/** Plays the run; what its script prints goes to the standard error output. */
async function playAgain(
  task: RunTask,
  { io, name }: { readonly io: Io; readonly name: string },
): Promise<Execution> {
  const scripts = createScriptOutput({
    line: (text) => io.stderr.write(`${text}\n`),
    nameOf: () => name,
  });
  const executed = await executeTasks([task], io, {
    workers: 1,
    onReply: () => undefined,
    onOutput: scripts.take,
  });
  scripts.end();
  return executed;
}

function oneFile(positionals: readonly string[]): string {
  const [file, ...more] = positionals;
  if (file !== undefined && more.length === 0) return file;
  throw new HarnessError("bad-usage", `replay needs one journal, found ${positionals.length}`, {
    hint: "Write: brownout replay reports/out/journals/x.jsonl",
  });
}

/** The scenario of the library, or of a user's file. */
async function summaryOf(named: string): Promise<ScenarioSummary> {
  if (!isAbsolute(named)) return loadScenario(named);
  const [scenario] = await describeScenarios([named]);
  if (scenario === undefined) throw new Error("a file was described by nothing");
  return scenario;
}

/** Where the client of a journal is: a package in its version, or the file that is given. */
async function clientOf(
  { client: { name, version } }: JournalHeader,
  scenario: ScenarioSummary,
  {
    given,
    journal,
    cwd,
    cache,
  }: {
    readonly given: string | undefined;
    readonly journal: string;
    readonly cwd: string;
    readonly cache?: ClientCache;
  },
): Promise<Pick<RunTask, "client" | "clientFolder" | "clientFile">> {
  if (given === undefined) {
    const client = `${name}@${version}`;
    const { folder } = await placeClient(client, scenario, cache).catch((error: unknown) => {
      throw asNoFile(error, name);
    });
    return { client, ...(folder === undefined ? {} : { clientFolder: folder }) };
  }
  const own = await findOwnClient(given, cwd);
  if (own?.client.name === name) return { client: name, clientFile: own.file };
  throw new HarnessError(
    "bad-usage",
    own === undefined
      ? `--client is "${given}", which is no file`
      : `its client is ${name}, and that of ${given} is ${own.client.name}`,
    { place: journal, hint: "Name the file of the client that the journal is of." },
  );
}

/** A name that no client of ours has may be that of a client in a file. */
function asNoFile(error: unknown, name: string): unknown {
  if (!(error instanceof HarnessError) || error.code !== "unknown-client") return error;
  const { code, message, hint = "" } = error;
  return new HarnessError(code, message, {
    hint: `${hint} If ${name} is a client of your own, name its file: --client FILE`,
  });
}

function noName(scenario: string, journal: string): HarnessError {
  return new HarnessError(
    "bad-journal",
    `${expected("the name of a scenario in kebab-case", scenario)}: it names the new journal`,
    { place: `${journal}:1`, hint: "Use the journal as it was written." },
  );
}

/**
 * A name of the library, or where the scenario's file is. A journal may come from elsewhere: it
 * chooses among this project's scenario files, and any other file is run only for the person who names it.
 */
function scenarioOf(
  { scenario, file, client }: JournalHeader,
  {
    cwd,
    journal,
    given,
  }: { readonly cwd: string; readonly journal: string; readonly given: string | undefined },
): string {
  if (client.name === "har") {
    throw new HarnessError("bad-usage", "it was made from a HAR, and no scenario made that", {
      place: journal,
      hint: "Judge it with: brownout check",
    });
  }
  if (given !== undefined) return resolve(cwd, given);
  if (file === undefined) return scenario;
  const path = resolve(cwd, file);
  if (!existsSync(path)) {
    throw new HarnessError(
      "unknown-scenario",
      `its scenario ${scenario} was in ${file}, which is not here`,
      {
        place: journal,
        hint: `Call replay in the folder in which it was run, where ${basename(file)} is.`,
      },
    );
  }
  if (isOwnScenarioFile(path, cwd)) return path;
  throw new HarnessError("bad-usage", `it would run ${file}, which may be any program`, {
    place: journal,
    hint: `If that is your scenario, name it: --scenario ${file}`,
  });
}

function refuseToOverwrite(old: string, replayed: string, named: string): void {
  if (old !== replayed) return;
  throw new HarnessError("bad-usage", "the new journal would overwrite the old one", {
    place: named,
    hint: "Name another folder with --out.",
  });
}

interface Difference {
  /** Counted from 1. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

function differenceOf(before: string, after: string): Difference | undefined {
  if (before === after) return undefined;
  const [old, replayed] = [before.split("\n"), after.split("\n")];
  const length = Math.max(old.length, replayed.length);
  for (let index = 0; index < length; index += 1) {
    const [was, is] = [old[index], replayed[index]];
    if (was === is) continue;
    return { line: index + 1, before: was ?? "(nothing)", after: is ?? "(nothing)" };
  }
  return undefined;
}

/** How much of a long line is shown before and after the first character that differs. */
const CONTEXT_CHARACTERS = { before: 80, after: 120 };

function differenceLines({ line, before, after }: Difference, header: JournalHeader): string[] {
  const isOther = header.brownout !== brownoutVersion;
  let column = 0;
  while (before[column] === after[column]) column += 1;
  const excerpt = (text: string): string => {
    const start = Math.max(0, column - CONTEXT_CHARACTERS.before);
    const end = column + CONTEXT_CHARACTERS.after;
    return `${start > 0 ? "…" : ""}${text.slice(start, end)}${end < text.length ? "…" : ""}`;
  };
  return [
    `The new journal differs from the old one, first in line ${line}, column ${column + 1}:`,
    `  old: ${excerpt(before)}`,
    `  new: ${excerpt(after)}`,
    ...(isOther
      ? [`  The old one is of brownout ${header.brownout}; this is ${brownoutVersion}.`]
      : []),
  ];
}

function failed(
  error: { readonly message: string; readonly place?: string; readonly hint?: string } | undefined,
  file: string,
): HarnessError {
  const { message = "the run did not end", place = file, hint } = error ?? {};
  return new HarnessError("worker-died", message, {
    place,
    ...(hint === undefined ? {} : { hint }),
  });
}

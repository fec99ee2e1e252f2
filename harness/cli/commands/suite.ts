/**
 * `brownout suite`: runs a test suite by its own runner, and makes of what its tests expected of
 * Entra what `brownout run` makes of scenarios: reports, the archive, news and an exit code. Each
 * test that has a simulated Entra leaves its journal, whether it fails or not.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { HarnessError } from "../../core/errors.ts";
import { announcedPackages } from "../../history/announced-packages.ts";
import { parseJournal } from "../../history/journal.ts";
import { removeEarlierRun } from "../../reporting/files/stale-runs.ts";
import { loadPageProgram } from "../../reporting/formats/page-program.ts";
import { sortedPackages, type TimedRun } from "../../reporting/model/run-facts.ts";
import { verdictOf } from "../../rules/rules.ts";
import { SUITE_TIMES, SUITE_VARIABLE } from "../../runner/live/suite-variable.ts";
import type { Arguments } from "../arguments.ts";
import { beginSession } from "../facts/session-facts.ts";
import { whileLocked } from "../folder-lock.ts";
import type { Io } from "../io.ts";
import type { Merged, MergedRun } from "../merge-order.ts";
import { prepareOutput } from "../output-folder.ts";
import { outFolder } from "../plan.ts";
import { runCommandLine } from "../run-command.ts";
import { projectPath } from "../run-program.ts";
import { runName } from "../selection.ts";
import { readTextFile } from "../text-file.ts";
import { archivingFailure } from "../unplayed-session.ts";
import { mergeOptions, readGiven, writeWholeRun } from "./merge.ts";

/** The options of `brownout suite`. */
export const suiteOptions = {
  ...mergeOptions,
  out: { value: "DIR", says: "where reports and journals go (default: reports/out)" },
} as const;

/** Runs the suite; resolves to the exit code. */
export async function suiteCommand(asked: Arguments<typeof suiteOptions>, io: Io): Promise<number> {
  const { values, positionals } = asked;
  if (positionals.length === 0) {
    throw new HarnessError("bad-usage", "suite needs the command that runs the tests", {
      hint: "brownout suite -- npx vitest run",
    });
  }
  const endSession = beginSession({ command: "suite", ...asked }, io);
  const out = outFolder(values.out, io.cwd);
  const work = (): Promise<number> => runSuite(out, asked, { io, endSession });
  return archivingFailure(work, { values, out, endSession, io });
}

async function runSuite(
  named: string,
  { values, positionals }: Arguments<typeof suiteOptions>,
  { io, endSession }: { readonly io: Io; readonly endSession: ReturnType<typeof beginSession> },
): Promise<number> {
  const given = readGiven(values, io);
  const page = await loadPageProgram();
  const { path: out, problem } = prepareOutput(named, io.now);
  const command = ["brownout suite --", ...positionals].join(" ");
  return whileLocked(out, { now: io.now, command }, async () => {
    removeEarlierRun(out, []);
    rmSync(join(out, SUITE_TIMES), { recursive: true, force: true });
    const code = await runCommandLine(
      positionals,
      { ...io.environment, PATH: projectPath(io.cwd, io.environment), [SUITE_VARIABLE]: out },
      io,
    );
    const runs = readTests(out);
    const failed = problemOf(code, runs, positionals);
    const problems = [problem, failed].filter((one) => one !== undefined);
    const timed = runs.map((run) => timedTest(run, out));
    rmSync(join(out, SUITE_TIMES), { recursive: true, force: true });
    const parts = { parts: [], merged: mergedOf(runs), timed };
    return writeWholeRun({ ...given, ...parts, endSession, out, page, problems }, io);
  });
}

type TestRun = Extract<MergedRun, { readonly kind: "done" }>;

/** The journals that tests have left. Throws `bad-journal` for one that was cut off. */
function readTests(out: string): readonly TestRun[] {
  const folder = join(out, "journals");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jsonl"))
    .toSorted()
    .flatMap((file): readonly TestRun[] => {
      const text = readTextFile(join(folder, file), file);
      // Other people's files may lie there too.
      if (!text.startsWith('{"schema":"brownout/journal/')) return [];
      const history = parseJournal(text, file);
      const { header } = history;
      if (header.test === undefined) return [];
      const name = runName(header.scenario, header.client.name);
      return [{ kind: "done", name, history, text, controls: {} }];
    });
}

/** What a test took, as it left it, and the packages that its requests name. */
function timedTest({ name, history }: TestRun, out: string): TimedRun {
  const { scenario, client, mount } = history.header;
  const clients = announcedPackages(history);
  const times = join(out, SUITE_TIMES, name);
  // Of a test whose project has an older version there is none.
  const durationMs = existsSync(times) ? Number(readFileSync(times, "utf8")) : 0;
  const packages = clients.length === 0 ? {} : { clients: sortedPackages(clients) };
  return { scenario, client: client.name, mount, durationMs, ...packages };
}

/** Why the suite says less than it should: no test of it used Brownout, or it failed and none of those tests did. */
function problemOf(
  code: number,
  runs: readonly TestRun[],
  command: readonly string[],
): HarnessError | undefined {
  const hasFailed = runs.some(
    ({ history }) => verdictOf(history.header.test?.findings ?? []) !== "pass",
  );
  if (runs.length > 0 && (code === 0 || hasFailed)) return undefined;
  const what =
    runs.length === 0
      ? "no test that uses Brownout was run"
      : "none of its tests that use Brownout failed";
  return new HarnessError("suite-failed", `it ended with exit code ${code}, and ${what}`, {
    place: command.join(" "),
    hint: "Its own output says why.",
  });
}

function mergedOf(runs: readonly TestRun[]): Merged {
  const seeds = new Set(runs.map(({ history }) => history.header.seed));
  return {
    seed: [...seeds].join(" "),
    counted: [],
    runs,
    unusableFiles: [],
    missing: [],
    missingRuns: [],
    leftOut: [],
  };
}

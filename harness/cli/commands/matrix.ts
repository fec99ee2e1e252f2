/**
 * `brownout matrix`: versions of clients side by side, through the same outages with the same
 * seed, and what changed between them. It compares versions with each other, not with a baseline.
 */
import { rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { packagedDrivers } from "../../clients/drivers/drivers.ts";
import { clientPackages } from "../../clients/registry.ts";
import { readClientVersions } from "../../clients/versions/version-spec.ts";
import { HarnessError } from "../../core/errors.ts";
import { formatDuration } from "../../core/time/duration.ts";
import { brownoutVersion } from "../../core/version.ts";
import { writeWhole } from "../../reporting/files/write-whole.ts";
import {
  createPaint,
  createProgress,
  failedRunLine,
  statusText,
} from "../../reporting/formats/terminal.ts";
import { countResults } from "../../reporting/model/build-results.ts";
import {
  type LoadedPackage,
  RUN_FILE,
  sortedPackages,
  type TimedRun,
} from "../../reporting/model/run-facts.ts";
import { writeResults } from "../../reporting/model/results.ts";
import { type PlayedVersion, writeMatrix } from "../../reporting/client-versions/version-matrix.ts";
import { matrixLines, matrixPage } from "../../reporting/client-versions/matrix-text.ts";
import type { Arguments, Options } from "../arguments.ts";
import { beginSession, factsOptions, leaveRunFacts } from "../facts/session-facts.ts";
import { commandToCheck } from "../command-name.ts";
import { interruptedCodes } from "../interrupt.ts";
import type { Io } from "../io.ts";
import { readSeed, readWorkers } from "../plan.ts";
import { findOwnClient, type OwnClient } from "../own-client.ts";
import { namedMount, selectScenarios } from "../selection.ts";
import { cacheOption, openClientCache } from "../client-versions/cache-option.ts";
import { compareClientVersions } from "../client-versions/compare-versions.ts";
import { folderName, type PlayedClient } from "../client-versions/plan-versions.ts";

/** The options of `brownout matrix`. */
export const matrixOptions = {
  client: {
    value: "FILE",
    says: "the file of a client of your own, to compare with the newest version of each other",
  },
  scenario: {
    value: "FILTER",
    says: "scenarios to play, by name, glob or file, with commas between (default: all that are for the clients)",
  },
  seed: {
    value: "N",
    says: "where chance begins (default: 1); what differs is played again with the next",
  },
  out: {
    value: "DIR",
    says: "where matrix.json, matrix.md and the journals go (default: reports/out/matrix)",
  },
  mount: {
    value: "NAME",
    says: "how clients reach the simulator (default: over real sockets, https or proxy)",
  },
  resume: {
    says: "judge the journals that are in the output folder already, and play only what is missing; for a matrix that was interrupted, with the same brownout",
  },
  cache: cacheOption,
  workers: { value: "N", says: "processes at work at once (default: one for each core)" },
  ...factsOptions,
  json: { says: "print matrix.json instead of lines" },
} as const satisfies Options;

/** Plays and compares the versions that the arguments name; resolves to 0, or to 2 when a run was not finished. */
export async function matrixCommand(
  given: Arguments<typeof matrixOptions>,
  io: Io,
): Promise<number> {
  const { values, positionals } = given;
  const endSession = beginSession({ command: "matrix", ...given }, io);
  const beganAtMs = io.now();
  const wanted = readClientVersions(
    positionals,
    [...clientPackages.keys()],
    [...packagedDrivers.keys()],
  );
  const seed = readSeed(values.seed, io.now);
  const workers = readWorkers(values.workers) ?? io.parallelism;
  const own = await ownClientOf(values.client, io.cwd);
  const found = await selectScenarios(filtersOf(values.scenario), io.cwd);
  const out = resolve(io.cwd, values.out ?? join("reports", "out", "matrix"));
  const progress = createProgress(values.json === undefined ? io.stdout : io.stderr);
  // Of a matrix that is interrupted nothing may look like its result.
  for (const name of [RUN_FILE, "matrix.md", "matrix.json"])
    rmSync(join(out, name), { force: true });
  const timed: { readonly of: PlayedClient; readonly seed: string; readonly run: TimedRun }[] = [];
  const comparison = await compareClientVersions(wanted, io, {
    found,
    ...(own === undefined ? {} : { own }),
    out,
    seed,
    workers,
    ...(values.mount === undefined ? {} : { mount: namedMount(values.mount) }),
    resume: values.resume !== undefined,
    cache: openClientCache(values.cache, io, progress),
    onLine: progress.line,
    onPlayed: ({ of, task }, run) => timed.push({ of, seed: task.seed, run }),
    onProgress: (done, of, underWay) => progress.status(statusText(done, of, underWay)),
  });
  progress.end();
  const runs = timed.map(({ run }) => run);
  if (typeof comparison === "string") {
    progress.line(
      "Interrupted: nothing is compared. The journals that were finished stay; go on with --resume.",
    );
    const exitCode = interruptedCodes[comparison];
    leaveRunFacts(out, endSession({ seed, exitCode, outcome: "interrupted", runs }));
    return exitCode;
  }
  const { matrix, versions, failures } = comparison;
  const exitCode = failures.length === 0 ? 0 : 2;
  const outcome = exitCode === 0 ? "finished" : "failed";
  const clients = versions.flatMap(packageOf);
  const facts = endSession({ seed, clients, failures, exitCode, outcome, runs });
  leaveRunFacts(out, facts);
  for (const version of versions) {
    writeVersion(version, { out, seed });
    const own = timed.flatMap(({ of, seed: played, run }) =>
      played === seed && of.client === version.client && of.version === version.version ? run : [],
    );
    const loaded = own.flatMap((run) => run.clients ?? []);
    const only = { clients: sortedPackages([...packageOf(version), ...loaded]), runs: own };
    leaveRunFacts(join(out, folderName(version)), { ...facts, ...only });
  }
  writeWhole(join(out, "matrix.md"), matrixPage(matrix));
  writeWhole(join(out, "matrix.json"), writeMatrix(matrix));
  if (values.json !== undefined) io.stdout.write(writeMatrix(matrix));
  for (const line of matrixLines(matrix)) progress.line(line);
  const [example] = matrix.steps.flatMap(({ changes }) => changes);
  if (example !== undefined) {
    const journals = [example.before, example.after].map(({ journal }) =>
      relative(io.cwd, join(out, journal)),
    );
    progress.line(`See the first of them: ${commandToCheck(journals, io.cwd)}`);
  }
  for (const failure of failures)
    progress.line(failedRunLine(failure, createPaint(io.stdout, io.environment)));
  const tookMs = Math.round((io.now() - beganAtMs) / 100) * 100;
  progress.line(`Matrix: ${relative(io.cwd, out)}. Took ${formatDuration(tookMs)}.`);
  return exitCode;
}

/** A client at npm; none for one of the user's own. */
function packageOf({ client, version }: PlayedVersion): readonly LoadedPackage[] {
  const name = clientPackages.get(client);
  return name === undefined ? [] : [{ name, version }];
}

async function ownClientOf(named: string | undefined, cwd: string): Promise<OwnClient | undefined> {
  const own = await findOwnClient(named, cwd);
  if (named === undefined || own !== undefined) return own;
  throw new HarnessError("bad-usage", `--client is "${named}", which is no file`, {
    hint: `Name the file of a client of your own, such as --client ./acme-auth.client.ts; versions of packages stand by themselves: brownout matrix ${named}`,
  });
}

function filtersOf(text: string | undefined): readonly string[] {
  return (text ?? "").split(",").filter((filter) => filter !== "");
}

function writeVersion(
  version: PlayedVersion,
  { out, seed }: { readonly out: string; readonly seed: string },
): void {
  const results = countResults(
    version.results.map(({ result }) => result),
    { seed, brownout: brownoutVersion, failures: version.failures },
  );
  writeWhole(join(out, folderName(version), "results.json"), writeResults(results));
}

/**
 * `brownout matrix`: versions of clients side by side, through the same outages with the same
 * seed, and what changed between them. What differs is played once more with another seed, so
 * that chance is told from change. It compares versions with each other, not with a baseline.
 */
import { join, relative, resolve } from "node:path";
import { formatDuration } from "../../core/time/duration.ts";
import { clientPackages } from "../../clients/registry.ts";
import { matrixLines, matrixPage } from "../../reporting/versions/matrix-text.ts";
import {
  buildMatrix,
  toPlayAgain,
  type VersionPart,
  writeMatrix,
} from "../../reporting/versions/matrix.ts";
import { countResults, writeResults } from "../../reporting/model/results.ts";
import {
  createPaint,
  createProgress,
  failedRunLine,
  type Progress,
  statusText,
} from "../../reporting/formats/terminal.ts";
import { count } from "../../reporting/model/wording.ts";
import { writeWhole } from "../../reporting/files/write-whole.ts";
import { brownoutVersion } from "../../core/version.ts";
import type { ClientCache, ClientFolder } from "../../reporting/versions/client-cache.ts";
import { type ClientVersions, readClientVersions } from "../../reporting/versions/spec.ts";
import { compareVersions } from "../../reporting/versions/version-order.ts";
import type { Arguments, Options } from "../arguments.ts";
import { commandToCheck } from "../command-name.ts";
import { type InterruptSignal, interruptedCodes } from "../interrupt.ts";
import type { Io } from "../io.ts";
import { readSeed, readWorkers } from "../plan.ts";
import { selectScenarios } from "../selection.ts";
import { cacheOption, openClientCache } from "../version-cache.ts";
import { folderName, planVersions, type VersionPlan, type VersionRun } from "../version-plan.ts";
import { playVersions, type VersionOutcome } from "../version-runs.ts";

/** The options of `brownout matrix`. */
export const matrixOptions = {
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
  cache: cacheOption,
  workers: { value: "N", says: "processes at work at once (default: one for each core)" },
  json: { says: "print matrix.json instead of lines" },
} as const satisfies Options;

/** Plays and compares the versions that the arguments name; 0, or 2 when a run was not brought to its end. */
export async function matrixCommand(
  { values, positionals }: Arguments<typeof matrixOptions>,
  io: Io,
): Promise<number> {
  const beganAtMs = io.now();
  const wanted = readClientVersions(positionals, [...clientPackages.keys()]);
  const seed = readSeed(values.seed);
  const workers = readWorkers(values.workers) ?? io.parallelism;
  const found = await selectScenarios(filtersOf(values.scenario), io.cwd);
  const out = resolve(io.cwd, values.out ?? join("reports", "out", "matrix"));
  const progress = createProgress(values.json === undefined ? io.stdout : io.stderr);
  const cache = openClientCache(values.cache, io, progress);
  const versions = await provideAll(wanted, cache, progress);
  const plans = await planVersions(versions, { found, out, seed });
  progress.line(`brownout ${brownoutVersion}: ${plannedText(plans)}, seed ${seed}`);

  const playing = { io, workers, progress, told: "by version" } as const;
  const first = await play(
    plans.flatMap(({ runs }) => runs),
    playing,
  );
  if (first.interruptedBy !== undefined) return interrupted(first.interruptedBy, progress);
  const parts = plans.map((plan) => partOf(plan, first.outcomes));
  const again = String(BigInt(seed) + 1n);
  const differing = toPlayAgain(parts);
  const runsAgain = first.outcomes.flatMap(({ run, played }) =>
    played !== undefined && differing.has(played) ? [withSeed(run, again, out)] : [],
  );
  if (runsAgain.length > 0)
    progress.line(`Again, as they differ: ${count(runsAgain.length, "run")}, seed ${again}`);
  const second = await play(runsAgain, { ...playing, told: "at the end" });
  if (second.interruptedBy !== undefined) return interrupted(second.interruptedBy, progress);
  const partsAgain = plans.map((plan) => partOf(plan, second.outcomes));
  progress.end();

  for (const part of parts) writeVersion(part, { out, seed });
  const matrix = buildMatrix(parts, partsAgain, { brownout: brownoutVersion, seed, again });
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
  const failures = [...parts, ...partsAgain].flatMap((part) => part.failures);
  for (const failure of failures)
    progress.line(failedRunLine(failure, createPaint(io.stdout, io.environment)));
  const tookMs = Math.round((io.now() - beganAtMs) / 100) * 100;
  progress.line(`Matrix: ${relative(io.cwd, out)}. Took ${formatDuration(tookMs)}.`);
  return failures.length === 0 ? 0 : 2;
}

function interrupted(signal: InterruptSignal, progress: Progress): number {
  progress.end();
  progress.line("Interrupted: nothing is compared. The journals that were finished stay.");
  return interruptedCodes[signal];
}

function filtersOf(text: string | undefined): readonly string[] {
  return (text ?? "").split(",").filter((filter) => filter !== "");
}

async function provideAll(
  wanted: readonly ClientVersions[],
  cache: ClientCache,
  progress: Progress,
): Promise<readonly ClientFolder[]> {
  const folders: ClientFolder[] = [];
  for (const { client, wanted: texts } of wanted) {
    const resolved = new Map<string, string>();
    for (const text of texts) resolved.set(await cache.resolve(client, text), text);
    for (const version of [...resolved.keys()].sort(compareVersions))
      folders.push(await cache.provide(client, version));
  }
  progress.end();
  return folders;
}

function plannedText(plans: readonly VersionPlan[]): string {
  const runs = plans.reduce((sum, plan) => sum + plan.runs.length, 0);
  const clients = [...Map.groupBy(plans, ({ client }) => client)].map(
    ([client, of]) => `${client} ${of.map(({ version }) => version).join(", ")}`,
  );
  return `${count(runs, "run")} of ${clients.join("; ")}`;
}

async function play(
  runs: readonly VersionRun[],
  {
    io,
    workers,
    progress,
    told,
  }: {
    readonly io: Io;
    readonly workers: number;
    readonly progress: Progress;
    readonly told: "by version" | "at the end";
  },
) {
  return playVersions(runs, io, {
    workers,
    onProgress: (done, underWay) => progress.status(statusText(done, runs.length, underWay)),
    onVersion(of, outcomes) {
      if (told === "by version") progress.line(versionLine(of, outcomes));
    },
  });
}

/** A version whose runs have all ended. */
function versionLine(
  { client, version }: ClientFolder,
  outcomes: readonly VersionOutcome[],
): string {
  const verdicts = outcomes.map(({ played }) => played?.result.verdict ?? "not finished");
  const told = (["pass", "fail", "inconclusive", "not finished"] as const).flatMap((verdict) => {
    const { length } = verdicts.filter((one) => one === verdict);
    return length === 0 ? [] : [`${length} ${verdict}`];
  });
  return `  ${client} ${version}: ${told.join(", ")}`;
}

function partOf(plan: VersionPlan, outcomes: readonly VersionOutcome[]): VersionPart {
  const own = outcomes.filter(
    ({ run: { of } }) => of.client === plan.client && of.version === plan.version,
  );
  return {
    client: plan.client,
    version: plan.version,
    played: own.flatMap(({ played }) => played ?? []),
    skipped: plan.skipped,
    failures: own.flatMap(({ failure }) => failure ?? []),
  };
}

/** The same run with another seed; its journal stands in `again` beside the first. */
function withSeed(run: VersionRun, seed: string, out: string): VersionRun {
  const journal = run.journal.replace("/journals/", "/again/journals/");
  const task = { ...run.task, seed, journalFile: join(out, ...journal.split("/")) };
  return { ...run, journal, task };
}

function writeVersion(
  part: VersionPart,
  { out, seed }: { readonly out: string; readonly seed: string },
): void {
  const results = countResults(
    part.played.map(({ result }) => result),
    { seed, brownout: brownoutVersion, failures: part.failures },
  );
  writeWhole(join(out, folderName({ ...part, folder: "" }), "results.json"), writeResults(results));
}

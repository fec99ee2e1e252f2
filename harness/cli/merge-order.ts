/**
 * Puts the runs of several output folders in the order in which one run would have had them. Shards
 * come from other machines: one that is lost or damaged makes the whole partial, and does not hide
 * what the others found.
 */
import { join } from "node:path";
import { HarnessError } from "../core/errors.ts";
import type { History } from "../history/event.ts";
import { parseClientName } from "../clients/registry.ts";
import type { ReadResults } from "../reporting/files/read-results.ts";
import type { Control } from "../reporting/model/control.ts";
import {
  type FailedRun,
  isCutShort,
  type MissingShard,
  NO_CLIENT,
} from "../reporting/model/results.ts";
import type { RunFacts } from "../reporting/model/run-facts.ts";
import type { Shard } from "../reporting/files/shard.ts";
import { failureOf, withoutStack } from "./failure.ts";
import { runName } from "./selection.ts";
import { takePart } from "./shard-part.ts";

/** An output folder as it was found. */
export interface Folder {
  /** As the person named it. */
  readonly named: string;
  readonly results: ReadResults;
  /** Absent for a run that was no part of another. */
  readonly shard?: Shard;
  /** When and where it was run; absent for a folder of an older version. */
  readonly facts?: RunFacts;
  readonly journals: ReadonlyMap<string, { readonly history: History; readonly text: string }>;
}

/** One run of the whole: with its journal, or with why there is none. */
export type MergedRun =
  | {
      readonly kind: "done";
      readonly name: string;
      readonly history: History;
      /** The journal as it was written. */
      readonly text: string;
      /** Default: as its history says. */
      readonly simulatedMs?: number;
      readonly relaunched?: string;
      /** What the controls of its failures found, by the id of the rule. */
      readonly controls: Readonly<Record<string, Control>>;
      /** Of a scenario from a user's own file, as its shard says. */
      readonly story?: NonNullable<Shard["stories"]>[string];
    }
  | { readonly kind: "failed"; readonly name: string; readonly failure: FailedRun };

/** A folder with which nothing can be done. */
export interface UnusableFolder {
  /** As the person named it. */
  readonly named: string;
  readonly error: HarnessError;
  /** Which shard it is, where that can be read. */
  readonly part?: number;
}

/** All runs that are there, in order, and what is not. */
export interface Merged {
  /** Of all of them. */
  readonly seed: string;
  /** The folders that count, as the person named them. */
  readonly counted: readonly string[];
  readonly runs: readonly MergedRun[];
  /** Files that every shard reports, once; of runs that are no shards, folders that are no use. */
  readonly unusableFiles: readonly FailedRun[];
  readonly missing: readonly MissingShard[];
  /** The runs of the missing shards. */
  readonly missingRuns: readonly FailedRun[];
  /** Folders that do not count, though nothing is missing: an attempt that failed, and was repeated. */
  readonly leftOut: readonly UnusableFolder[];
}

/**
 * All runs: shards interleaved as they were dealt, other folders one after the other. Of two folders
 * of one shard the last that is good counts. Throws `bad-results` when no folder is good, `bad-usage`
 * for runs that are twice there.
 */
export function inOrder(
  folders: readonly Folder[],
  unusable: readonly UnusableFolder[] = [],
): Merged {
  const suites = folders.filter(isOfSuite);
  if (suites.length > 0) return withSuites(suites, folders, unusable);
  const shards = folders.flatMap((folder) =>
    folder.shard === undefined ? [] : [{ ...folder, shard: folder.shard }],
  );
  if (shards.length === 0) {
    if (folders.length === 0 && unusable[0] !== undefined) throw unusable[0].error;
    const unusableFiles = unusable.map(failureOfFolder);
    const seed = folders[0]?.results.seed ?? "";
    const counted = folders.map(({ named }) => named);
    return { ...nothingMissing, unusableFiles, seed, counted, runs: oneAfterTheOther(folders) };
  }
  const noShards = folders.filter(({ shard }) => shard === undefined).map(isNoShard);
  return shardsInOrder(shards, [...unusable, ...noShards]);
}

/** What `brownout suite` left. */
function isOfSuite({ facts }: Folder): boolean {
  return facts?.command.startsWith("brownout suite ") === true;
}

/** Test suites stand beside the scenarios of a night: they are no shards, and have seeds of their own. */
function withSuites(
  suites: readonly Folder[],
  folders: readonly Folder[],
  unusable: readonly UnusableFolder[],
): Merged {
  const others = folders.filter((folder) => !suites.includes(folder));
  const merged =
    others.length === 0 && unusable.length === 0
      ? { ...nothingMissing, seed: suites[0]?.results.seed ?? "", counted: [], runs: [] }
      : inOrder(others, unusable);
  return {
    ...merged,
    counted: [...merged.counted, ...suites.map(({ named }) => named)],
    // Of a job that was run again the last attempt counts.
    runs: [
      ...merged.runs,
      ...new Map(suites.flatMap(runsOf).map(({ name, run }) => [name, run])).values(),
    ],
  };
}

const nothingMissing = { unusableFiles: [], missing: [], missingRuns: [], leftOut: [] };

/** What was run there nothing says. */
function failureOfFolder({ named, error }: UnusableFolder): FailedRun {
  return {
    scenario: named,
    client: NO_CLIENT,
    mount: "no mount",
    ...withoutStack(failureOf(error)),
  };
}

function oneAfterTheOther(folders: readonly Folder[]): readonly MergedRun[] {
  checkSeeds(folders);
  const seen = new Map<string, string>();
  return folders.flatMap(runsOf).map(({ name, named, run }) => {
    const other = seen.get(name);
    if (other !== undefined) {
      throw new HarnessError("bad-usage", `the run ${name} is in two of them`, {
        place: `${other} and ${named}`,
        hint: "Merge folders of different runs; a run that was repeated counts once.",
      });
    }
    seen.set(name, named);
    return run;
  });
}

/** A folder that is a shard. */
type ShardFolder = Folder & { readonly shard: Shard };

function shardsInOrder(
  shards: readonly ShardFolder[],
  unusable: readonly UnusableFolder[],
): Merged {
  const bad: UnusableFolder[] = [...unusable];
  const first = mostOfOneWhole(shards);
  const good = new Map<number, { readonly named: string; readonly runs: readonly Placed[] }>();
  for (const folder of shards) {
    try {
      checkWhole(folder, first);
      const runs = runsOf(folder);
      checkDealt(folder, runs);
      const other = good.get(folder.shard.part);
      if (other === undefined || cutShortIn(runs) <= cutShortIn(other.runs))
        good.set(folder.shard.part, { named: folder.named, runs });
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      bad.push({ named: folder.named, error, part: folder.shard.part });
    }
  }
  if (good.size === 0) throw bad[0]?.error ?? new Error("there are no shards");
  const placed = [...good.values()].flatMap((folder) => folder.runs);
  const { of, runs } = first.shard;
  const placeOf = new Map(runs.map((name, place) => [name, place]));
  const missing = missingShards(first.shard, good, bad);
  const lost = new Set(missing.map(({ part }) => part));
  return {
    seed: first.results.seed,
    counted: [...good.values()].map(({ named }) => named),
    runs: placed
      .filter(({ isOfAll }) => isOfAll === undefined)
      .map(({ run }) => run)
      .toSorted((a, b) => (placeOf.get(a.name) ?? 0) - (placeOf.get(b.name) ?? 0)),
    unusableFiles: unusableFilesOf(placed),
    missing: missing.map(({ part, why, names }) => ({ part, of, why, runs: names.length })),
    missingRuns: missing.flatMap((shard) => missingRuns(shard, first.shard)),
    leftOut: bad.filter(({ part }) => (part === undefined ? lost.size === 0 : !lost.has(part))),
  };
}

/** An attempt that was cancelled has results as well. */
function cutShortIn(runs: readonly Placed[]): number {
  return runs.filter(({ run }) => run.kind === "failed" && isCutShort(run.failure)).length;
}

/** The shard whose whole most of the others are of; of two, that of the first. */
function mostOfOneWhole(shards: readonly ShardFolder[]): ShardFolder {
  const wholes = Map.groupBy(shards, ({ shard: { of, runs }, results: { seed } }) =>
    JSON.stringify([seed, of, runs]),
  );
  const [most] = [...wholes.values()].toSorted((a, b) => b.length - a.length);
  const [first] = most ?? [];
  if (first === undefined) throw new Error("there are no shards");
  return first;
}

function checkWhole({ named, shard, results }: ShardFolder, first: ShardFolder): void {
  checkSeeds([first, { named, results }]);
  if (isOfOneWhole(shard, first.shard)) return;
  throw new HarnessError("bad-results", `it is a part of another run than ${first.named}`, {
    place: named,
    hint: "Run all shards with the same scenarios, options and version.",
  });
}

interface Missing {
  readonly part: number;
  readonly why: string;
  /** Of its runs. */
  readonly names: readonly string[];
}

function missingShards(
  { of, runs }: Shard,
  good: ReadonlyMap<number, unknown>,
  bad: readonly UnusableFolder[],
): readonly Missing[] {
  const parts = Array.from({ length: of }, (_, index) => index + 1);
  const lost = parts
    .filter((part) => !good.has(part))
    .map((part) => ({ part, names: takePart(runs, { part, of }) }))
    // There may be more shards than runs.
    .filter(({ names }) => names.length > 0);
  const unknown = bad.filter(({ part }) => part === undefined).map(reasonOf);
  return lost.map(({ part, names }) => {
    const own = bad.filter((folder) => folder.part === part).map(reasonOf);
    const reasons = own.length > 0 ? own : unknown;
    return { part, names, why: reasons.join("; ") || "no folder of it was named" };
  });
}

function reasonOf({ named, error }: UnusableFolder): string {
  return `${error.place ?? named}: ${error.message}`;
}

function missingRuns({ part, why, names }: Missing, { of, runs, planned }: Shard): FailedRun[] {
  return names.map((name) => {
    const known = planned?.[runs.indexOf(name)];
    const [scenario = name, client = "unknown"] = name.split("--");
    return {
      ...(known ?? { scenario, client, mount: "unknown" }),
      code: "shard-missing",
      message: `shard ${part}/${of} is missing (${why})`,
      hint: "Run that shard again, and merge again.",
    };
  });
}

function unusableFilesOf(placed: readonly Placed[]): readonly FailedRun[] {
  const files = new Map<string, FailedRun>();
  for (const { isOfAll, run, name } of placed)
    if (isOfAll !== undefined && run.kind === "failed" && !files.has(name))
      files.set(name, run.failure);
  return [...files.values()];
}

interface Placed {
  readonly name: string;
  /** The folder. */
  readonly named: string;
  readonly run: MergedRun;
  /** It is no run, but a file that every shard reports. */
  readonly isOfAll?: true;
}

function runsOf({ named, results, journals, shard }: Folder): readonly Placed[] {
  const done = results.runs.map(({ scenario, client, simulatedMs, findings }): Placed => {
    const name = runName(scenario, client.name);
    const journal = journals.get(name);
    if (journal === undefined) {
      throw new HarnessError("bad-results", `the journal of ${name} is missing`, {
        place: join(named, "journals"),
        hint: "Keep the whole output folder of a shard, journals too.",
      });
    }
    const relaunched = shard?.relaunched?.[name];
    const died = relaunched === undefined ? {} : { relaunched };
    const controls = Object.fromEntries(
      findings.flatMap(({ rule, control }) => (control === undefined ? [] : [[rule, control]])),
    );
    const meant = shard?.stories?.[name];
    const story = meant === undefined ? {} : { story: meant };
    return {
      name,
      named,
      run: { kind: "done", name, ...journal, simulatedMs, controls, ...died, ...story },
    };
  });
  const failed = results.failures.map((failure): Placed => {
    const isOfAll = shard?.unusable?.includes(failure.scenario) ? { isOfAll: true as const } : {};
    const name = nameOf(failure, shard);
    return { name, named, run: { kind: "failed", name, failure }, ...isOfAll };
  });
  return [...done, ...failed];
}

/** Of a client that was named with its version the files have none. */
function nameOf({ scenario, client }: FailedRun, shard: Shard | undefined): string {
  const name = runName(scenario, client);
  if (shard === undefined || shard.runs.includes(name)) return name;
  const plain = runName(scenario, parseClientName(client).name);
  return shard.runs.includes(plain) ? plain : name;
}

function checkSeeds(folders: readonly Pick<Folder, "named" | "results">[]): void {
  const [first] = folders;
  const other = folders.find(({ results }) => results.seed !== first?.results.seed);
  if (first === undefined || other === undefined) return;
  throw new HarnessError(
    "bad-results",
    `its seed is ${other.results.seed}, and that of ${first.named} is ${first.results.seed}`,
    { place: other.named, hint: "Run all shards with one seed." },
  );
}

function isNoShard({ named }: Folder): UnusableFolder {
  const error = new HarnessError("bad-results", "it is no shard, and others are", {
    place: named,
    hint: "Merge the shards of one run, or runs that are none.",
  });
  return { named, error };
}

/** A run that was killed may leave a shard's word beside the results of another. */
function checkDealt({ named, shard }: ShardFolder, runs: readonly Placed[]): void {
  const dealt = takePart(shard.runs, shard);
  const own = runs.filter(({ isOfAll }) => isOfAll === undefined).map(({ name }) => name);
  const lacking = dealt.find((name) => !own.includes(name));
  const strange = own.find((name) => !dealt.includes(name));
  if (lacking === undefined && strange === undefined) return;
  const what = lacking === undefined ? `has the run ${strange}, which` : `lacks ${lacking}, which`;
  const which = `is ${lacking === undefined ? "not " : ""}of shard ${shard.part}/${shard.of}`;
  throw new HarnessError("bad-results", `it ${what} ${which}`, {
    place: named,
    hint: "Its results and its shard.json are of two runs: run that shard again.",
  });
}

function isOfOneWhole(one: Shard, other: Shard): boolean {
  return one.of === other.of && JSON.stringify(one.runs) === JSON.stringify(other.runs);
}

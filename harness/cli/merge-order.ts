/** Puts the runs of several output folders in the order in which one run would have had them. */
import { join } from "node:path";
import { HarnessError } from "../core/errors.ts";
import type { History } from "../history/event.ts";
import { parseClientName } from "../clients/registry.ts";
import type { ReadResults } from "../reporting/files/read-results.ts";
import type { Control } from "../reporting/model/control.ts";
import type { FailedRun } from "../reporting/model/results.ts";
import type { RunFacts } from "../reporting/model/run-facts.ts";
import type { Shard } from "../reporting/files/shard.ts";
import { runName, takePart } from "./selection.ts";

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
      readonly simulatedMs: number;
      readonly relaunched?: string;
      /** What the controls of its failures found, by the id of the rule. */
      readonly controls: Readonly<Record<string, Control>>;
      /** Of a scenario from a user's own file, as its shard says. */
      readonly story?: NonNullable<Shard["stories"]>[string];
    }
  | { readonly kind: "failed"; readonly name: string; readonly failure: FailedRun };

/**
 * All runs: shards interleaved as they were dealt, other folders one after the other.
 * Throws `bad-results` for a shard that is missing or twice there, for parts of different
 * wholes, and for a run that has no journal; `bad-usage` for runs that are twice there.
 */
export function inOrder(folders: readonly Folder[]): readonly MergedRun[] {
  checkSeeds(folders);
  const runs = folders.flatMap(runsOf);
  const seen = new Map<string, string>();
  for (const { name, named } of runs) {
    const other = seen.get(name);
    if (other !== undefined) {
      throw new HarnessError("bad-usage", `the run ${name} is in two of them`, {
        place: `${other} and ${named}`,
        hint: "Merge folders of different runs; a run that was repeated counts once.",
      });
    }
    seen.set(name, named);
  }
  const whole = wholeOf(folders);
  if (whole === undefined) return runs.map(({ run }) => run);
  for (const folder of folders) checkDealt(folder, runs);
  const placeOf = new Map(whole.map((name, place) => [name, place]));
  return runs
    .map(({ run }) => run)
    .toSorted((a, b) => (placeOf.get(a.name) ?? 0) - (placeOf.get(b.name) ?? 0));
}

interface Placed {
  readonly name: string;
  /** The folder. */
  readonly named: string;
  readonly run: MergedRun;
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
    const name = nameOf(failure, shard);
    return { name, named, run: { kind: "failed", name, failure } };
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

function checkSeeds(folders: readonly Folder[]): void {
  const [first] = folders;
  const other = folders.find(({ results }) => results.seed !== first?.results.seed);
  if (first === undefined || other === undefined) return;
  throw new HarnessError(
    "bad-results",
    `its seed is ${other.results.seed}, and that of ${first.named} is ${first.results.seed}`,
    { place: other.named, hint: "Run all shards with one seed." },
  );
}

/** The names of all runs, when the folders are the shards of one whole; nothing when none is a shard. */
function wholeOf(folders: readonly Folder[]): readonly string[] | undefined {
  const shards = folders.flatMap(({ named, shard }) =>
    shard === undefined ? [] : [{ named, shard }],
  );
  const [first] = shards;
  if (first === undefined) return undefined;
  const unsharded = folders.find(({ shard }) => shard === undefined);
  if (unsharded !== undefined) {
    throw new HarnessError("bad-results", `it is no shard, and ${first.named} is one`, {
      place: unsharded.named,
      hint: "Merge the shards of one run, or runs that are none.",
    });
  }
  const { of, runs } = first.shard;
  const seen = new Map<number, string>();
  for (const { named, shard } of shards) {
    if (!isOfOneWhole(shard, first.shard)) {
      throw new HarnessError("bad-results", `it is a part of another run than ${first.named}`, {
        place: named,
        hint: "Run all shards with the same scenarios, options and version.",
      });
    }
    const other = seen.get(shard.part);
    if (other !== undefined) {
      throw new HarnessError("bad-results", `${other} is shard ${shard.part}/${of} as well`, {
        place: named,
      });
    }
    seen.set(shard.part, named);
  }
  const missing = Array.from({ length: of }, (_, index) => index + 1).filter(
    (part) => !seen.has(part),
  );
  if (missing.length > 0) {
    throw new HarnessError(
      "bad-results",
      `shard ${missing.map((part) => `${part}/${of}`).join(", ")} is missing`,
      { hint: "Name the output folders of all shards; one that was not run proves nothing." },
    );
  }
  return runs;
}

/** A run that was killed may leave a shard's word beside the results of another. */
function checkDealt({ named, shard }: Folder, runs: readonly Placed[]): void {
  if (shard === undefined) return;
  const dealt = takePart(shard.runs, shard);
  const own = runs.filter((run) => run.named === named).map(({ name }) => name);
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

/** What `brownout run` is to do, read from its arguments and checked, before anything is made or run. */
import { join, resolve } from "node:path";
import { editionIds } from "../backup/edition.ts";
import { findEdition } from "../coverage/find-named.ts";
import { HarnessError } from "../errors.ts";
import { count } from "../report/totals.ts";
import type { RunTask } from "../worker/protocol.ts";
import type { Arguments, Options } from "./arguments.ts";
import { type BaselineFile, readBaselineFile } from "./baseline-file.ts";
import type { Io } from "./io.ts";
import { cacheOption, keptVersions } from "./version-cache.ts";
import { type Selected, type Selection, namedMount, selectRuns, takeShard } from "./selection.ts";

/** The options of `brownout run`. */
export const runOptions = {
  client: {
    value: "NAME[@VERSION]",
    says: "the client under test (default: the scenario's own, else msal-node)",
  },
  mount: {
    value: "NAME",
    says: "how the client reaches the service (default: https, real sockets; proxy for pages in a browser)",
  },
  seed: { value: "N", says: "where chance begins, a whole number (default: 1)" },
  edition: {
    value: "ID",
    says: `let the backup system go by the articles of that date, where a scenario has one: ${editionIds.join(", ")}`,
  },
  out: { value: "DIR", says: "where journals and reports go (default: reports/out)" },
  baseline: { value: "FILE", says: "the known findings (default: reports/baseline.json)" },
  "update-baseline": { says: "make the baseline expect what is found" },
  cache: cacheOption,
  shard: { value: "i/n", says: "run the i-th of n parts" },
  workers: { value: "N", says: "processes at work at once (default: one for each core)" },
  json: { says: "print results.json instead of lines" },
} as const satisfies Options;

/** One run to be, and what its worker is told. */
export interface PlannedRun extends Selected {
  readonly task: RunTask;
}

export interface Plan {
  readonly runs: readonly PlannedRun[];
  /** Says that a shard got none of the runs, which is no mistake: there are more shards than runs. */
  readonly emptyShard?: string;
  readonly skipped: Selection["skipped"];
  readonly seed: string;
  /** Of the backup system; absent: each scenario's own. */
  readonly edition?: NonNullable<RunTask["edition"]>;
  readonly workers: number;
  /** Absolute path of the output folder. */
  readonly out: string;
  readonly baseline: BaselineFile;
}

/** Throws the `HarnessError` of whatever is wrong with the arguments, the scenarios or the baseline. */
export async function planRun(
  { values, positionals }: Arguments<typeof runOptions>,
  io: Io,
): Promise<Plan> {
  const seed = readSeed(values.seed);
  const workers = readWorkers(values.workers) ?? io.parallelism;
  const mount = values.mount === undefined ? {} : { mount: namedMount(values.mount) };
  const edition = values.edition === undefined ? {} : { edition: findEdition(values.edition) };
  const { runs, skipped } = await selectRuns({
    filters: positionals,
    ...(values.client === undefined ? {} : { client: values.client }),
    ...mount,
    ...keptVersions(values.cache, io),
    cwd: io.cwd,
  });
  const chosen = takeShard(runs, values.shard);
  const baseline = readBaselineFile({
    cwd: io.cwd,
    ...(values.baseline === undefined ? {} : { named: values.baseline }),
    ...(values["update-baseline"] === undefined ? {} : { forUpdate: true as const }),
  });
  const out = resolve(io.cwd, values.out ?? join("reports", "out"));
  return {
    runs: chosen.map((run) => ({ ...run, task: taskOf(run, { seed, out, ...edition }) })),
    ...(chosen.length > 0 ? {} : { emptyShard: emptyShardLine(runs.length, values.shard) }),
    skipped,
    seed,
    ...edition,
    workers,
    out,
    baseline,
  };
}

function taskOf(
  { scenario, file, client, clientFolder, mount, name }: Selected,
  { out, ...how }: Pick<Plan, "seed" | "edition" | "out">,
): RunTask {
  const journalFile = join(out, "journals", `${name}.jsonl`);
  const where = clientFolder === undefined ? {} : { clientFolder };
  return { scenario: file ?? scenario.name, client, ...where, mount, ...how, journalFile };
}

function emptyShardLine(runs: number, shard = "1/1"): string {
  return `Shard ${shard} has nothing to run: there ${runs === 1 ? "is" : "are"} only ${count(runs, "run")}.`;
}

/** The seed of that text; 1 without any. */
export function readSeed(text: string | undefined): string {
  if (text === undefined) return "1";
  if (/^(?:0|[1-9]\d{0,17})$/.test(text)) return text;
  throw new HarnessError("bad-usage", `--seed is "${text}"; a seed is a whole number from 0 on`, {
    hint: "Write at most 18 digits, such as --seed 7.",
  });
}

/** How many workers that text says, if any. */
export function readWorkers(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new HarnessError("bad-usage", `--workers is "${text}"`, {
    hint: "Write a whole number from 1 to 999, such as --workers 2.",
  });
}

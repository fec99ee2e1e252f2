/** What `brownout run` is to do, read from its arguments and checked, before anything is made or run. */
import { join, resolve } from "node:path";
import { editionIds } from "../entra/backup/edition.ts";
import { findEdition } from "../entra/backup-coverage/find-named.ts";
import { HarnessError } from "../core/errors.ts";
import { shortPath } from "../reporting/files/short-path.ts";
import { type FailedRun, NO_CLIENT } from "../reporting/model/results.ts";
import type { QuarantineEntry } from "../reporting/model/quarantine.ts";
import type { Annotator } from "../reporting/formats/annotations.ts";
import type { ExtraFormat } from "../reporting/formats/extra-formats.ts";
import type { RunTask } from "./worker/protocol.ts";
import { isBrowserMount } from "../network/mounts.ts";
import type { Arguments, Options } from "./arguments.ts";
import { annotatingOptions, annotatorOf } from "./annotating.ts";
import { type Bars, barOptions, readBars } from "./bars.ts";
import { type BaselineFile, readBaselineFile } from "./baseline-file.ts";
import { formatOptions, readFormats } from "./formats-option.ts";
import { factsOptions } from "./facts/session-facts.ts";
import type { Io } from "./io.ts";
import {
  archiveOptions,
  type ArchiveTarget,
  readArchiveTarget,
  webhookOptions,
} from "./archive-run.ts";
import { failureOf, withoutStack } from "./failure.ts";
import { quarantineOption, readQuarantineFile } from "./quarantine-file.ts";
import {
  type Selected,
  type Selection,
  type UnusableFile,
  namedMount,
  selectRuns,
} from "./selection.ts";
import { type Part, readPart, takePart } from "./shard-part.ts";
import { readTimeLimits, type TimeLimits, timeLimitOptions } from "./time-limits.ts";
import { cacheOption, keptVersions } from "./client-versions/cache-option.ts";

/** The options of `brownout run`. */
export const runOptions = {
  client: {
    value: "NAME[@VERSION]|FILE",
    says: "the client under test, or the file of one of your own, such as ./acme-auth.client.ts; several with commas between (default: the scenario's own, else msal-node)",
  },
  mount: {
    value: "NAME",
    says: "how the client reaches the service (default: https, real sockets; proxy for pages in a browser)",
  },
  seed: {
    value: "N|nightly",
    says: "where chance begins, a whole number (default: 1); nightly is another number for each night, the same from noon to noon UTC",
  },
  edition: {
    value: "ID",
    says: `let the backup system go by the articles of that date, where a scenario has one: ${editionIds.join(", ")}`,
  },
  out: { value: "DIR", says: "where journals and reports go (default: reports/out)" },
  baseline: { value: "FILE", says: "the known findings (default: reports/baseline.json)" },
  ...quarantineOption,
  "update-baseline": { says: "make the baseline expect what is found" },
  control: {
    value: "WHICH",
    says: "play runs with these findings again, without faults and with some of them, to name the cause: unexpected (default) or all",
  },
  "no-control": { says: "name no causes: play no run again" },
  cache: cacheOption,
  shard: {
    value: "i/n|auto",
    says: "run the i-th of n parts; auto asks the CI service or Kubernetes which",
  },
  ...timeLimitOptions,
  workers: {
    value: "N",
    says: "processes at work at once (default: one for each core, and two where runs need a browser, which waits half of its time)",
  },
  ...factsOptions,
  ...archiveOptions,
  ...webhookOptions,
  ...annotatingOptions,
  ...formatOptions,
  ...barOptions,
  json: { says: "print results.json instead of lines" },
} as const satisfies Options;

/** One planned run, and the task of its worker. */
export interface PlannedRun extends Selected {
  readonly task: RunTask;
}

/** Of which failures the cause is wanted. */
export type WhichControls = "unexpected" | "all" | "none";

export interface Plan {
  readonly runs: readonly PlannedRun[];
  /** Which part of the whole these runs are, with the names of all; absent when they are the whole. */
  readonly shard?: Part & {
    readonly names: readonly string[];
    readonly planned: readonly Pick<FailedRun, "scenario" | "client" | "mount">[];
  };
  readonly skipped: Selection["skipped"];
  /** Scenario files that are no use, as runs that were not finished. */
  readonly unusable: readonly FailedRun[];
  readonly limits: TimeLimits;
  readonly seed: string;
  /** Of the backup system; absent: each scenario's own. */
  readonly edition?: NonNullable<RunTask["edition"]>;
  readonly workers: number;
  /** Absolute path of the output folder. */
  readonly out: string;
  readonly baseline: BaselineFile;
  readonly quarantine: readonly QuarantineEntry[];
  readonly controls: WhichControls;
  readonly archiveTarget: ArchiveTarget;
  readonly annotator?: Annotator;
  readonly bars: Bars;
  /** Reports beside those that are always written. */
  readonly formats: readonly ExtraFormat[];
}

/** Throws a `HarnessError` for an error in the arguments, the scenarios or the baseline. */
export async function planRun(
  { values, positionals }: Arguments<typeof runOptions>,
  io: Io,
): Promise<Plan> {
  const seed = readSeed(values.seed, io.now);
  const mount = values.mount === undefined ? {} : { mount: namedMount(values.mount) };
  const edition = values.edition === undefined ? {} : { edition: findEdition(values.edition) };
  const limits = readTimeLimits(values);
  const { runs, skipped, unusable } = await selectRuns({
    filters: positionals,
    ...(values.client === undefined ? {} : { client: values.client }),
    ...mount,
    ...keptVersions(values.cache, io),
    cwd: io.cwd,
  });
  const part = values.shard === undefined ? undefined : readPart(values.shard, io.environment);
  const chosen = part === undefined ? runs : takePart(runs, part);
  const baseline = readBaselineFile({
    cwd: io.cwd,
    ...(values.baseline === undefined ? {} : { named: values.baseline }),
    ...(values["update-baseline"] === undefined ? {} : { forUpdate: true as const }),
  });
  const annotator = annotatorOf(values.annotate, io);
  const out = outFolder(values.out, io.cwd);
  return {
    runs: chosen.map((run) => ({ ...run, task: taskOf(run, { seed, out, ...edition }) })),
    ...(part === undefined ? {} : { shard: { ...part, ...wholeOf(runs) } }),
    skipped,
    unusable: unusable.map((one) => failureOfFile(one, values, io.cwd)),
    limits,
    seed,
    ...edition,
    workers: readWorkers(values.workers) ?? defaultWorkers(chosen, io.parallelism),
    out,
    baseline,
    quarantine: readQuarantineFile(values.quarantine, io.cwd),
    controls: readControls(values),
    formats: readFormats(values.format),
    // So is the score of a part none, and its entries may be matched by the others.
    bars: barsOf(values, part !== undefined),
    // A part of a run is no run: the whole is kept when it is put together.
    archiveTarget: part === undefined ? readArchiveTarget(values, io) : {},
    ...(part === undefined && annotator !== undefined ? { annotator } : {}),
  };
}

function wholeOf(runs: readonly Selected[]) {
  return {
    names: runs.map(({ name }) => name),
    planned: runs.map(({ scenario, client, mount }) => ({
      scenario: scenario.name,
      client,
      mount,
    })),
  };
}

/** No client was reached, so that none can be named but the one that was asked for. */
function failureOfFile(
  { file, error }: UnusableFile,
  { client = NO_CLIENT, mount = "no mount" }: Arguments<typeof runOptions>["values"],
  cwd: string,
): FailedRun {
  return {
    scenario: shortPath(cwd, file).replaceAll("\\", "/"),
    client,
    mount,
    ...withoutStack(failureOf(error)),
  };
}

/** The output folder that `--out` names, absolute. */
export function outFolder(named: string | undefined, cwd: string): string {
  return resolve(cwd, named ?? join("reports", "out"));
}

/** The plan with another output folder. */
export function inFolder(plan: Plan, out: string): Plan {
  if (out === plan.out) return plan;
  const { seed, edition } = plan;
  const how = { seed, out, ...(edition === undefined ? {} : { edition }) };
  return { ...plan, out, runs: plan.runs.map((run) => ({ ...run, task: taskOf(run, how) })) };
}

/** What is written is checked, also for a part. */
function barsOf(values: Arguments<typeof runOptions>["values"], isPart: boolean): Bars {
  const bars = readBars(values);
  return isPart ? { isDueFatal: false } : bars;
}

function readControls(values: {
  readonly control?: string;
  readonly "no-control"?: true;
}): WhichControls {
  const { control, "no-control": without } = values;
  if (without !== undefined) {
    if (control === undefined) return "none";
    throw new HarnessError("bad-usage", "it contradicts --control", {
      place: "--no-control",
      hint: "Leave out one of them.",
    });
  }
  if (control === undefined || control === "unexpected") return "unexpected";
  if (control === "all") return control;
  throw new HarnessError("bad-usage", `--control is "${control}"`, {
    hint: "Write unexpected or all, or --no-control.",
  });
}

function taskOf(
  { scenario, file, client, clientFolder, clientFile, mount, name }: Selected,
  { out, ...how }: Pick<Plan, "seed" | "edition" | "out">,
): RunTask {
  const journalFile = join(out, "journals", `${name}.jsonl`);
  const where = {
    ...(clientFolder === undefined ? {} : { clientFolder }),
    ...(clientFile === undefined ? {} : { clientFile }),
  };
  return { scenario: file ?? scenario.name, client, ...where, mount, ...how, journalFile };
}

/** Half a day, ms: nights begin and end at noon, so that all shards of a night have one seed. */
const NOON_MS = 43_200_000;

/** The seed of that text; 1 without any. `nightly` is the date on which the night began, such as 20261130. */
export function readSeed(text: string | undefined, now: () => number): string {
  if (text === undefined) return "1";
  if (text === "nightly")
    return new Date(now() - NOON_MS)
      .toISOString()
      .slice(0, "2026-11-30".length)
      .replaceAll("-", "");
  if (/^(?:0|[1-9]\d{0,17})$/.test(text)) return text;
  throw new HarnessError("bad-usage", `--seed is "${text}"; a seed is a whole number from 0 on`, {
    hint: "Write at most 18 digits, such as --seed 7, or nightly.",
  });
}

/** A run in a browser spends half of its time waiting for messages between the browser's processes. */
function defaultWorkers(runs: readonly Selected[], cores: number): number {
  const hasPages = runs.some(({ mount }) => isBrowserMount(mount));
  return hasPages ? 2 * cores : cores;
}

/** How many workers that text says, if any. */
export function readWorkers(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new HarnessError("bad-usage", `--workers is "${text}"`, {
    hint: "Write a whole number from 1 to 999, such as --workers 2.",
  });
}

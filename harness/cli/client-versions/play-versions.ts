/** Plays the runs of versions in worker processes, and judges their journals. */
import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { brownoutVersion } from "../../core/version.ts";
import type { JournalHeader } from "../../history/header.ts";
import { parseJournal } from "../../history/journal.ts";
import {
  type VersionResult,
  versionResultOf,
} from "../../reporting/client-versions/version-result.ts";
import type { FailedRun } from "../../reporting/model/results.ts";
import { prepareFolders } from "../../reporting/files/write-whole.ts";
import type { TimedRun } from "../../reporting/model/run-facts.ts";
import { timedRun } from "../facts/session-facts.ts";
import type { RunFailure, RunReply } from "../worker/protocol.ts";
import { executeTasks } from "../worker/execute-tasks.ts";
import type { InterruptSignal } from "../interrupt.ts";
import type { Io } from "../io.ts";
import { probeMachine } from "../probe-machine.ts";
import { judgeRun } from "../../reporting/model/judge-run.ts";
import { failureOf } from "../failure.ts";
import type { PlayedClient, VersionRun } from "./plan-versions.ts";

/** What became of one run. */
export interface VersionOutcome {
  readonly run: VersionRun;
  /** Absent when the harness did not bring it to its end. */
  readonly result?: VersionResult;
  readonly failure?: FailedRun;
}

/** What became of all runs. */
export interface VersionOutcomes {
  /** In the order of the runs. */
  readonly outcomes: readonly VersionOutcome[];
  readonly interruptedBy?: InterruptSignal;
}

/** Plays the runs; a run that fails does not affect another. Rejects `unfit-machine` before the first where the machine cannot serve them. */
export async function playVersions(
  runs: readonly VersionRun[],
  io: Pick<Io, "createPool" | "onInterrupt" | "now">,
  options: {
    readonly workers: number;
    /** Judges the journals of an earlier session that are there, and plays only what is missing. */
    readonly resume: boolean;
    readonly onProgress: (done: number, underWay: readonly string[]) => void;
    /** Called with each run that was brought to its end, and what it took and used. */
    readonly onPlayed?: (run: VersionRun, played: TimedRun) => void;
    /** Called with each version when all of its runs have ended, in their order. */
    readonly onVersion: (of: PlayedClient, outcomes: readonly VersionOutcome[]) => void;
  },
): Promise<VersionOutcomes> {
  prepareFolders([...new Set(runs.map(({ task }) => dirname(task.journalFile)))]);
  const ended = new Map<VersionRun, VersionOutcome>();
  const report = (of: PlayedClient): void => {
    const own = runs.filter((run) => run.of === of);
    const outcomes = own.flatMap((run) => ended.get(run) ?? []);
    const isCut = outcomes.some(({ failure }) => failure?.code === "interrupted");
    if (outcomes.length === own.length && !isCut) options.onVersion(of, outcomes);
  };
  for (const run of options.resume ? runs : []) {
    const result = keptResult(run);
    if (result !== undefined) ended.set(run, { run, result });
  }
  const kept = ended.size;
  const open = runs.filter((run) => !ended.has(run));
  for (const of of new Set(runs.map((run) => run.of)))
    if (!open.some((run) => run.of === of)) report(of);
  await probeMachine(
    open.map(({ task }) => task.mount),
    io.now,
  );
  const { interruptedBy } = await executeTasks(
    open.map(({ task }) => task),
    io,
    {
      workers: options.workers,
      onReply(reply, index) {
        const run = open[index];
        if (run === undefined) return;
        if (reply.kind === "done") options.onPlayed?.(run, timedVersion(run, reply));
        ended.set(
          run,
          reply.kind === "done"
            ? readRun(run, reply.simulatedMs)
            : { run, failure: failedRun(run, reply.error) },
        );
        if (open[index + 1]?.of !== run.of) report(run.of);
      },
      onProgress(done, underWay) {
        options.onProgress(
          kept + done,
          underWay.map((index) => {
            const run = open[index];
            return `${run?.scenario.name ?? ""} (${run?.of.client ?? ""} ${run?.of.version ?? ""})`;
          }),
        );
      },
    },
  );
  const outcomes = runs.flatMap((run) => ended.get(run) ?? []);
  return { outcomes, ...(interruptedBy === undefined ? {} : { interruptedBy }) };
}

function timedVersion(
  { scenario, task, of: { client, version } }: VersionRun,
  reply: Extract<RunReply, { readonly kind: "done" }>,
): TimedRun {
  const played = { scenario: scenario.name, client: { name: client, version }, mount: task.mount };
  return timedRun(played, reply);
}

/** The result of a run that an earlier session has played: its journal is there, and is of this run. */
function keptResult(run: VersionRun): VersionResult | undefined {
  const { task, of, scenario } = run;
  if (!existsSync(task.journalFile)) return undefined;
  const header = headerIn(readFileSync(task.journalFile, "utf8"), run.journal);
  if (header === undefined) return undefined;
  const isOfThisRun =
    header.brownout === brownoutVersion &&
    header.scenario === scenario.name &&
    header.client.version === of.version &&
    // Without its version, the user's own code may be another by now.
    !("own" in of) &&
    header.mount === task.mount &&
    header.seed === task.seed;
  return isOfThisRun ? readRun(run, undefined).result : undefined;
}

/** The header of a journal; undefined when it is damaged. */
function headerIn(text: string, place: string): JournalHeader | undefined {
  try {
    return parseJournal(text, place).header;
  } catch {
    return undefined;
  }
}

function readRun(run: VersionRun, simulatedMs: number | undefined): VersionOutcome {
  try {
    const history = parseJournal(readFileSync(run.task.journalFile, "utf8"), run.journal);
    return { run, result: versionResultOf(judgeRun(history, simulatedMs), run.journal) };
  } catch (error) {
    return { run, failure: failedRun(run, failureOf(error)) };
  }
}

function failedRun(
  { scenario, task, of: { client, version } }: VersionRun,
  { code, message, place, hint }: RunFailure,
): FailedRun {
  return {
    scenario: scenario.name,
    client: `${client}@${version}`,
    mount: task.mount,
    code,
    message,
    ...(place === undefined ? {} : { place }),
    ...(hint === undefined ? {} : { hint }),
  };
}

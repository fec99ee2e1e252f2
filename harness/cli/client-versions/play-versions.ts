/** Plays the runs of versions in worker processes, and judges their journals. */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseJournal } from "../../history/journal.ts";
import {
  type VersionResult,
  versionResultOf,
} from "../../reporting/client-versions/version-result.ts";
import type { FailedRun } from "../../reporting/model/results.ts";
import { prepareFolders } from "../../reporting/files/write-whole.ts";
import type { RunFailure } from "../worker/protocol.ts";
import { executeTasks } from "../worker/execute-tasks.ts";
import type { InterruptSignal } from "../interrupt.ts";
import type { Io } from "../io.ts";
import { judgeRun } from "../../reporting/model/judge-run.ts";
import type { ClientFolder } from "../../clients/versions/client-cache.ts";
import { failureOf } from "../session.ts";
import type { VersionRun } from "./plan-versions.ts";

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

/** Plays the runs; a run that fails does not affect another. */
export async function playVersions(
  runs: readonly VersionRun[],
  io: Pick<Io, "createPool" | "onInterrupt">,
  options: {
    readonly workers: number;
    readonly onProgress: (done: number, underWay: readonly string[]) => void;
    /** Called with each version when all of its runs have ended, in their order. */
    readonly onVersion: (of: ClientFolder, outcomes: readonly VersionOutcome[]) => void;
  },
): Promise<VersionOutcomes> {
  prepareFolders([...new Set(runs.map(({ task }) => dirname(task.journalFile)))]);
  const outcomes: VersionOutcome[] = [];
  const { interruptedBy } = await executeTasks(
    runs.map(({ task }) => task),
    io,
    {
      workers: options.workers,
      onReply(reply, index) {
        const run = runs[index];
        if (run === undefined) return;
        if (reply.kind === "done") outcomes.push(readRun(run, reply.simulatedMs));
        else outcomes.push({ run, failure: failedRun(run, reply.error) });
        if (runs[index + 1]?.of === run.of) return;
        const own = outcomes.filter((outcome) => outcome.run.of === run.of);
        const isCut = own.some(({ failure }) => failure?.code === "interrupted");
        if (!isCut) options.onVersion(run.of, own);
      },
      onProgress(done, underWay) {
        options.onProgress(
          done,
          underWay.map((index) => {
            const run = runs[index];
            return `${run?.scenario.name ?? ""} (${run?.of.client ?? ""} ${run?.of.version ?? ""})`;
          }),
        );
      },
    },
  );
  return { outcomes, ...(interruptedBy === undefined ? {} : { interruptedBy }) };
}

function readRun(run: VersionRun, simulatedMs: number): VersionOutcome {
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

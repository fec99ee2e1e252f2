/**
 * Open questions about the service, each with what came of its answers: where no source settles
 * what Entra does, the library plays both, and a reader sees what hangs on it.
 */
import { formatDuration } from "../../core/time/duration.ts";
import type { RunResult } from "./results.ts";

/** One question with a row for each run that answers it. */
export interface SideTable {
  readonly question: string;
  readonly heads: readonly string[];
  /** In the order of the runs, those of one answer together; as many cells as `heads`. */
  readonly rows: readonly (readonly string[])[];
}

/** A table for each question of these runs, in the order in which they come up. */
export function sideTables(runs: readonly RunResult[]): readonly SideTable[] {
  const questions = [...new Set(runs.flatMap(({ side }) => side?.question ?? []))];
  return questions.map((question) => ({
    question,
    heads: ["scenario", "client", "answer", "calls that ended well", "without a token", "sign-ins"],
    rows: runs.flatMap((run) => (run.side?.question === question ? [rowOf(run, run.side)] : [])),
  }));
}

function rowOf(run: RunResult, { answer }: NonNullable<RunResult["side"]>): readonly string[] {
  const { scenario, client, operations, cost } = run;
  const { ok, fail, unknown } = operations;
  return [
    scenario,
    `${client.name} ${client.version}`,
    answer,
    `${ok} of ${ok + fail + unknown}`,
    cost.withoutTokenMs === 0 ? "never" : formatDuration(cost.withoutTokenMs),
    String(cost.promptsCaused),
  ];
}

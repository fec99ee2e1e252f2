/**
 * Plays runs with findings again: as they were, without their faults, and with some of them, until
 * it is known which faults each finding needs. All in worker processes, as the runs themselves.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Variation } from "../../history/header.ts";
import { parseJournal } from "../../history/journal.ts";
import { prepareFolders } from "../../reporting/files/write-whole.ts";
import { judgeRun } from "../../reporting/model/judge-run.ts";
import type { Control, Dependencies, Dependency } from "../../reporting/model/control.ts";
import type { Finding } from "../../rules/rules.ts";
import type { ValuedGuess } from "../../runner/guesses.ts";
import type { ScenarioSummary } from "../../runner/scenario-summary.ts";
import type { InterruptSignal } from "../interrupt.ts";
import type { Io } from "../io.ts";
import type { RunTask } from "../worker/protocol.ts";
import type { Pool } from "../worker/pool.ts";
import { findCauses } from "./find-causes.ts";
import { findDependencies } from "./find-dependencies.ts";

/** A run, and its failures whose cause is wanted. */
export interface ToControl {
  /** Of the run, as in `PlannedRun`. */
  readonly name: string;
  readonly scenario: Pick<ScenarioSummary, "faults">;
  readonly task: RunTask;
  readonly failures: readonly Pick<Finding, "rule" | "message">[];
}

export interface ControlOptions {
  readonly workers: number;
  /** A folder that is made for them, and removed. */
  readonly folder: string;
  /** After how much real time no run is begun, ms; default: never. */
  readonly withinMs?: number | undefined;
  /** After how much real time runs under way are ended as well, ms; default: never. */
  readonly endAfterMs?: number | undefined;
  /** How long one run may take, real ms; default: as `createPool`. */
  readonly runMaxMs?: number | undefined;
  /** At most so many runs for each of `runs`; default `CONTROL_RUNS_MAX`. */
  readonly runsMax?: number;
  /** Called before each run. */
  readonly onRun?: (name: string) => void;
  /** Called when all is known of a run: its controls by the id of the rule. */
  readonly onControls: (name: string, controls: Readonly<Record<string, Control>>) => void;
}

/** How many runs are played for one run with findings, where the options name no bound. */
const CONTROL_RUNS_MAX = 60;

/** Resolves when all are controlled or its bounds are reached; to the signal that cut it short, if one did. */
export async function playControls(
  runs: readonly ToControl[],
  io: Pick<Io, "createPool" | "onInterrupt" | "now">,
  options: ControlOptions,
): Promise<InterruptSignal | undefined> {
  if (runs.length === 0) return undefined;
  const workers = Math.max(1, Math.min(options.workers, runs.length));
  const { runMaxMs, endAfterMs } = options;
  const pool = io.createPool({ workers, runMaxMs });
  const ended = Promise.withResolvers<InterruptSignal | undefined>();
  const stopListening = io.onInterrupt(ended.resolve);
  const timer =
    endAfterMs === undefined
      ? undefined
      : setTimeout(() => ended.resolve(undefined), Math.max(0, endAfterMs));
  const endsAt = io.now() + (options.withinMs ?? Infinity);
  const waiting = [...runs];
  const work = async (): Promise<void> => {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      const isLate = (): boolean => io.now() > endsAt;
      options.onControls(run.name, await controlRun(run, { pool, isLate, ...options }));
    }
  };
  prepareFolders([options.folder]);
  try {
    const all = Promise.all(Array.from({ length: workers }, work)).then(() => undefined);
    return await Promise.race([all, ended.promise]);
  } finally {
    stopListening();
    clearTimeout(timer);
    waiting.length = 0;
    await pool.close();
    rmSync(options.folder, { recursive: true, force: true });
  }
}

interface Playing extends Pick<ControlOptions, "folder" | "runsMax" | "onRun"> {
  readonly pool: Pool;
  readonly isLate: () => boolean;
}

async function controlRun(
  run: ToControl,
  playing: Playing,
): Promise<Readonly<Record<string, Control>>> {
  const replay = createReplay(run, playing);
  const controls: Record<string, Control> = {};
  for (const failure of run.failures) {
    controls[failure.rule] = await controlOf(failure, run, replay).catch((error: unknown) => {
      if (error instanceof Unfinished) return { kind: "unfinished", reason: error.message };
      throw error;
    });
  }
  return controls;
}

async function controlOf(
  failure: ToControl["failures"][number],
  run: ToControl,
  replay: Replay,
): Promise<Control> {
  const again = await replay({});
  const line = firstDifference(readFileSync(run.task.journalFile, "utf8"), again.journal);
  if (line !== undefined) return { kind: "not-repeatable", line };
  const cause = await causeOf(failure, run.scenario, replay);
  const dependsOn = await dependenciesOf(failure.rule, again.guesses, replay);
  const isWorthSaying = dependsOn.found.length > 0 || dependsOn.unfinished !== undefined;
  return isWorthSaying ? { ...cause, dependsOn } : cause;
}

async function dependenciesOf(
  rule: string,
  guesses: readonly ValuedGuess[],
  replay: Replay,
): Promise<Dependencies> {
  const found: Dependency[] = [];
  try {
    for (const guess of guesses) {
      found.push(
        ...(await findDependencies([guess], async (values) => {
          const { findings } = await replay({ values });
          return findings.find((finding) => finding.rule === rule)?.verdict;
        })),
      );
    }
  } catch (error) {
    if (error instanceof Unfinished) return { found, unfinished: error.message };
    throw error;
  }
  return { found };
}

async function causeOf(
  { rule, message }: ToControl["failures"][number],
  { faults }: ToControl["scenario"],
  replay: Replay,
): Promise<Extract<Control, { readonly kind: "caused" | "not-of-the-outage" }>> {
  const sayingOf = async (windows: readonly string[]) => {
    const { findings } = await replay({ faults: windows });
    return findings.find((finding) => finding.rule === rule);
  };
  const found = await findCauses(
    faults.map(({ id }) => id),
    async (windows) => (await sayingOf(windows))?.verdict ?? "inconclusive",
  );
  if (found.kind === "none") {
    const there = (await sayingOf([]))?.message;
    const other = there === undefined || there === message ? {} : { message: there };
    return { kind: "not-of-the-outage", ...other };
  }
  const named = (ids: readonly string[]) =>
    faults.filter(({ id }) => ids.includes(id)).map(({ id, from }) => ({ id, from }));
  return { kind: "caused", causes: found.causes.map(named), without: found.without };
}

interface Replayed {
  readonly journal: string;
  readonly findings: readonly Finding[];
  readonly guesses: readonly ValuedGuess[];
}

/** Plays the run with a variation; once for each. Rejects `Unfinished`. */
type Replay = (variation: Variation) => Promise<Replayed>;

function createReplay({ name, task }: ToControl, playing: Playing): Replay {
  const { pool, isLate, folder, runsMax = CONTROL_RUNS_MAX, onRun } = playing;
  const played = new Map<string, Promise<Replayed>>();
  const play = async (variation: Variation): Promise<Replayed> => {
    if (played.size >= runsMax)
      throw new Unfinished(`it takes more runs than the ${runsMax} allowed`);
    if (isLate()) throw new Unfinished("the time for controls was over");
    onRun?.(name);
    const journalFile = join(folder, `${name}.jsonl`);
    const reply = await pool.run({ ...task, journalFile, variation });
    if (reply.kind === "failed") {
      // A value that the world or the client does not take says nothing.
      if (variation.values !== undefined) return { journal: "", findings: [], guesses: [] };
      throw new Unfinished(`${describe(variation)} could not be played: ${reply.error.message}`);
    }
    const journal = readFileSync(journalFile, "utf8");
    rmSync(journalFile);
    const history = parseJournal(journal, journalFile);
    const { findings } = judgeRun(history, reply.simulatedMs);
    return { journal, findings, guesses: reply.guesses ?? [] };
  };
  return (variation) => {
    const key = JSON.stringify(variation);
    const before = played.get(key);
    if (before !== undefined) return before;
    const playedNow = play(variation);
    played.set(key, playedNow);
    return playedNow;
  };
}

function describe({ faults }: Variation): string {
  if (faults === undefined) return "the run";
  return faults.length === 0 ? "the run without faults" : `the run with ${faults.join(", ")} alone`;
}

/** Why a control has no answer. */
class Unfinished extends Error {}

/** The first line that differs, counted from 1. */
function firstDifference(before: string, after: string): number | undefined {
  if (before === after) return undefined;
  const [one, other] = [before.split("\n"), after.split("\n")];
  const index = one.findIndex((line, at) => line !== other[at]);
  return (index < 0 ? one.length : index) + 1;
}

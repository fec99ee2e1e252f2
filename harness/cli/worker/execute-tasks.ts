/**
 * Runs tasks in worker processes, at most so many at once, and reports each as it ends.
 * Ctrl-C or SIGTERM takes no new task, ends those under way and removes what they had half written.
 */
import { rmSync } from "node:fs";
import { UNFINISHED } from "../../reporting/files/write-whole.ts";
import { isBrowserMount } from "../../network/mounts.ts";
import { kindOf, type RunFailure, type RunReply, type RunTask } from "./protocol.ts";
import type { InterruptSignal } from "../interrupt.ts";
import type { Io } from "../io.ts";

export interface Execution {
  /** A reply for each task, in the order of the tasks. */
  readonly replies: readonly RunReply[];
  /** What cut it short. */
  readonly interruptedBy?: InterruptSignal;
  /** Its time was over before all had run. */
  readonly isOverTime?: true;
}

export interface ExecuteOptions {
  /** Processes at once. */
  readonly workers: number;
  /** So many of them begin at once, and the others after the first reply; default: all. */
  readonly cores?: number;
  /** How long one run may take, real ms; default: as `createPool`. */
  readonly runMaxMs?: number | undefined;
  /** After how much real time, ms, runs under way are ended and no other begins; default: never. */
  readonly withinMs?: number | undefined;
  /** Called in the order of the tasks, each as soon as all before it have ended. */
  readonly onReply: (reply: RunReply, index: number) => void;
  /** Called with pieces of what a task's script prints, as they come. */
  readonly onOutput?: (text: string, task: RunTask) => void;
  /** Called when a task begins or ends, with the indices of those under way. */
  readonly onProgress?: (done: number, underWay: readonly number[]) => void;
}

/** Never rejects for what happens in a run; a reply says so. */
export async function executeTasks(
  tasks: readonly RunTask[],
  io: Pick<Io, "createPool" | "onInterrupt">,
  options: ExecuteOptions,
): Promise<Execution> {
  const { cores = options.workers } = options;
  const workers = Math.max(1, Math.min(options.workers, tasks.length));
  const pool = io.createPool({
    workers,
    runMaxMs: options.runMaxMs,
    ...(options.onOutput === undefined ? {} : { onOutput: options.onOutput }),
  });
  const replies: (RunReply | undefined)[] = tasks.map(() => undefined);
  const underWay = new Set<number>();
  const lanes = createLanes(tasks, cores);
  let interruptedBy: InterruptSignal | undefined;
  /** Why no other task begins, for one that was under way then and one that was not; the first reason stays. */
  let ended: Ended | undefined;
  const whyEnded = (): Ended | undefined => ended;
  let reported = 0;
  let done = 0;
  const stopListening = io.onInterrupt((signal) => {
    interruptedBy = signal;
    ended ??= interruption;
    void pool.close();
  });
  const timer = startTimer(options.withinMs, () => {
    ended ??= overTime;
    void pool.close();
  });

  const reportInOrder = (): void => {
    for (let reply = replies[reported]; reply !== undefined; reply = replies[reported]) {
      options.onReply(reply, reported);
      reported += 1;
    }
  };

  const firstReply = Promise.withResolvers<void>();
  const work = async (_: unknown, worker: number): Promise<void> => {
    const nextOf = lanes.join();
    // Processes that start at once are in each other's way: the first verdict would come late.
    if (worker >= cores) await firstReply.promise;
    for (let index = nextOf(); index !== undefined; index = nextOf()) {
      const task = tasks[index];
      if (task === undefined || ended !== undefined) break;
      underWay.add(index);
      options.onProgress?.(done, [...underWay]);
      const reply = await pool.run(task);
      underWay.delete(index);
      done += 1;
      firstReply.resolve();
      // What died by the signal, or as the time was over, did not die by itself.
      const why = reply.kind === "failed" ? whyEnded() : undefined;
      replies[index] = why === undefined ? reply : failed(task, why.underWay);
      reportInOrder();
      options.onProgress?.(done, [...underWay]);
    }
    firstReply.resolve();
  };

  try {
    await Promise.all(Array.from({ length: workers }, () => undefined).map(work));
  } finally {
    stopListening();
    clearTimeout(timer);
    await pool.close();
  }
  const all = tasks.map(
    (task, index) => replies[index] ?? failed(task, (whyEnded() ?? interruption).waiting),
  );
  for (const { kind, task } of all) {
    if (kind === "failed") rmSync(`${task.journalFile}${UNFINISHED}`, { force: true });
  }
  for (; reported < all.length; reported += 1) {
    const reply = all[reported];
    if (reply !== undefined) options.onReply(reply, reported);
  }
  return {
    replies: all,
    ...(interruptedBy === undefined ? {} : { interruptedBy }),
    ...(whyEnded() === overTime ? { isOverTime: true as const } : {}),
  };
}

function startTimer(afterMs: number | undefined, onEnd: () => void): NodeJS.Timeout | undefined {
  return afterMs === undefined ? undefined : setTimeout(onEnd, Math.max(0, afterMs));
}

/**
 * The tasks of each kind in a line of their own. A worker process has one kind for life, so it
 * stays in its lane while there is something in it, and then helps where most is left for each
 * worker. A run in a process keeps a core busy, so no more than the cores are drawn to such runs:
 * each would start a process in vain. The first begins with the first task, whose verdict people
 * see first.
 */
function createLanes(
  tasks: readonly RunTask[],
  cores: number,
): {
  /** Takes a worker in; the function gives it the indices of its tasks, one at a call. */
  readonly join: () => () => number | undefined;
} {
  const lanes = [...Map.groupBy(tasks.keys(), (index) => kindAt(tasks, index)).values()].map(
    (waiting) => ({ waiting, workers: 0, isBusy: costOf(tasks[waiting[0] ?? -1]) === 1 }),
  );
  type Lane = (typeof lanes)[number];
  const workLeft = ({ waiting }: Lane): number =>
    waiting.reduce((sum, index) => sum + costOf(tasks[index]), 0);
  const neediest = (among: readonly Lane[]): Lane | undefined =>
    among.toSorted((a, b) => workLeft(b) / (b.workers + 1) - workLeft(a) / (a.workers + 1))[0];
  let joined = 0;
  return {
    join() {
      let lane = joined === 0 ? lanes[0] : neediest(lanes);
      joined += 1;
      if (lane !== undefined) lane.workers += 1;
      return () => {
        if (lane !== undefined && lane.waiting.length === 0) {
          lane.workers -= 1;
          // Those who are there are done with a few tasks sooner than another has started.
          const next = neediest(lanes.filter(({ isBusy, workers }) => !isBusy || workers < cores));
          lane = next !== undefined && next.waiting.length > next.workers ? next : undefined;
          if (lane !== undefined) lane.workers += 1;
        }
        return lane?.waiting.shift();
      };
    },
  };
}

/** A run in a browser takes about as long as so many in a process. */
const PAGE_COST = 6;

function costOf(task: RunTask | undefined): number {
  return task !== undefined && isBrowserMount(task.mount) ? PAGE_COST : 1;
}

function kindAt(tasks: readonly RunTask[], index: number): string | undefined {
  const task = tasks[index];
  return task === undefined ? undefined : kindOf(task);
}

/** Why runs have no result: one that was under way when the session ended, and one that was not. */
interface Ended {
  readonly underWay: RunFailure;
  readonly waiting: RunFailure;
}

const interrupted: RunFailure = {
  code: "interrupted",
  message: "it was interrupted before its end",
};
const interruption: Ended = { underWay: interrupted, waiting: interrupted };

/** The code of runs for which the time of the session did not suffice. */
const OVER_TIME = "time-limit";

const overTime: Ended = {
  underWay: { code: OVER_TIME, message: "it was under way when the time of the session was over" },
  waiting: { code: OVER_TIME, message: "it had not begun when the time of the session was over" },
};

function failed(task: RunTask, error: RunFailure): RunReply {
  return { kind: "failed", task, error };
}

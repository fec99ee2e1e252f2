/**
 * Runs tasks in worker processes, at most so many at once, and tells of each as it ends.
 * Ctrl-C or SIGTERM takes no new task, ends those under way and removes what they had half written.
 */
import { rmSync } from "node:fs";
import { UNFINISHED } from "../../reporting/files/write-whole.ts";
import { kindOf, type RunFailure, type RunReply, type RunTask } from "./protocol.ts";
import type { InterruptSignal } from "../interrupt.ts";
import type { Io } from "../io.ts";

export interface Execution {
  /** A reply for each task, in the order of the tasks. */
  readonly replies: readonly RunReply[];
  /** What cut it short. */
  readonly interruptedBy?: InterruptSignal;
}

export interface ExecuteOptions {
  readonly workers: number;
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
  const workers = Math.max(1, Math.min(options.workers, tasks.length));
  const pool = io.createPool({
    workers,
    ...(options.onOutput === undefined ? {} : { onOutput: options.onOutput }),
  });
  const replies: (RunReply | undefined)[] = tasks.map(() => undefined);
  const underWay = new Set<number>();
  const lanes = createLanes(tasks);
  let interruptedBy: InterruptSignal | undefined;
  let told = 0;
  let done = 0;
  const stopListening = io.onInterrupt((signal) => {
    interruptedBy = signal;
    void pool.close();
  });

  const tellInOrder = (): void => {
    for (let reply = replies[told]; reply !== undefined; reply = replies[told]) {
      options.onReply(reply, told);
      told += 1;
    }
  };

  const work = async (_: unknown, worker: number): Promise<void> => {
    const nextOf = lanes.join(worker);
    for (let index = nextOf(); index !== undefined; index = nextOf()) {
      const task = tasks[index];
      if (task === undefined || interruptedBy !== undefined) return;
      underWay.add(index);
      options.onProgress?.(done, [...underWay]);
      const reply = await pool.run(task);
      underWay.delete(index);
      done += 1;
      // What died by the signal did not die by itself.
      replies[index] =
        interruptedBy !== undefined && reply.kind === "failed" ? cutShort(task) : reply;
      tellInOrder();
      options.onProgress?.(done, [...underWay]);
    }
  };

  try {
    await Promise.all(Array.from({ length: workers }, () => undefined).map(work));
  } finally {
    stopListening();
    await pool.close();
  }
  const all = tasks.map((task, index) => replies[index] ?? cutShort(task));
  for (const { kind, task } of all) {
    if (kind === "failed") rmSync(`${task.journalFile}${UNFINISHED}`, { force: true });
  }
  for (; told < all.length; told += 1) {
    const reply = all[told];
    if (reply !== undefined) options.onReply(reply, told);
  }
  return { replies: all, ...(interruptedBy === undefined ? {} : { interruptedBy }) };
}

/**
 * The tasks of each kind in a line of their own. A worker process has one kind for life, and
 * runs in a browser keep a core busy with little of it in the process: so workers begin in
 * different lanes, stay in theirs while there is something in it, and then help in the longest.
 */
function createLanes(tasks: readonly RunTask[]): {
  /** The indices of tasks for the n-th worker, one at a call. */
  readonly join: (worker: number) => () => number | undefined;
} {
  const lanes = [...Map.groupBy(tasks.keys(), (index) => kindAt(tasks, index)).values()];
  const longest = (): number[] | undefined => lanes.toSorted((a, b) => b.length - a.length)[0];
  return {
    join(worker) {
      let lane = lanes[worker % lanes.length];
      return () => {
        if (lane === undefined || lane.length === 0) lane = longest();
        return lane?.shift();
      };
    },
  };
}

function kindAt(tasks: readonly RunTask[], index: number): string | undefined {
  const task = tasks[index];
  return task === undefined ? undefined : kindOf(task);
}

/** Why a run that a signal cut short has no result. */
const interrupted: RunFailure = {
  code: "interrupted",
  message: "it was interrupted before its end",
};

function cutShort(task: RunTask): RunReply {
  return { kind: "failed", task, error: interrupted };
}

/**
 * Worker processes, at most `workers` at once, each with one mount for its whole life:
 * msw and nock cannot share a process, and a warm process runs the next scenario in
 * milliseconds. A worker that dies takes only its own run with it.
 */
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { MountName } from "../mount/mount.ts";
import type { RunReply, RunTask } from "./protocol.ts";

export interface Pool {
  /** Resolves when the run is over; a worker's death is a `failed` reply, never a rejection. */
  run(task: RunTask): Promise<RunReply>;
  /** Ends all workers, whatever they do. */
  close(): Promise<void>;
}

interface Worker {
  readonly child: ChildProcess;
  readonly mount: MountName;
  busyWith: Job | undefined;
}

interface Job {
  readonly task: RunTask;
  readonly resolve: (reply: RunReply) => void;
}

const LAST_WORDS_CHARACTERS_MAX = 2_000;

/** A pool without workers; each is started when a run needs it. */
export function createPool(options: { readonly workers: number }): Pool {
  const workers = new Set<Worker>();
  const waiting: Job[] = [];
  let closed = false;

  const finish = (worker: Worker, reply: RunReply): void => {
    const job = worker.busyWith;
    worker.busyWith = undefined;
    job?.resolve(reply);
    assign();
  };

  const start = (mount: MountName): Worker => {
    const { child, lastWords } = forkWorker();
    const worker: Worker = { child, mount, busyWith: undefined };
    child.on("message", (reply) => finish(worker, reply as RunReply));
    child.on("exit", (code, signal) => {
      workers.delete(worker);
      if (worker.busyWith === undefined) return assign();
      finish(worker, died(worker.busyWith.task, signal ?? `exit code ${code}`, lastWords()));
    });
    workers.add(worker);
    return worker;
  };

  const workerFor = (mount: MountName): Worker | undefined => {
    const idle = [...workers].filter((worker) => worker.busyWith === undefined);
    const warm = idle.find((worker) => worker.mount === mount);
    if (warm !== undefined) return warm;
    if (workers.size < options.workers) return start(mount);
    idle[0]?.child.kill("SIGKILL");
    return undefined;
  };

  const assign = (): void => {
    while (waiting[0] !== undefined && !closed) {
      const worker = workerFor(waiting[0].task.mount);
      const job = worker === undefined ? undefined : waiting.shift();
      if (worker === undefined || job === undefined) return;
      worker.busyWith = job;
      worker.child.send(job.task);
    }
  };

  return {
    run: (task) =>
      new Promise((resolve) => {
        waiting.push({ task, resolve });
        assign();
      }),
    async close() {
      closed = true;
      const ends = [...workers].map(
        (worker) => new Promise((resolve) => worker.child.once("exit", resolve)),
      );
      for (const worker of workers) worker.child.kill("SIGKILL");
      await Promise.all(ends);
    },
  };
}

/** A process, and the end of what it has said so far. */
function forkWorker(): { readonly child: ChildProcess; readonly lastWords: () => string } {
  // In the package this file is JavaScript, and so is the worker beside it.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const child = fork(fileURLToPath(new URL(`./worker.${extension}`, import.meta.url)), [], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString("utf8")).slice(-LAST_WORDS_CHARACTERS_MAX);
    });
  }
  return { child, lastWords: () => said };
}

function died(task: RunTask, how: string, lastWords: string): RunReply {
  return {
    kind: "failed",
    task,
    error: {
      code: "worker-died",
      message: `the process that ran ${task.scenario} ended (${how})`,
      hint:
        lastWords === ""
          ? "Run it again with --workers 1 --debug."
          : `It last said: ${lastWords.trim()}`,
    },
  };
}

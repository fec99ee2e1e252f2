/**
 * Worker processes, at most `workers` at once, each with one mount for its whole life, and one
 * version of a client: msw and nock cannot share a process, two versions of a package must not
 * meet in one, and a warm process runs the next scenario in milliseconds. A worker that dies takes only its own run with it.
 */
import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Alive, kindOf, type RunReply, type RunTask } from "./protocol.ts";
import { createWatch, type Watch } from "./watch.ts";

export interface Pool {
  /** Resolves when the run is over; a worker's death is a `failed` reply, never a rejection. */
  run(task: RunTask): Promise<RunReply>;
  /** Ends all workers, also busy ones. */
  close(): Promise<void>;
}

export interface PoolOptions {
  /** Processes at once. */
  readonly workers: number;
  /** Called with pieces of what a worker prints, and the task of the run. */
  readonly onOutput?: (text: string, task: RunTask) => void;
  /** How long a busy worker may keep silent before it is ended, real ms; default two minutes. */
  readonly silenceMaxMs?: number;
}

interface Worker {
  readonly child: ChildProcess;
  /** Of the tasks that it takes. */
  readonly kind: string;
  busyWith: Job | undefined;
  /** What it prints may arrive after its reply. */
  lastTask: RunTask | undefined;
  readonly watch: Watch;
}

interface Job {
  readonly task: RunTask;
  readonly resolve: (reply: RunReply) => void;
}

const LAST_WORDS_CHARACTERS_MAX = 2_000;
const SILENCE_MAX_MS = 120_000;

/** A pool without workers; each is started when a run needs it. */
export function createPool(options: PoolOptions): Pool {
  const { silenceMaxMs = SILENCE_MAX_MS } = options;
  const workers = new Set<Worker>();
  const waiting: Job[] = [];
  let closed = false;

  const finish = (worker: Worker, reply: RunReply): void => {
    const job = worker.busyWith;
    worker.busyWith = undefined;
    worker.watch.rest();
    job?.resolve(reply);
    assign();
  };

  const start = (kind: string): Worker => {
    const { child, lastWords } = forkWorker((text) => {
      if (worker.lastTask !== undefined) options.onOutput?.(text, worker.lastTask);
    });
    const worker: Worker = {
      child,
      kind,
      busyWith: undefined,
      lastTask: undefined,
      watch: createWatch(silenceMaxMs, () => {
        const { busyWith: job } = worker;
        end(worker);
        if (job !== undefined) finish(worker, silent(job.task));
      }),
    };
    child.on("message", (said) => {
      const message = said as RunReply | Alive;
      if (message.kind === "alive") {
        if (worker.busyWith !== undefined) worker.watch.heard();
        return;
      }
      if (message.leaves === true) end(worker);
      finish(worker, message);
    });
    child.on("exit", (code, signal) => {
      workers.delete(worker);
      if (worker.busyWith === undefined) return assign();
      finish(worker, died(worker.busyWith.task, signal ?? `exit code ${code}`, lastWords()));
    });
    workers.add(worker);
    return worker;
  };

  const end = (worker: Worker): void => {
    workers.delete(worker);
    worker.child.kill("SIGKILL");
  };

  const workerFor = (kind: string): Worker | undefined => {
    const idle = [...workers].filter((worker) => worker.busyWith === undefined);
    const warm = idle.find((worker) => worker.kind === kind);
    if (warm !== undefined) return warm;
    if (workers.size < options.workers) return start(kind);
    idle[0]?.child.kill("SIGKILL");
    return undefined;
  };

  const assign = (): void => {
    while (waiting[0] !== undefined && !closed) {
      const worker = workerFor(kindOf(waiting[0].task));
      const job = worker === undefined ? undefined : waiting.shift();
      if (worker === undefined || job === undefined) return;
      worker.busyWith = job;
      worker.lastTask = job.task;
      worker.watch.heard();
      worker.child.send(job.task);
    }
  };

  return {
    run: (task) =>
      new Promise((resolve) => {
        waiting.push({ task, resolve });
        assign();
      }),
    close() {
      closed = true;
      return endAll([...workers]);
    },
  };
}

/** Ends workers, also busy ones; resolves when their processes are gone. */
async function endAll(workers: readonly Worker[]): Promise<void> {
  const ends = workers.map(
    (worker) => new Promise((resolve) => worker.child.once("exit", resolve)),
  );
  for (const worker of workers) {
    worker.watch.rest();
    worker.child.kill("SIGKILL");
  }
  await Promise.all(ends);
}

/** A process, and the end of what it has said so far. */
function forkWorker(onOutput: (text: string) => void): {
  readonly child: ChildProcess;
  readonly lastWords: () => string;
} {
  // In the package this file is JavaScript, and so is the worker beside it.
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const child = fork(fileURLToPath(new URL(`./worker.${extension}`, import.meta.url)), [], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      const text = chunk.toString("utf8");
      said = (said + text).slice(-LAST_WORDS_CHARACTERS_MAX);
      onOutput(text);
    });
  }
  return { child, lastWords: () => said };
}

function silent(task: RunTask): RunReply {
  return {
    kind: "failed",
    task,
    error: {
      code: "stuck",
      message: `the script of ${task.scenario} keeps its process busy and never pauses`,
      hint: "Look for a loop without an await in it, or with one that waits for nothing.",
    },
  };
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

/**
 * Worker processes, at most `workers` at once, each with one mount for its whole life, and one
 * version of a client: msw and nock cannot share a process, two versions of a package must not
 * meet in one, and a warm process runs the next scenario in milliseconds. A worker that dies takes only its own run with it.
 */
import { randomUUID } from "node:crypto";
import { formatDuration } from "../../core/time/duration.ts";
import { isBrowserMount } from "../../network/mounts.ts";
import {
  kindOf,
  type RunReply,
  type RunTask,
  type TaskMessage,
  type WorkerMessage,
  workerMessageSchema,
} from "./protocol.ts";
import { startProcess, type StartedProcess } from "./start-process.ts";
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
  /** How long a run may take before its worker is ended, real ms in which this process was running; default ten minutes. */
  readonly runMaxMs?: number | undefined;
}

interface Worker extends Pick<StartedProcess, "child" | "send" | "hangUp"> {
  /** Of the tasks that it takes. */
  readonly kind: string;
  busyWith: Job | undefined;
  /** Its process is being ended, and takes room until it is gone. */
  isEnding: boolean;
  /** What it prints may arrive after its reply. */
  lastTask: RunTask | undefined;
  /** That it is alive. */
  readonly watch: Watch;
  /** That its run does not take too long. */
  readonly limit: Watch;
}

interface Job {
  readonly task: RunTask;
  /** An answer that does not repeat it is not the worker's. */
  readonly secret: string;
  readonly resolve: (reply: RunReply) => void;
}

const SILENCE_MAX_MS = 120_000;

/**
 * All runs of the library together take 63 s on a quiet machine with two cores
 * (docs/performance.md): one of them that takes ten minutes has no end.
 */
const RUN_MAX_MS = 600_000;

/** A pool without workers; each is started when a run needs it. */
export function createPool(options: PoolOptions): Pool {
  const { runMaxMs = RUN_MAX_MS, silenceMaxMs = SILENCE_MAX_MS } = options;
  const workers = new Set<Worker>();
  const waiting: Job[] = [];
  let closed = false;

  const finish = (worker: Worker, reply: RunReply): void => {
    relieve(worker)?.resolve(reply);
    assign();
  };

  const hear = (worker: Worker, message: object): void => {
    const job = worker.busyWith;
    const said = job === undefined ? undefined : saidBy(job, message);
    if (job === undefined || said === undefined) return;
    if (said.kind === "alive") return worker.watch.heard();
    if (said.leaves === true) end(worker);
    finish(worker, { ...said, task: job.task });
  };

  const start = (kind: string): Worker => {
    const { lastWords, ...started } = startProcess("worker", {
      onMessage: (message) => hear(worker, message),
      onOutput: (text) => worker.lastTask && options.onOutput?.(text, worker.lastTask),
      onEnd(how, wasStarted) {
        workers.delete(worker);
        const job = worker.busyWith;
        if (job === undefined) assign();
        else finish(worker, (wasStarted ? died : notStarted)(job.task, how, lastWords()));
      },
    });
    const worker: Worker = {
      ...started,
      kind,
      busyWith: undefined,
      isEnding: false,
      lastTask: undefined,
      watch: createWatch(silenceMaxMs, () => giveUp(worker, silent)),
      limit: createWatch(runMaxMs, () => giveUp(worker, tooLong(runMaxMs))),
    };
    workers.add(worker);
    return worker;
  };

  const end = (worker: Worker): void => {
    if (workers.delete(worker)) stop(worker);
  };

  const giveUp = (worker: Worker, why: (task: RunTask) => RunReply): void => {
    end(worker);
    if (worker.busyWith !== undefined) finish(worker, why(worker.busyWith.task));
  };

  const workerFor = (kind: string): Worker | undefined => {
    const warm = idleOf(workers).find((worker) => worker.kind === kind);
    if (warm !== undefined) return warm;
    if (workers.size < options.workers) return start(kind);
    makeRoom(workers);
    return undefined;
  };

  const assign = (): void => {
    while (waiting[0] !== undefined && !closed) {
      const worker = workerFor(kindOf(waiting[0].task));
      const job = worker === undefined ? undefined : waiting.shift();
      if (worker === undefined || job === undefined) return;
      give(worker, job);
    }
  };

  return {
    run(task) {
      const { promise, resolve } = Promise.withResolvers<RunReply>();
      waiting.push({ task, secret: randomUUID(), resolve });
      assign();
      return promise;
    },
    close() {
      closed = true;
      return endAll([...workers]);
    },
  };
}

/** Workers that can take a run. */
function idleOf(workers: ReadonlySet<Worker>): Worker[] {
  return [...workers].filter(({ busyWith, isEnding }) => busyWith === undefined && !isEnding);
}

/** Ends an idle worker, unless one is being ended. */
function makeRoom(workers: ReadonlySet<Worker>): void {
  const [idle] = idleOf(workers);
  if (idle === undefined || [...workers].some(({ isEnding }) => isEnding)) return;
  idle.isEnding = true;
  stop(idle);
}

/** Ends workers, also busy ones; resolves when their processes are gone. */
async function endAll(workers: readonly Worker[]): Promise<void> {
  const ends = workers.map(
    (worker) => new Promise((resolve) => worker.child.once("exit", resolve)),
  );
  for (const worker of workers) {
    rest(worker);
    stop(worker);
  }
  await Promise.all(ends);
}

function give(worker: Worker, job: Job): void {
  worker.busyWith = job;
  worker.lastTask = job.task;
  worker.watch.heard();
  worker.limit.heard();
  worker.send({ secret: job.secret, task: job.task } satisfies TaskMessage);
}

/** Takes its job away. */
function relieve(worker: Worker): Job | undefined {
  const job = worker.busyWith;
  worker.busyWith = undefined;
  rest(worker);
  return job;
}

function rest({ watch, limit }: Worker): void {
  watch.rest();
  limit.rest();
}

/** How long a worker may take to end its browser, real ms. */
const BROWSER_END_MAX_MS = 10_000;

/** Ends a process: at once, or when its browser has ended, which else leaves its profile behind. */
function stop({ child, hangUp, lastTask }: Worker): void {
  if (lastTask === undefined || !isBrowserMount(lastTask.mount)) {
    child.kill("SIGKILL");
    return;
  }
  hangUp();
  const timer = setTimeout(() => child.kill("SIGKILL"), BROWSER_END_MAX_MS);
  child.once("exit", () => clearTimeout(timer));
}

/** What the worker says of its job; nothing when the message was not the worker's. */
function saidBy({ secret }: Job, message: object): WorkerMessage["said"] | undefined {
  const { data } = workerMessageSchema().safeParse(message);
  return data?.secret === secret ? (data.said as WorkerMessage["said"]) : undefined;
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

function tooLong(runMaxMs: number): (task: RunTask) => RunReply {
  return (task) => ({
    kind: "failed",
    task,
    error: {
      code: "timeout",
      message: `it took longer than ${formatDuration(runMaxMs)} of real time, and was ended`,
      hint: "Look for a loop that never ends or a wait for something outside of the simulation; --scenario-timeout sets the limit.",
    },
  });
}

function notStarted(task: RunTask, reason: string): RunReply {
  return {
    kind: "failed",
    task,
    error: {
      code: "worker-died",
      message: `no process can be started to run ${task.scenario}: ${reason}`,
      hint: "The machine is out of processes, files or memory: look at ulimit -u and -n, or use fewer --workers.",
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

/** Processes that work off jobs, each at its own pace; one that answers no more or has ended is replaced. */
import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { Answer, Job } from "./worker.ts";

/** Not a measure of speed: only what goes round in circles without an end takes so long. */
const STUCK_MS = 180_000;
/** Each job leaves compiled code behind. */
const JOBS_OF_A_PROCESS = 400;

/** What goes round in circles. */
export interface Stuck {
  readonly kind: "stuck";
}

export interface PoolOptions {
  /** The program of a worker. */
  readonly program?: string;
  /** Real ms. */
  readonly stuckMs?: number;
}

export interface Pool {
  /**
   * The answers in the order of the jobs; `stuck` for a job that ran out of time. Rejects when the
   * process of a job ends twice without an answer, as for want of memory: that says nothing of the job.
   */
  readonly run: (jobs: readonly Job[]) => Promise<readonly (Answer | Stuck)[]>;
  readonly close: () => void;
}

export function createPool(bundlePath: string, workers: number, options: PoolOptions = {}): Pool {
  const { program = join(import.meta.dirname, "worker.ts"), stuckMs = STUCK_MS } = options;
  const idle: Worker[] = [];
  const start = (): Worker => startWorker(program, bundlePath);
  return {
    async run(jobs) {
      const answers: (Answer | Stuck)[] = [];
      const waiting = jobs.entries();
      const workOff = async (): Promise<void> => {
        let worker = idle.pop() ?? start();
        const replace = (): void => {
          worker.child.kill("SIGKILL");
          worker = start();
        };
        const answer = async (job: Job): Promise<Answer | Stuck | Exited> => {
          if (worker.done >= JOBS_OF_A_PROCESS || !worker.child.connected) replace();
          worker.done += 1;
          const outcome = await ask(worker.child, job, stuckMs);
          // It may look connected for a moment longer.
          if (outcome.kind === "stuck" || outcome.kind === "exited") replace();
          return outcome;
        };
        try {
          for (const [index, job] of waiting) {
            let outcome = await answer(job);
            if (outcome.kind === "exited") outcome = await answer(job);
            if (outcome.kind === "exited") throw exitedTwice(job, outcome);
            answers[index] = outcome;
          }
        } finally {
          idle.push(worker);
        }
      };
      await Promise.all(Array.from({ length: workers }, workOff));
      return answers;
    },
    close: () => {
      for (const { child } of idle) child.kill("SIGKILL");
    },
  };
}

interface Worker {
  readonly child: ChildProcess;
  done: number;
}

/** The process has ended without an answer. */
interface Exited {
  readonly kind: "exited";
  readonly how: string;
}

function exitedTwice(job: Job, { how }: Exited): Error {
  const what = job.kind === "cover" ? job.file : `the mutant ${job.mutant}`;
  return new Error(`The process that tried ${what} ended twice without an answer: ${how}.`);
}

function startWorker(program: string, bundlePath: string): Worker {
  const child = fork(program, [bundlePath], {
    serialization: "json",
    // What tests and mutants print is not for people.
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  return { child, done: 0 };
}

async function ask(
  child: ChildProcess,
  job: Job,
  stuckMs: number,
): Promise<Answer | Stuck | Exited> {
  return new Promise((resolve) => {
    const end = (outcome: Answer | Stuck | Exited): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      resolve(outcome);
    };
    const timer = setTimeout(() => end({ kind: "stuck" }), stuckMs);
    child.once("message", (answer) => end(answer as Answer));
    child.once("exit", (code, signal) =>
      end({ kind: "exited", how: signal === null ? `exit code ${code}` : `signal ${signal}` }),
    );
    // It ended just before: its exit says so.
    child.send(job, () => undefined);
  });
}

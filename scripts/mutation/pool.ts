/** Processes that work off jobs, each at its own pace; one that answers no more is replaced. */
import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { Answer, Job } from "./worker.ts";

/** Not a measure of speed: only what goes round in circles without an end takes so long. */
const STUCK_MS = 180_000;
/** Each job leaves compiled code behind. */
const JOBS_OF_A_PROCESS = 400;

export interface Pool {
  /** The answers in the order of the jobs; `undefined` for a job that never ended. */
  readonly run: (jobs: readonly Job[]) => Promise<readonly (Answer | undefined)[]>;
  readonly close: () => void;
}

export function createPool(bundlePath: string, workers: number): Pool {
  const idle: Worker[] = [];
  return {
    async run(jobs) {
      const answers: (Answer | undefined)[] = [];
      const waiting = jobs.entries();
      const workOff = async (): Promise<void> => {
        let worker = idle.pop() ?? startWorker(bundlePath);
        for (const [index, job] of waiting) {
          if (worker.done >= JOBS_OF_A_PROCESS || !worker.child.connected) {
            worker.child.kill("SIGKILL");
            worker = startWorker(bundlePath);
          }
          answers[index] = await ask(worker.child, job);
          worker.done += 1;
        }
        idle.push(worker);
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

function startWorker(bundlePath: string): Worker {
  const child = fork(join(import.meta.dirname, "worker.ts"), [bundlePath], {
    serialization: "json",
    // What tests and mutants print is not for people.
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  return { child, done: 0 };
}

async function ask(child: ChildProcess, job: Job): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const end = (answer: Answer | undefined): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      resolve(answer);
    };
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      end(undefined);
    }, STUCK_MS);
    child.once("message", (answer) => end(answer as Answer));
    child.once("exit", () => end(undefined));
    child.send(job);
  });
}

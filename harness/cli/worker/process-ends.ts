/** What would end this worker process while a run is under way: errors that nothing catches, and `process.exit`. */
import type { EventEmitter } from "node:events";
import { errorOf } from "../../core/thrown.ts";
import { maskSecretLooks } from "../../history/secret-text.ts";
import type { OwnProcess, TakeProcessEnd } from "../../runner/simulation/process-errors.ts";

/** Thrown to end what calls `process.exit`: in this process the call must not return, either. */
class ProcessExit extends Error {
  constructor(code: string | number) {
    super(`exit code ${code}`);
    this.name = "process.exit";
  }
}

/** Its listeners by any name: the types know those of signals. */
const emitter: EventEmitter = process;

const lastResorts = ["uncaughtException", "unhandledRejection"] as const;

/** Listeners from before any code of a user: not the app's. */
const atStart = new Set<unknown>(lastResorts.flatMap((name) => emitter.listeners(name)));

export interface TakenEnds extends OwnProcess {
  /** Whether the code under test hears of uncaught errors itself, which is for the whole process and until its end. */
  readonly isHeard: () => boolean;
  readonly stop: () => void;
}

/** Has the run under way take them, and calls `onStray` with an error that it does not take. */
export function takeProcessEnds(onStray: (thrown: unknown) => void): TakenEnds {
  let take: TakeProcessEnd = () => false;
  const takes = (thrown: unknown, by: "thrown" | "rejected"): void => {
    if (!take(thrown, by)) onStray(thrown);
    // As Node would.
    else if (!(thrown instanceof ProcessExit)) say(thrown);
  };
  const ours = new Set<unknown>(atStart);
  // With a handler of its own the app lives on, even if that does nothing.
  const isHeard = (name: (typeof lastResorts)[number]): boolean =>
    emitter.listeners(name).some((listener) => !ours.has(listener));
  const onThrown = (thrown: unknown): void => {
    if (!isHeard("uncaughtException")) takes(thrown, "thrown");
  };
  const onRejected = (thrown: unknown): void => {
    if (!isHeard("unhandledRejection")) takes(thrown, "rejected");
  };
  ours.add(onThrown).add(onRejected);
  const exit = process.exit.bind(process);
  process.exit = (code?: number | string | null): never => {
    const ended = new ProcessExit(code ?? process.exitCode ?? 0);
    if (take(ended, "exit")) throw ended;
    return exit(code);
  };
  process.on("uncaughtException", onThrown).on("unhandledRejection", onRejected);
  return {
    watch(taking) {
      take = taking;
      return () => {
        take = () => false;
      };
    },
    isHeard: () => lastResorts.some(isHeard),
    stop() {
      process.off("uncaughtException", onThrown).off("unhandledRejection", onRejected);
      process.exit = exit;
    },
  };
}

function say(thrown: unknown): void {
  const { stack, message } = errorOf(thrown);
  process.stderr.write(`${maskSecretLooks(stack ?? message)}\n`);
}

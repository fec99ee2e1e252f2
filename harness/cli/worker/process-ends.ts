/** What would end this worker process while a run is under way: errors that nothing catches, and `process.exit`. */
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

/** Has the run under way take them, and calls `onStray` with an error that it does not take. */
export function takeProcessEnds(
  onStray: (thrown: unknown) => void,
): OwnProcess & { readonly stop: () => void } {
  let take: TakeProcessEnd = () => false;
  const takes = (thrown: unknown, by: "thrown" | "rejected"): void => {
    if (!take(thrown, by)) onStray(thrown);
    // As Node would.
    else if (!(thrown instanceof ProcessExit)) say(thrown);
  };
  const onThrown = (thrown: unknown): void => takes(thrown, "thrown");
  const onRejected = (thrown: unknown): void => takes(thrown, "rejected");
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

/**
 * Errors that nothing in this process catches, for a suite whose test runner deals with them: they
 * are observed, and what the runner and Node make of them stays as it is.
 */
import type { OwnProcess } from "../../runner/simulation/process-errors.ts";

/** The process of a test runner. */
export const processOfSuite: OwnProcess = {
  watch(take) {
    const onThrown = (thrown: unknown, origin: string): void =>
      void take(thrown, origin === "unhandledRejection" ? "rejected" : "thrown");
    const onRejected = (thrown: unknown): void => void take(thrown, "rejected");
    process.on("uncaughtExceptionMonitor", onThrown);
    // The first listener would keep Node from ending the process; with one there already, no monitor hears of it.
    if (process.listenerCount("unhandledRejection") > 0)
      process.on("unhandledRejection", onRejected);
    return () => {
      process.off("uncaughtExceptionMonitor", onThrown).off("unhandledRejection", onRejected);
    };
  },
};

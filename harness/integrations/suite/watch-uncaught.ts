/**
 * Errors that nothing in this process catches, for a suite whose test runner deals with them: they
 * are observed, and what the runner and Node make of them stays as it is.
 */
import type { OwnProcess } from "../../runner/simulation/process-errors.ts";
import { isHeardByApp } from "./last-resort.ts";

/** The process of a test runner. */
export const processOfSuite: OwnProcess = {
  watch(take) {
    const onThrown = (thrown: unknown, origin: string): void => {
      if (isHeardByApp("uncaughtException")) return;
      take(thrown, origin === "unhandledRejection" ? "rejected" : "thrown");
    };
    process.on("uncaughtExceptionMonitor", onThrown);
    const stop = hearRejections((thrown) => void take(thrown, "rejected"));
    return () => {
      process.off("uncaughtExceptionMonitor", onThrown);
      stop();
    };
  },
};

/**
 * Hears of promises whose rejection the runner deals with. Not as a listener: with a second one
 * Vitest takes them for handled, and Node with a first one. Without any, the monitor hears of them.
 */
function hearRejections(hear: (reason: unknown) => void): () => void {
  const name = "unhandledRejection";
  const emit = Reflect.get(process, "emit");
  let isStopped = false;
  const observed = function (this: unknown, ...values: unknown[]): unknown {
    const isUnhandled = values[0] === name && process.listenerCount(name) > 0;
    if (isUnhandled && !isStopped && !isHeardByApp(name)) hear(values[1]);
    return Reflect.apply(emit, this, values);
  };
  Reflect.set(process, "emit", observed);
  return () => {
    isStopped = true;
    // Unless somebody has replaced it since.
    if (Reflect.get(process, "emit") === observed) Reflect.set(process, "emit", emit);
  };
}

/** The event of an error that ends the application's process. */
import type { EventBase } from "./event-base.ts";

/** In which way a process of Node is ended by the code that runs in it. */
export const processEnds = ["thrown", "rejected", "exit"] as const;

/**
 * The code of the application, in a process of Node, threw an error or rejected a promise that
 * nothing caught, or called `process.exit`; or a program of any language under `brownout exec` has
 * ended with what its runtime prints for such an error. Node ends the process then
 * (https://nodejs.org/api/process.html#event-unhandledrejection), and what it had in memory is lost.
 *
 * @example
 * const fatal = history.events.filter((event) => event.kind === "process-error");
 */
export interface ProcessError extends EventBase {
  readonly kind: "process-error";
  /** The application instance. */
  readonly client: string;
  /** The call in which it was thrown; absent when it was thrown outside of every call. */
  readonly operation?: number;
  readonly by: (typeof processEnds)[number];
  readonly error: {
    /** Such as `TypeError`; `Error` for a value that is no error. Of `exit`: `process.exit`. */
    readonly name: string;
    /** The first line, volatile parts replaced. */
    readonly message: string;
  };
}

/** The event of an error that a page let go uncaught. */
import type { EventBase } from "./event-base.ts";

/**
 * A page threw an error, or rejected a promise, that nothing in it caught.
 *
 * @example
 * const uncaught = history.events.filter((event) => event.kind === "page-error");
 */
export interface PageError extends EventBase {
  readonly kind: "page-error";
  /** The application whose page it is. */
  readonly client: string;
  /** Such as `tab-1`; absent when the page was gone before its tab was known. */
  readonly tab?: string;
  readonly error: {
    /** Such as `TypeError`; `Error` for a value that is no error. */
    readonly name: string;
    /** The first line, volatile parts replaced. */
    readonly message: string;
  };
}

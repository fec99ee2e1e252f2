/** The errors and rejected promises that the pages of a browser context let go uncaught. */
import type { BrowserContext, Page } from "@playwright/test";

/** An error that nothing in its page caught. */
export interface UncaughtError {
  /** Null for a page that is gone. */
  readonly page: Page | null;
  /** `Error` for a value that is no error. */
  readonly name: string;
  /** Its first line. */
  readonly message: string;
}

const LENGTH_MAX = 300;

/** Calls the listener for each, from now on. */
export function watchUncaughtErrors(
  context: BrowserContext,
  listener: (uncaught: UncaughtError) => void,
): void {
  context.on("weberror", (thrown) => {
    const { message, name } = thrown.error();
    const kind = name === "" ? "Error" : name;
    const prefix = `${kind}: `;
    const text = message.startsWith(prefix) ? message.slice(prefix.length) : message;
    const [line = ""] = text.trim().split("\n", 1);
    listener({ page: thrown.page(), name: kind, message: line.slice(0, LENGTH_MAX) });
  });
}

/** What every part of a running `bare-fetch` gets: how the application opened it, and its defect. */
import type { ClientContext, OpenOptions } from "../client.ts";
import type { ClientDefect } from "./client-defects.ts";

/** A `bare-fetch` as an application opened it. */
export interface OpenedBareFetch {
  readonly options: OpenOptions;
  readonly context: ClientContext;
  /** Whether it has this defect. */
  readonly has: (defect: ClientDefect) => boolean;
}

/** What a session makes of the options of a suite. It is kept from their types: no suite needs all that a session knows. */
import type { SessionOptions } from "../../runner/live/session-options.ts";
import type { EntraOptions } from "./options.ts";

/** The part of a session's options that is the same for each test. */
export function sessionOptionsOf(options: EntraOptions): Omit<SessionOptions, "mount"> {
  const { server, allow = [], mount: _mount, journals: _journals, ...rest } = options;
  return { ...rest, suite: { allow, ...(server === undefined ? {} : { server }) } };
}

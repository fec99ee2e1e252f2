/** The options of a suite as options of a session. */
import type { SessionOptions } from "../../runner/live/session-options.ts";
import type { EntraOptions } from "./options.ts";

/** The session options that are the same for each test. */
export function sessionOptionsOf(options: EntraOptions): Omit<SessionOptions, "mount"> {
  const { server, allow = [], mount: _mount, journals: _journals, ...rest } = options;
  return { ...rest, suite: { allow, ...(server === undefined ? {} : { server }) } };
}

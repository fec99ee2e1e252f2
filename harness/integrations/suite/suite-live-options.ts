/** The options of a suite as options of a session. */
import type { LiveOptions } from "../../runner/live/live-options.ts";
import type { EntraOptions } from "./suite-options.ts";

/** The session options that are the same for each test. */
export function liveOptionsOf(options: EntraOptions): Omit<LiveOptions, "mount"> {
  const { server, allow = [], mount: _mount, journals: _journals, ...rest } = options;
  return { ...rest, suite: { allow, ...(server === undefined ? {} : { server }) } };
}

/** How long a run, and a session, may take by the clock on the wall, as the command line says. */
import { HarnessError } from "../core/errors.ts";
import { days } from "../core/time/duration.ts";
import { parseDuration } from "../core/time/parse-duration.ts";
import type { Options } from "./arguments.ts";

/** What Node's timers can count. */
const LIMIT_MAX_MS = days(24);

/** The options of commands that play runs within limits. */
export const timeLimitOptions = {
  "scenario-timeout": {
    value: "DURATION",
    says: "end a run that takes longer in real time, such as 90s or 5m (default: 10m)",
  },
  "time-limit": {
    value: "DURATION",
    says: "end the session after so much real time, such as 2h; what did not run is listed",
  },
} as const satisfies Options;

/** Limits in real time, ms. */
export interface TimeLimits {
  /** Of one run; absent for the usual one (`harness/cli/worker/pool.ts`). */
  readonly runMs?: number;
  /** Of the session; absent when it may take as long as it wants. */
  readonly sessionMs?: number;
}

/** The limits that the arguments name; throws `bad-usage` for what is no duration. */
export function readTimeLimits(values: {
  readonly "scenario-timeout"?: string;
  readonly "time-limit"?: string;
}): TimeLimits {
  const { "scenario-timeout": run, "time-limit": session } = values;
  return {
    ...(run === undefined ? {} : { runMs: readLimit(run, "--scenario-timeout") }),
    ...(session === undefined ? {} : { sessionMs: readLimit(session, "--time-limit") }),
  };
}

function readLimit(text: string, place: string): number {
  const limitMs = parseDuration(text, place);
  if (limitMs > 0 && limitMs <= LIMIT_MAX_MS) return limitMs;
  throw new HarnessError("bad-usage", `${text} is ${limitMs === 0 ? "no time" : "too long"}`, {
    place,
    hint: "Write a duration of up to 24 days, such as 90s, 5m or 2h.",
  });
}

/** The errors of a clock that cannot go on. */
import { HarnessError } from "../errors.ts";

/** No timer is left and nothing is in flight: what has not settled by now never will. */
export class NothingLeft extends HarnessError {}

/** No timer is left and nothing is in flight, yet the script still waits. */
export function stuck(nowMs: number): HarnessError {
  return new NothingLeft(
    "stuck",
    `nothing is left to happen at virtual time ${new Date(nowMs).toISOString()}, yet the script still waits`,
    {
      hint: "A promise in the script never settles: look for one that waits on something outside the harness's clock, network and files.",
    },
  );
}

/** The work has not settled by its limit in virtual time. */
export function endless(nowMs: number): HarnessError {
  return new HarnessError(
    "stuck",
    `the script is still running at virtual time ${new Date(nowMs).toISOString()}`,
    {
      hint: "Let it end: loop until a time on the clock, such as while (clock.elapsed() < hours(6)).",
    },
  );
}

/** Something stays in flight and keeps the clock from moving. */
export function neverAnswered(nowMs: number): HarnessError {
  return new HarnessError(
    "stuck",
    `a request or file operation begun by virtual time ${new Date(nowMs).toISOString()} never ends`,
    {
      place: process.getActiveResourcesInfo().join(", "),
      hint: "The clock stands still while something is in flight. Read or cancel every response body.",
    },
  );
}

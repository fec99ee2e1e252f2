/** The errors of a clock that cannot go on. */
import { HarnessError } from "../errors.ts";

/** No timer is left and nothing is in flight: what has not settled by now never will. */
export class NothingLeft extends HarnessError {}

/** What this process waits for outside of the clock, in words. */
export interface OutsideWork {
  /** What time stands still for. */
  readonly pending: readonly string[];
  /** What it was not waited for any longer. */
  readonly abandoned: readonly string[];
}

/** No timer is left and nothing is in flight, yet the script still waits. */
export function stuck(nowMs: number, { abandoned }: Pick<OutsideWork, "abandoned">): HarnessError {
  return new NothingLeft(
    "stuck",
    `nothing is left to happen at virtual time ${new Date(nowMs).toISOString()}, yet the script still waits`,
    {
      ...(abandoned.length === 0
        ? {}
        : { place: `not waited for any longer: ${abandoned.join(", ")}` }),
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
export function neverAnswered(
  nowMs: number,
  { pending }: Pick<OutsideWork, "pending">,
): HarnessError {
  return new HarnessError(
    "stuck",
    `a request or file operation begun by virtual time ${new Date(nowMs).toISOString()} never ends`,
    {
      place: [...pending, ...activeRequests()].join(", "),
      hint: "The clock stands still while something is in flight. Read or cancel every response body.",
    },
  );
}

const LOOPS = {
  timers: "timers without a delay start each other",
  turns: "setImmediate is called again and again",
  readings: "the clock is read again and again without a pause",
} as const;

/** Work goes on forever in one instant. */
export function goesRound(nowMs: number, what: keyof typeof LOOPS): HarnessError {
  return new HarnessError(
    "stuck",
    `${LOOPS[what]} at virtual time ${new Date(nowMs).toISOString()}, and nothing else happens`,
    {
      hint: "A loop that waits by going round never ends here: give it a pause of at least a millisecond, or let it await what it waits for.",
    },
  );
}

/** What the event loop waits for, without what only stays open. */
function activeRequests(): readonly string[] {
  const isRequest = (resource: string): boolean =>
    /Req|ConnectWrap|WriteWrap|ShutdownWrap|Query/.test(resource);
  return [...new Set(process.getActiveResourcesInfo().filter(isRequest))];
}

/** Many instances of one application, each a process with its own client and cache. */
import type { TokenRequest } from "../harness/clients/client.ts";
import type { Guess, OpenApplication, ScriptContext } from "../harness/runner/scenario.ts";

/** The capacity of a returning service: a request in its interval, to more than a fleet sends. */
export const capacityGuesses: readonly Guess[] = [
  {
    at: "faults.overloaded-on-return.effect.requests",
    because: "no figures of the incident are published",
    between: { min: 1, max: 60 },
    follow: ["limits.recoveryRequestsPerMinuteMax"],
  },
];

/** How a fleet runs; times are ms after the start of the scenario, or lengths in ms. */
export interface Fleet {
  readonly instances: number;
  /** How each instance is opened, by its number from 0. */
  readonly open: (number: number) => OpenApplication;
  readonly request: TokenRequest;
  /** The instances start evenly over this time, as in a rolling deployment. */
  readonly startsOverMs: number;
  /** How often each instance calls its client while it gets tokens. */
  readonly everyMs: number;
  /** How often while it gets none; further waiting is left to the client. */
  readonly retryEveryMs: number;
  readonly untilMs: number;
}

/** Runs the fleet until `untilMs`; a failed call stops no instance. */
export async function runFleet(context: ScriptContext, fleet: Fleet): Promise<void> {
  const { clock } = context;
  const { instances, startsOverMs, everyMs, retryEveryMs, untilMs } = fleet;
  const turn = async (number: number): Promise<void> => {
    await clock.until(Math.floor((startsOverMs * number) / instances));
    const application = await context.open(fleet.open(number));
    while (clock.elapsed() < untilMs) {
      const result = await application.attempt(fleet.request);
      const pauseMs = result instanceof Error ? retryEveryMs : everyMs;
      await clock.until(Math.min(clock.elapsed() + pauseMs, untilMs));
    }
  };
  await Promise.all(Array.from({ length: instances }, (_, number) => turn(number)));
}

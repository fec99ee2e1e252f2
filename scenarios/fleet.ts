/** Many instances of one application, each a process with a client and a cache of its own. */
import type { TokenRequest } from "../harness/clients/client.ts";
import type { OpenApplication, ScriptContext } from "../harness/runner/scenario.ts";

/** How a fleet runs; times are ms after the start of the scenario, or lengths in ms. */
export interface Fleet {
  readonly instances: number;
  /** How each is opened, by its number from 0 on. */
  readonly open: (number: number) => OpenApplication;
  readonly request: TokenRequest;
  /** The instances start evenly over this time, as a careful deployment does. */
  readonly startsOverMs: number;
  /** How often each asks its client while it gets tokens. */
  readonly everyMs: number;
  /** How often while it does not get one: waiting is left to its client. */
  readonly retryEveryMs: number;
  readonly untilMs: number;
}

/** Starts the fleet and returns when its time is up; a call that fails stops nobody. */
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

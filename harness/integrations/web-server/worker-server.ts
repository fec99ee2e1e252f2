/** The server of one worker of a Playwright suite, through all of its tests. */
import { HarnessError } from "../../core/errors.ts";
import { machineTime } from "../../core/time/free-running-time.ts";
import type { VirtualClock } from "../../core/time/virtual-clock.ts";
import type { LiveSimulation } from "../../runner/live/live-simulation.ts";
import { checkConnectionFaults } from "../../serve/connection-faults.ts";
import { startInstant } from "../../runner/simulation/checked-world.ts";
import { preparedServers } from "./prepared-servers.ts";
import { listenForServers } from "./server-clocks.ts";

export interface WorkerServer {
  /** Where its requests come in, on this machine. */
  readonly wayInPort: number;
  /** The address of the first server. */
  readonly origin: string;
  /** The same, when each worker has a server of its own. */
  readonly ownOrigin: string | undefined;
  /** Whether its time can be moved. */
  readonly follows: boolean;
  /** When a test begins: at the machine's time, because the browser keeps cookies by it, or where the test before has left the server's; ms since the Unix epoch. */
  readonly startOf: (options: { readonly startsAt?: string }) => Promise<number>;
  /** Puts the server on the clock of a test until the returned function is called. */
  readonly join: (clock: VirtualClock, underway: (() => number) | undefined) => () => void;
  readonly stop: () => Promise<void>;
}

/** The server that the configuration has for the worker of that index; undefined when it has none. Rejects `bad-usage`. */
export async function openWorkerServer(
  parallelIndex: number,
  workers: number,
): Promise<WorkerServer | undefined> {
  const servers = preparedServers();
  if (servers.length === 0) return undefined;
  const own = servers.filter(({ worker }) => worker === parallelIndex);
  const [first] = own;
  const served = new Set(servers.map(({ worker }) => worker)).size;
  if (first === undefined || served < workers) throw tooFewServers(workers, served);
  const { wayInPort, clockPort, origin } = first;
  const follows = own.some(({ time }) => time === "virtual");
  const clocks = follows ? await listenForServers(clockPort) : undefined;
  return {
    wayInPort,
    origin,
    ownOrigin: served > 1 ? origin : undefined,
    follows,
    async startOf({ startsAt }) {
      await clocks?.present();
      const earliestMs = Math.max(machineTime(), (await clocks?.nowMs()) ?? 0);
      const wantedMs = startsAt === undefined ? earliestMs : startInstant(startsAt);
      if (wantedMs >= earliestMs && (follows || startsAt === undefined)) return wantedMs;
      throw cannotStart(startsAt ?? "", earliestMs, follows);
    },
    join: (clock, underway = () => 0) => clocks?.join(clock, underway) ?? (() => undefined),
    stop: async () => clocks?.stop(),
  };
}

/** The session of a test whose pages have a server: what that server cannot follow is refused. */
export function withServer(session: LiveSimulation, { follows }: WorkerServer): LiveSimulation {
  return {
    ...session,
    clock: {
      ...session.clock,
      async advance(duration) {
        if (!follows) throw cannotAdvance();
        return session.clock.advance(duration);
      },
    },
    faults(plan) {
      checkConnectionFaults(plan);
      return session.faults(plan);
    },
  };
}

function tooFewServers(workers: number, served: number): HarnessError {
  return new HarnessError(
    "bad-usage",
    `there are ${workers} workers and ${served === 1 ? "one server" : `servers for ${served}`}: whose test has caused a request of a server could not be said`,
    {
      place: "workers",
      hint: "Write workers: 1 in playwright.config.ts, or give each worker a server of its own: withEntra({ … }, { worker: 1 }).",
    },
  );
}

function cannotStart(startsAt: string, earliestMs: number, follows: boolean): HarnessError {
  return new HarnessError(
    "bad-usage",
    follows
      ? `expected ${new Date(earliestMs).toISOString()} or later, got "${startsAt}": the browser keeps cookies of the web server by the machine's time, and a server cannot go back`
      : "a web server of another language has the machine's time",
    {
      place: "entraOptions.startsAt",
      hint: "Leave it out, and move time by entra.clock.advance().",
    },
  );
}

function cannotAdvance(): HarnessError {
  return new HarnessError(
    "bad-usage",
    "the web server has the machine's time, so time cannot be moved",
    {
      place: "entra.clock.advance",
      hint: 'Wait, with short outages such as entra.outage({ for: "10s" }) and short lifetimes of tokens in settings. Node servers follow the clock: leave { time: "machine" } out.',
    },
  );
}

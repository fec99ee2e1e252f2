/**
 * A mount hangs the simulated service under a real HTTP stack. It translates and decides
 * nothing. One mount a process: msw and nock both patch `fetch` and hang together.
 */
import type { Gate } from "../clock/gate.ts";
import type { Clock } from "../clock/clock.ts";
import type { Service } from "../http/service.ts";
import type { Suite } from "./suite.ts";

/** The names that `--mount` takes. */
export const mountNames = ["direct", "msw", "nock", "https"] as const;

export type MountName = (typeof mountNames)[number];

export interface MountContext {
  readonly service: Service;
  /** Sleeps here count as the request's own, see `clock/gate.ts`. */
  readonly clock: Clock;
  readonly gate: Gate;
  /** Present in a person's own test suite, which has mocks and neighbours of its own. */
  readonly suite?: Suite;
  /** Told of what is wrong with the harness, not with the client: an unmocked host, a handler that throws. The client sees a failed request. */
  readonly onHarnessError?: (error: unknown) => void;
}

export interface Mounted {
  /** Sends a request the way this mount's clients do; redirects are never followed. */
  readonly fetch: (request: Request) => Promise<Response>;
  /**
   * True when the process's own `fetch`, `http` and `https` reach the service. False for
   * the direct mount, where a client must be handed `fetch` as its transport.
   */
  readonly reachesProcess: boolean;
  readonly stop: () => Promise<void>;
}

export interface Mount {
  readonly name: MountName;
  /** Turns of the event loop that must pass without activity before time may jump. */
  readonly quietTurns: number;
  /**
   * The folder of a library that draws from `Math.random` for each request, which the client
   * under test must not notice: its pauses would differ from those under another mount.
   */
  readonly ownDraws?: string;
  readonly start: (context: MountContext) => Promise<Mounted>;
}

/**
 * The simulator for other programs, from its start to its end: a live simulation whose time is the
 * machine's, a multiple of it, or moved step by step; a way in for programs, and a journal that is
 * written as things happen.
 */
import { createSocketClients, type SocketClients } from "../network/way-in/socket-clients.ts";
import { type Authority, packagedAuthority } from "../network/way-in/authority.ts";
import { HarnessError } from "../core/errors.ts";
import { createJournalFile, type JournalFile } from "./journal-file.ts";
import { checkConnectionFaults } from "./connection-faults.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createInstances, type Instances } from "./instances.ts";
import {
  type ListenAddress,
  startWayIn,
  type WayIn,
  type WayInOptions,
} from "../network/way-in/way-in.ts";
import type { OwnHosts } from "../network/way-in/own-hosts.ts";
import { windowOf } from "./event-window.ts";
import { type OtlpReceiver, startTraces, type Traces } from "./traces/otlp.ts";
import { openStateFile, type StateFile } from "./state-file.ts";
import { type HandedOn, startUpstream } from "./upstream.ts";
import type { StateStore } from "../core/state-store.ts";
import { machineTime } from "../core/time/free-running-time.ts";
import { createVirtualClock } from "../core/time/virtual-clock.ts";
import { machineEndpoints, POD_IDENTITY_HOST } from "../entra/request/machine-address.ts";
import type { ServiceSettings } from "../entra/directory/service-settings.ts";
import type { World } from "../entra/directory/world.ts";
import { isConnectionEffect } from "../faults/effect-traits.ts";
import type { FaultPlan } from "../faults/plan.ts";
import type { History } from "../history/event.ts";
import type { Recorder } from "../history/recorder.ts";
import { createInProcessTransport } from "../network/in-process-transport.ts";
import type { Mount } from "../network/mount.ts";
import { contoso } from "../../fixtures/worlds/contoso.ts";
import { type LiveSimulation, startLiveSimulation } from "../runner/live/live-simulation.ts";

/** How time passes: as the machine's, so many times as fast, or only when it is moved. */
export type ServedClock =
  | { readonly kind: "flowing"; readonly rate: number }
  | { readonly kind: "stepped" };

export interface ServeOptions {
  readonly listen: ListenAddress;
  /** Further places that take the same. */
  readonly alsoAt?: readonly ListenAddress[];
  readonly world?: World;
  readonly settings?: Partial<ServiceSettings>;
  /** What is broken from the start. */
  readonly plan?: FaultPlan;
  readonly clock: ServedClock;
  readonly seed: string;
  /** No one has asked for that seed: a state that is there has its own. */
  readonly seedIsRandom?: true;
  /** The file in which the service keeps what it has issued and what was changed; default: it ends with the simulation. */
  readonly state?: string;
  /** The machine of the world on which the programs run. */
  readonly machine?: string;
  /** The file of the journal; default: it is kept in memory only, as far as it is kept. */
  readonly journal?: string;
  /** The origin of another identity provider, which answers what no fault takes; default: the simulated one answers. */
  readonly upstream?: string;
  /** Hosts of the user, and the servers to which requests for them go; the authority must be one that signs for them. */
  readonly ownHosts?: OwnHosts;
  /** Where traces are sent; default: nowhere. */
  readonly otlp?: OtlpReceiver;
  /** Whose certificates it shows; default: those of the package. */
  readonly authority?: Authority;
  /** How the history names what is tested. */
  readonly app: string;
  /** How many events stay in memory. */
  readonly eventsKept: number;
  /** Called with what went wrong that no client has caused: a request to a host that is not simulated, a file that cannot be written. */
  readonly onProblem: (error: unknown) => void;
}

export interface Served {
  readonly live: LiveSimulation;
  readonly wayIn: WayIn;
  readonly instances: Instances;
  readonly clock: ServedClock;
  readonly seed: string;
  /** The world that was given; undefined: the default one. */
  readonly world: World | undefined;
  /** The settings that were given. */
  readonly settings: Partial<ServiceSettings> | undefined;
  /** Where it keeps what has to outlast it; undefined: nowhere. */
  readonly state: StateStore | undefined;
  /** The other identity provider that answers; undefined: the simulated one does. */
  readonly upstream: string | undefined;
  /** Who is at the other end of a connection to this process. */
  readonly clientOf: SocketClients;
  /** The events in memory, as a history that begins with the first of them. */
  readonly history: () => History;
  /** How many events are in the journal only. */
  readonly eventsDropped: () => number;
  /** Counts of what has happened, for Prometheus. */
  readonly metrics: Metrics;
  /** Starts the faults of a plan, from now on; returns their ids. Throws `bad-fault-plan`, also for faults that other programs cannot meet. */
  readonly faults: (plan: FaultPlan, place?: string) => readonly string[];
  /** Ends those faults, or all; throws `unknown-name`. */
  readonly clear: (ids?: readonly string[]) => void;
  /** Ends the simulation with a complete journal. Idempotent. */
  readonly stop: () => Promise<void>;
}

/** Starts it; rejects with a `HarnessError` for options that cannot be, and leaves nothing behind then. */
export async function startServed(options: ServeOptions): Promise<Served> {
  const state = openState(options);
  try {
    return await startWith(state, { ...options, seed: state?.seed ?? options.seed });
  } catch (error) {
    state?.close();
    throw error;
  }
}

function openState({ state, seed, seedIsRandom, onProblem }: ServeOptions): StateFile | undefined {
  if (state === undefined) return undefined;
  const asked = seedIsRandom === true ? undefined : seed;
  return openStateFile(state, { seed: asked, otherwise: seed, onProblem });
}

/** Throws `bad-usage` for what only the simulated service has. */
async function openUpstream(options: ServeOptions): Promise<HandedOn | undefined> {
  const { upstream, clock, machine, settings, onProblem } = options;
  if (upstream === undefined) return undefined;
  const refuse = (what: string, hint: string): HarnessError =>
    new HarnessError("bad-usage", `an upstream ${what}`, { place: "--upstream", hint });
  if (clock.kind === "stepped" || clock.rate !== 1)
    throw refuse("has a clock of its own", "Leave out --clock and --time.");
  if (machine !== undefined)
    throw refuse("has no identity endpoint of a machine", "Leave out --machine.");
  if ((settings?.backup ?? "off") !== "off")
    throw refuse("has no backup system", 'Leave out "backup" in --settings.');
  return startUpstream(upstream, onProblem);
}

async function startWith(state: StateFile | undefined, options: ServeOptions): Promise<Served> {
  // Tokens of before must not be of the future.
  const startMs = Math.max(machineTime(), state?.reachedMs ?? 0);
  const upstream = await openUpstream(options);
  const clock = createVirtualClock({ startMs, quietTurns: QUIET_TURNS });
  const stopTime = options.clock.kind === "flowing" ? clock.flow(options.clock.rate) : undefined;
  const instances = createInstances();
  const clientOf = createSocketClients();
  const way: Way = {
    recorder: undefined,
    wayIn: undefined,
    failing: new WeakMap(),
    connectionsBreakUntilMs: new Map(),
  };
  try {
    const live = await startLiveSimulation({
      ...(options.world === undefined ? {} : { world: options.world }),
      settings: { ...options.settings, ...(upstream === undefined ? {} : { backup: "off" }) },
      ...(options.machine === undefined ? {} : { machine: options.machine }),
      seed: options.seed,
      app: { name: options.app },
      mount: createServeMount(options, { instances, clientOf, way, upstream }),
      clock,
      time: "flowing",
      foreign: {
        eventsKept: options.eventsKept,
        onConnectionFault: (attempt, fault) => way.failing.get(attempt)?.(fault),
      },
      reachesDevice: false,
      ...(state === undefined ? {} : { state, hasEarlierTokens: () => state.starts > 0 }),
      // Programs may have tokens of it from before.
      ...(upstream === undefined ? {} : { upstream, hasEarlierTokens: () => true }),
      name: "serve",
    });
    way.recorder = live.recorder;
    const { wayIn } = way;
    if (wayIn === undefined) throw new Error("the way in has not been opened");
    const started = { live, way, wayIn, instances, clientOf, stopTime, state };
    try {
      return control(options, started);
    } catch (error) {
      await live.mounted.stop();
      await live.stop();
      throw error;
    }
  } catch (error) {
    stopTime?.();
    throw error;
  }
}

/** Turns of the event loop that must pass without activity before stepped time goes on. */
const QUIET_TURNS = 4;

/** What the mount and the simulation know of each other once both are there. */
interface Way {
  recorder: Recorder | undefined;
  wayIn: WayIn | undefined;
  readonly failing: WayInOptions["failing"];
  /** Until when each fault, by its id, may break connections; ms since the Unix epoch by the simulator's clock. */
  readonly connectionsBreakUntilMs: Map<string, number>;
}

interface Started {
  readonly live: LiveSimulation;
  readonly way: Way;
  readonly wayIn: WayIn;
  readonly instances: Instances;
  readonly clientOf: SocketClients;
  readonly stopTime: (() => void) | undefined;
  readonly state: StateFile | undefined;
}

function control(
  options: ServeOptions,
  { live, way, wayIn, instances, clientOf, stopTime, state }: Started,
): Served {
  const { recorder } = live;
  const journal = openJournal(options, live);
  const metrics = createMetrics(recorder);
  const traces = openTraces(options, live);
  let count = recorder.events.length;
  recorder.listen((event) => {
    count += 1;
    journal?.add(event);
  });
  const stopReaching = followTime(live, state);
  let ended: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    stopTime?.();
    // The way in first: a request that is never answered would keep the simulation from ending.
    await live.mounted.stop();
    await live.stop();
    await journal?.end(live.history().header);
    await traces?.end(live.clock.now());
    stopReaching();
    state?.close();
  };
  const faults: Served["faults"] = (plan, place) => {
    checkConnectionFaults(plan, place);
    const ids = live.faults(plan);
    const nowMs = live.clock.now();
    plan.forEach((window, index) => {
      if (!isConnectionEffect(window.effect)) return;
      way.connectionsBreakUntilMs.set(ids[index] ?? "", nowMs + window.from + window.for);
      wayIn.closeIdle();
    });
    return ids;
  };
  if (options.plan !== undefined) faults(options.plan);
  return {
    live,
    wayIn,
    instances,
    clientOf,
    clock: options.clock,
    seed: options.seed,
    world: options.world,
    settings: options.settings,
    state,
    upstream: options.upstream,
    history: () => windowOf(live.history()),
    eventsDropped: () => count - recorder.events.length,
    metrics,
    faults,
    clear(ids) {
      live.clear(...(ids ?? []));
      for (const id of ids ?? way.connectionsBreakUntilMs.keys())
        way.connectionsBreakUntilMs.delete(id);
    },
    stop: () => (ended ??= end()),
  };
}

function openTraces(
  { otlp, app, seed, clock, onProblem }: ServeOptions,
  live: LiveSimulation,
): Traces | undefined {
  if (otlp === undefined) return undefined;
  return startTraces({
    receiver: otlp,
    recorder: live.recorder,
    seed,
    startedAtMs: live.clock.now(),
    run: { "brownout.app": app, "brownout.seed": seed, "brownout.clock": clock.kind },
    onProblem,
  });
}

/** A state remembers about how far time has come, so that it does not go back. */
const REACH_EVERY_MS = 1_000;

function followTime({ clock, recorder }: LiveSimulation, state: StateFile | undefined): () => void {
  if (state === undefined) return () => undefined;
  let reachedMs = clock.now();
  const stop = recorder.listen(() => {
    if (clock.now() - reachedMs < REACH_EVERY_MS) return;
    reachedMs = clock.now();
    state.reach(reachedMs);
  });
  return () => {
    stop();
    state.reach(clock.now());
  };
}

function openJournal(
  { journal, onProblem }: ServeOptions,
  live: LiveSimulation,
): JournalFile | undefined {
  if (journal === undefined) return undefined;
  // The time at which it ends is not known yet.
  const { endsAt: _endsAt, ...header } = live.history().header;
  return createJournalFile(journal, header, onProblem);
}

/** The mount `https` for programs outside of this process. */
function createServeMount(
  {
    listen,
    alsoAt,
    machine,
    world,
    authority = packagedAuthority(),
    ownHosts,
    onProblem,
  }: ServeOptions,
  {
    instances,
    clientOf,
    way,
    upstream,
  }: {
    readonly instances: Instances;
    readonly clientOf: SocketClients;
    readonly way: Way;
    readonly upstream: HandedOn | undefined;
  },
): Mount {
  return {
    name: "https",
    quietTurns: QUIET_TURNS,
    async start(given) {
      const service = upstream?.around(given.service) ?? given.service;
      const context = { ...given, service };
      const { clock, gate } = context;
      const onHarnessError = (error: unknown): void => {
        context.onHarnessError?.(error);
        onProblem(error);
      };
      const transport = createInProcessTransport(context);
      way.wayIn = await startWayIn({
        listen,
        alsoAt,
        authority,
        ownHosts,
        service,
        clock,
        gate,
        machineOrigin: originOfMachine(machine, world),
        clientOf,
        causeOf: instances.causeOf,
        causedBy: (cause, work) =>
          way.recorder === undefined ? work() : way.recorder.causedBy(cause, work),
        keepsConnections: () =>
          way.connectionsBreakUntilMs.values().every((untilMs) => clock.now() >= untilMs),
        onHarnessError,
        failing: way.failing,
      });
      const { wayIn } = way;
      let stopped: Promise<void> | undefined;
      return {
        fetch: transport.send,
        reachesProcess: false,
        stop: () =>
          (stopped ??= wayIn.stop().then(() => {
            transport.stop();
          })),
      };
    },
  };
}

/** Where programs on that machine find their identity, by the world. */
function originOfMachine(name: string | undefined, world: World = contoso): string | undefined {
  const machine = world.machines?.find((known) => known.name === name);
  if (machine === undefined) return undefined;
  if (machine.podIdentity === true) return POD_IDENTITY_HOST;
  return new URL(machineEndpoints[machine.source]).origin;
}

/**
 * The simulator for other programs, from its start to its end: a live simulation whose time is the
 * machine's, a multiple of it, or moved step by step; a way in for programs, and a journal that is
 * written as things happen.
 */
import { createSocketClients, type SocketClients } from "../network/way-in/socket-clients.ts";
import { HarnessError } from "../core/errors.ts";
import { createJournalFile, type JournalFile } from "./journal-file.ts";
import { checkConnectionFaults } from "./connection-faults.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createInstances, type Instances } from "./instances.ts";
import type { WayIn } from "../network/way-in/way-in.ts";
import { windowOf } from "./event-window.ts";
import { startTraces, type Traces } from "./traces/otlp.ts";
import type { ServedClock, ServeOptions } from "./serve-options.ts";
import { createServeMount, QUIET_TURNS, type Way } from "./serve-mount.ts";
import { openStateFile, type StateFile } from "./state-file.ts";
import { type HandedOn, startUpstream } from "./upstream.ts";
import type { StateStore } from "../core/state-store.ts";
import { machineTime } from "../core/time/free-running-time.ts";
import { createVirtualClock, type VirtualClock } from "../core/time/virtual-clock.ts";
import type { ServiceSettings } from "../entra/directory/service-settings.ts";
import type { World } from "../entra/directory/world.ts";
import { isConnectionEffect } from "../faults/effect-traits.ts";
import type { FaultPlan } from "../faults/plan.ts";
import type { History } from "../history/event.ts";
import { type LiveSimulation, startLiveSimulation } from "../runner/live/live-simulation.ts";

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
  const stopFollowing = options.onTime === undefined ? undefined : follow(clock, options.onTime);
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
    stopFollowing?.();
    throw error;
  }
}

/** What is outside of this process, and has no timers of its own, gets the time from here. */
function follow(clock: VirtualClock, onTime: (nowMs: number) => void): () => void {
  onTime(clock.now());
  const advance = (nowMs: number): Promise<void> => Promise.resolve(onTime(nowMs));
  return clock.join({
    isQuiescent: () => Promise.resolve(true),
    nextDueMs: () => undefined,
    advance,
    async leap(untilMs, onReached) {
      onReached(untilMs);
      await advance(untilMs);
      return untilMs;
    },
    onlyPolled: () => true,
    flow: () => Promise.resolve(),
  });
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

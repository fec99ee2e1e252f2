/**
 * A live simulation: the simulator under a test suite, which controls it step by step instead
 * of by a scenario. It works with any mount and any test runner; the entry points of
 * `harness/integrations/` give it the life cycle of their runner.
 */
import type { Directory } from "../../entra/directory/directory.ts";
import { HarnessError } from "../../core/errors.ts";
import { isError, textOf } from "../../core/thrown.ts";
import { NothingLeft } from "../../core/time/stuck.ts";
import type { LivePlan } from "../../faults/live-plan.ts";
import type { FaultPlan } from "../../faults/plan.ts";
import { checkFaultPlan } from "../../faults/validate.ts";
import type { History } from "../../history/event.ts";
import { writeJournal } from "../../history/journal.ts";
import type { Recorder } from "../../history/recorder.ts";
import type { Mounted } from "../../network/mount.ts";
import { timelineOf } from "../../history/event-line.ts";
import { checkLength, checkNote, checkOperate } from "../simulation/check-script.ts";
import { expected } from "../../core/validation-messages.ts";
import { recordProcessEnds } from "../simulation/process-errors.ts";
import { checkFaultsPossible } from "../simulation/faults.ts";
import {
  beginOperation,
  type BegunOperation,
  endOpenOperations,
  recordOperation,
} from "../simulation/operate.ts";
import {
  composeSimulation,
  type LayerParts,
  type Layers,
  type Simulation,
} from "../simulation/compose.ts";
import { type CacheStoreOptions, ownCacheStore } from "../simulation/own-cache-store.ts";
import { createStoreAccess } from "../simulation/store-access.ts";
import { createHeader } from "../simulation/journal-header.ts";
import { createWorldControls } from "../simulation/recorded-world-controls.ts";
import { type ApiData, createApiData, type DefaultAnswer } from "./api-data.ts";
import { createDriver, type Drive } from "./driver.ts";
import { createOwnCode } from "./own-code.ts";
import { createPageCalls, type PageCalls } from "./page-calls.ts";
import { type PresetName, type PresetOptions, planOf } from "./outage-by-name.ts";
import { createRefusals, type Refusal, type Refusals } from "./refusals.ts";
import { requestsOf } from "./requests.ts";
import { createLiveClock, type WatchedClock } from "./live-clock.ts";
import { checkOptions, type LiveOptions } from "./live-options.ts";
import { createDeviceCodes, type DeviceCodes } from "./sign-in/device-codes.ts";
import type { SignInControls } from "./sign-in/sign-in.ts";
import { createSignInControls } from "./sign-in/sign-in-controls.ts";
import { createTokenRecord, type TokenRecord } from "./token-record.ts";
import type { LiveControls } from "./live-controls.ts";

/** What tests control, and what the entry points for test runners also need. */
export interface LiveSimulation extends LiveControls, SignInControls {
  readonly clock: WatchedClock;
  /** The way of requests to the simulator. */
  readonly mounted: Mounted;
  /** The recorder of the history, for entry points that see more than requests. */
  readonly recorder: Recorder;
  /** The calls of a page, reconstructed from its requests; undefined when the client is not a page. */
  readonly pageCalls: PageCalls | undefined;
  /** Records an operation of a program that reports its end itself. */
  readonly begin: (client: string, name: string) => BegunOperation;
  /** The sign-in requests that the service has refused. */
  readonly refusals: () => readonly Refusal[];
  /** The addresses at which an API answered with its name, since the test has set no data. */
  readonly answeredByDefault: () => readonly DefaultAnswer[];
  /** The tokens that it has issued, and what it was shown as a token without having issued it. */
  readonly tokens: TokenRecord;
  /** The world of the simulation. */
  readonly directory: Pick<Directory, "world">;
  /** Problems that are not the client's own: mostly requests to hosts that are not simulated. */
  readonly problems: () => readonly Error[];
  /** Ends the simulation; the history stays. Idempotent. */
  readonly stop: () => Promise<void>;
}

/** Starts a live simulation. Rejects with a `HarnessError`: `bad-world`, `bad-usage`, or the error of the mount. */
export async function startLiveSimulation(options: LiveOptions): Promise<LiveSimulation> {
  const { world, settings, seed, client, startsAt } = checkOptions(options);
  const data = createApiData(world);
  const problems: Error[] = [];
  // A client that goes round without taking time would never let a test's wait end.
  const loop = Promise.withResolvers<never>();
  loop.promise.catch(() => undefined);
  const simulation = await composeSimulation({
    mount: options.mount,
    world,
    settings,
    seed,
    randomLabel: "session",
    startsAt,
    clock: options.clock,
    // Clients in another process and the browser of a suite keep their own randomness.
    seedsMathRandom: options.clock === undefined,
    seedsPages: false,
    machine: options.machine,
    foreign: options.foreign,
    state: options.state,
    upstream: options.upstream,
    waits: { ...options.waits, allEndWithinMs: options.allWaitsEndWithinMs },
    faults: [],
    client: client.name,
    dataAt: (url) => data.at(url),
    layers: (parts) => liveLayers(parts, { client: client.name, originOf: options.originOf }),
    suite: options.suite,
    onHarnessError(error) {
      problems.push(asError(error));
      if (error instanceof HarnessError && error.code === "request-loop") loop.reject(error);
    },
  });
  if (options.isBusy !== undefined) simulation.clock.waitWhile(options.isBusy);
  return createControls(options, {
    simulation,
    settings,
    seed,
    client,
    data,
    problems,
    loop: loop.promise,
  });
}

interface LiveLayers extends Layers {
  readonly refusals: Refusals;
  readonly deviceCodes: DeviceCodes;
  readonly pageCalls: PageCalls | undefined;
}

/** The layers that follow sign-ins and, for a page, find the call of each request. */
function liveLayers(
  { service, recorder, clock, operations }: LayerParts,
  {
    client,
    originOf,
  }: { readonly client: string; readonly originOf: LiveOptions["originOf"] | undefined },
): LiveLayers {
  const refusals = createRefusals();
  const deviceCodes = createDeviceCodes();
  if (originOf === undefined) {
    const around = refusals.around(deviceCodes.around(service));
    return { service: around, refusals, deviceCodes, pageCalls: undefined };
  }
  const pageCalls = createPageCalls({ recorder, operations, clock, client, originOf });
  return {
    service: refusals.around(pageCalls.around(service)),
    settle: pageCalls.settle,
    refusals,
    deviceCodes,
    pageCalls,
  };
}

interface Parts extends Pick<ReturnType<typeof checkOptions>, "settings" | "seed" | "client"> {
  readonly simulation: Simulation<LiveLayers>;
  readonly data: ApiData;
  readonly problems: readonly Error[];
  /** Rejects when a client repeats a request without end. */
  readonly loop: Promise<never>;
}

function createControls(options: LiveOptions, parts: Parts): LiveSimulation {
  const { simulation, settings, client, data, problems, loop } = parts;
  const { clock, startedAt, recorder, operations, layers, mounted, directory } = simulation;
  const { check = () => undefined, mount } = options;
  const { drive: driveClock, stop: stopDriving } = createDriver(clock, loop);
  const drive: Drive = (work, waitsFor) =>
    driveClock(work, waitsFor).catch((error: unknown) => {
      if (error instanceof NothingLeft) endOpenOperations(recorder, operations, "never-ends");
      throw error;
    });
  /** Lets time pass until the work settles. */
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    check();
    if (options.foreign === undefined) checkLength(recorder.events);
    return options.time === "flowing" ? work() : drive(work());
  };
  const ownStores = createOwnStores(simulation, client.name);
  const processEnds = recordProcessEnds(options.process, simulation);
  // Of other programs, no test asks which tokens are older than it.
  const tokens = createTokenRecord(
    options.foreign === undefined ? recorder : { listen: () => () => undefined },
  );
  const ownCode = createOwnCode(recorder, tokens);
  const history = createHistory(options, parts);

  return {
    clock: createLiveClock(clock, { startedAt, drive, check }),
    world: createWorldControls(directory, recorder),
    mounted,
    recorder,
    pageCalls: layers.pageCalls,
    operate: async (operationName, call, given = {}) => {
      checkOperate(operationName, call, given);
      const { resultOf } = ownCode;
      const own = { client: client.name, name: operationName, resultOf, options: given };
      return timed(() =>
        recordOperation(
          { recorder, operations, client: ownCode },
          { ...own, call: async () => call() },
        ),
      );
    },
    begin: (instance, operationName) =>
      beginOperation({ recorder, operations }, { client: instance, name: operationName }),
    ...createSignInControls(simulation, client.name, timed),
    ...createFaultControls(simulation.faultPlan, (faults, place) =>
      checkFaultsPossible(faults, {
        backup: settings.backup,
        mount: mount.name,
        world: directory.world,
        place,
        hasCacheStore: ownStores.exist(),
        reachesDevice: options.reachesDevice ?? true,
      }),
    ),
    api: (address, answer) => data.put(address, answer, options.answerFor ?? mounted.answerFor),
    cacheStore: ownStores.wrap,
    note: (text) => {
      checkNote(text);
      recorder.emit({ kind: "noted", text });
    },
    history,
    requests: (filter) => requestsOf(history(), filter),
    journal: () => writeJournal(history()),
    timeline: () => timelineOf(history()).join("\n"),
    refusals: layers.refusals.all,
    tokens,
    answeredByDefault: () => data.answeredByDefault(),
    directory,
    problems: () => problems,
    stop() {
      stopDriving();
      processEnds.stop();
      ownStores.release();
      // What is still in flight is a body that no one reads; pages have requests of their own.
      return simulation.end(options.clock === undefined ? "briefly" : undefined);
    },
  };
}

/** The events so far, at each call. */
function createHistory(
  { name = "session", limits, mount, hasEarlierTokens, watchesPages, upstream }: LiveOptions,
  { simulation, seed, client }: Pick<Parts, "simulation" | "seed" | "client">,
): () => History {
  const { clock, startedAt, faultPlan } = simulation;
  const earlierTokens = hasEarlierTokens?.(startedAt) === true ? true : undefined;
  const headerNow = () =>
    createHeader({
      scenario: name,
      client,
      mount: mount.name,
      seed,
      startedAt,
      endsAt: clock.now(),
      asserts: [],
      limits,
      earlierTokens,
      watchesPages,
      upstream: upstream?.address,
      unmetFaults: faultPlan.tally.unmet(),
    });
  return () => {
    // Reading the events may record more of them.
    const events = simulation.events();
    return { header: headerNow(), events };
  };
}

/** The stores of the test's own code; afterwards they are as if there were no faults. */
function createOwnStores(
  { faultPlan, clock, startedAt, random, recorder }: Simulation,
  client: string,
) {
  let [count, isReleased] = [0, false];
  const access = createStoreAccess({
    client,
    faults: {
      get windows() {
        return isReleased ? [] : faultPlan.windows;
      },
      tally: faultPlan.tally,
    },
    clock,
    startedAt,
    random: random.fork("own cache store"),
    recorder,
  });
  return {
    wrap: <Store extends object>(store: Store, options?: CacheStoreOptions): Store => {
      const wrapped = ownCacheStore(store, access, options);
      count += 1;
      return wrapped;
    },
    exist: () => count > 0,
    release: () => void (isReleased = true),
  };
}

type FaultControls = Pick<LiveSimulation, "outage" | "faults" | "clear">;

function createFaultControls(
  live: LivePlan,
  checkPossible: (plan: FaultPlan, place: string) => void,
): FaultControls {
  const known = new Set<string>();
  const add = (plan: FaultPlan, place: string): readonly string[] => {
    // Paths in a plan begin with "faults" by themselves.
    checkPossible(checkFaultPlan(plan, place === "faults" ? undefined : place), place);
    const ids = live.add(plan).map(({ id }) => id);
    for (const id of ids) known.add(id);
    return ids;
  };
  return {
    outage: (first: unknown = {}, options: unknown = {}) => {
      const [name, given] = typeof first === "string" ? [first, options] : ["outage", first];
      const preset = name as PresetName;
      return add(planOf(preset, given as PresetOptions<PresetName>), `outage "${name}"`);
    },
    faults: (plan) => add(plan, "faults"),
    clear(...ids) {
      const other: unknown = ids.find((id) => typeof id !== "string");
      if (other !== undefined || ids.includes(undefined as never)) {
        throw new HarnessError("bad-usage", expected("ids of faults", other), {
          place: "clear",
          hint: "Write clear(...ids) for what outage() or faults() returned, or clear() for all.",
        });
      }
      const unknownId = ids.find((id) => !known.has(id));
      if (unknownId !== undefined) {
        throw new HarnessError("unknown-name", `there was no fault "${textOf(unknownId)}"`, {
          place: "clear",
          hint: `There ${known.size === 0 ? "was none" : `were ${[...known].join(", ")}`}.`,
        });
      }
      live.clear(ids.length === 0 ? undefined : ids);
    },
  };
}

function asError(error: unknown): Error {
  return isError(error) ? error : new Error(textOf(error));
}

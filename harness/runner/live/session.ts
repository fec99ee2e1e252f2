/**
 * A session: the simulator under somebody else's code, steered by hand instead of by a
 * scenario. It stands on any mount and knows no test runner; entry points for those
 * (`harness/integrations/vitest.ts`) put their own life cycle around it.
 */
import type { Directory } from "../../entra/directory/directory.ts";
import { HarnessError } from "../../core/errors.ts";
import type { LivePlan } from "../../faults/live-plan.ts";
import type { FaultPlan } from "../../faults/plan.ts";
import { checkFaultPlan } from "../../faults/validate.ts";
import type { History } from "../../history/event.ts";
import { writeJournal } from "../../history/journal.ts";
import type { Recorder } from "../../history/recorder.ts";
import type { Mounted } from "../../network/mount.ts";
import { timelineOf } from "../../history/event-line.ts";
import { checkLength, checkOperate } from "../simulation/check-script.ts";
import { checkFaultsPossible } from "../simulation/faults.ts";
import { recordOperation } from "../simulation/operate.ts";
import {
  composeSimulation,
  type LayerParts,
  type Layers,
  type Simulation,
} from "../simulation/compose.ts";
import { createHeader } from "../simulation/journal-header.ts";
import { createWorldControls } from "../simulation/recorded-world-controls.ts";
import { type ApiData, createApiData, type DefaultAnswer } from "./api-data.ts";
import { createDriver } from "./driver.ts";
import { createOwnCode } from "./own-code.ts";
import { createPageCalls, type PageCalls } from "./page-calls.ts";
import { type PresetName, type PresetOptions, planOf } from "./presets.ts";
import { createRefusals, type Refusal, type Refusals } from "./refusals.ts";
import { requestsOf } from "./requests.ts";
import { createSessionClock, type WatchedClock } from "./session-time.ts";
import { checkOptions, type SessionOptions } from "./session-options.ts";
import { createTokenBook, type TokenBook } from "./token-book.ts";
import type { Steering } from "./steering.ts";

/** The simulator under one suite's code: what its tests steer, and what entry points need besides. */
export interface Session extends Steering {
  readonly clock: WatchedClock;
  /** How the simulator hangs under its clients. */
  readonly mounted: Mounted;
  /** The book in which everything is written down, for entry points that see more than requests. */
  readonly recorder: Recorder;
  /** Calls of pages, told by their requests; nothing when the client is no page. */
  readonly pageCalls: PageCalls | undefined;
  /** What the service itself has refused of sign-ins of pages, in its own words. */
  readonly refusals: () => readonly Refusal[];
  /** Addresses of APIs that answered with their name, as the test has said nothing of them. */
  readonly answeredByDefault: () => readonly DefaultAnswer[];
  /** The tokens that it has given out, and those that were not its own. */
  readonly tokens: Pick<TokenBook, "issued" | "foreign">;
  /** The world that it plays in. */
  readonly directory: Pick<Directory, "world">;
  /** What went wrong that was not the client's doing: requests to hosts that nobody serves, mostly. */
  readonly problems: () => readonly Error[];
  /** Takes everything away again. The history stays. Idempotent. */
  readonly stop: () => Promise<void>;
}

/** A session that has begun. Rejects with a `HarnessError`: `bad-world`, `bad-usage`, or what the mount says. */
export async function startSession(options: SessionOptions): Promise<Session> {
  const { world, settings, seed, client, startsAt } = checkOptions(options);
  const data = createApiData(world);
  const problems: Error[] = [];
  const simulation = await composeSimulation({
    mount: options.mount,
    world,
    settings,
    seed,
    randomLabel: "session",
    startsAt,
    clock: options.clock,
    // A client in another process, and the browser of a suite, have a chance of their own.
    seedsMathRandom: options.clock === undefined,
    seedsPages: false,
    machine: options.machine,
    faults: [],
    client: client.name,
    dataAt: (url) => data.at(url),
    layers: (parts) => pageLayers(parts, { client: client.name, originOf: options.originOf }),
    suite: options.suite,
    onHarnessError: (error) => void problems.push(asError(error)),
  });
  if (options.isBusy !== undefined) simulation.clock.waitWhile(options.isBusy);
  return createControls(options, { simulation, settings, seed, client, data, problems });
}

interface PageLayers extends Layers {
  readonly refusals: Refusals;
  readonly pageCalls: PageCalls | undefined;
}

/** Of a page's requests: the calls that they belong to, and the sign-ins that were refused. */
function pageLayers(
  { service, recorder, clock, operations }: LayerParts,
  {
    client,
    originOf,
  }: { readonly client: string; readonly originOf: SessionOptions["originOf"] | undefined },
): PageLayers {
  const refusals = createRefusals();
  if (originOf === undefined) return { service, refusals, pageCalls: undefined };
  const pageCalls = createPageCalls({ recorder, operations, clock, client, originOf });
  return {
    service: refusals.around(pageCalls.around(service)),
    settle: pageCalls.settle,
    refusals,
    pageCalls,
  };
}

interface Parts extends Pick<ReturnType<typeof checkOptions>, "settings" | "seed" | "client"> {
  readonly simulation: Simulation<PageLayers>;
  readonly data: ApiData;
  readonly problems: readonly Error[];
}

function createControls(options: SessionOptions, parts: Parts): Session {
  const { simulation, settings, seed, client, data, problems } = parts;
  const { clock, startedAt, recorder, operations, layers, mounted, directory } = simulation;
  const { check = () => undefined, name = "session", limits, mount } = options;
  const { drive, stop: stopDriving } = createDriver(clock);
  const tokens = createTokenBook(recorder);
  const ownCode = createOwnCode(recorder, tokens);
  const header = createHeader({
    scenario: name,
    client,
    mount: mount.name,
    seed,
    startedAt,
    asserts: [],
    limits,
  });
  const history = (): History => ({ header, events: simulation.events() });

  return {
    clock: createSessionClock(clock, { startedAt, drive, check }),
    world: createWorldControls(directory, recorder),
    mounted,
    recorder,
    pageCalls: layers.pageCalls,
    operate: async (operationName, call) => {
      check();
      checkOperate(operationName, call);
      checkLength(recorder.events);
      const { resultOf } = ownCode;
      const own = { client: client.name, name: operationName, call: async () => call(), resultOf };
      const operation = recordOperation({ recorder, operations, client: ownCode }, own);
      return options.time === "flowing" ? operation : drive(operation);
    },
    ...createFaultControls(simulation.faultPlan, (faults) =>
      checkFaultsPossible(faults, { backup: settings.backup, mount: mount.name }),
    ),
    api: (address, answer) => data.put(address, answer),
    note: (text) => void recorder.emit({ kind: "noted", text }),
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
      return simulation.end();
    },
  };
}

type FaultControls = Pick<Session, "outage" | "faults" | "clear">;

function createFaultControls(live: LivePlan, checkPlace: (plan: FaultPlan) => void): FaultControls {
  const known = new Set<string>();
  const add = (plan: FaultPlan, place: string): readonly string[] => {
    checkPlace(checkFaultPlan(plan, place));
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
      const stranger = ids.find((id) => !known.has(id));
      if (stranger !== undefined) {
        throw new HarnessError("unknown-name", `there was no fault "${stranger}"`, {
          place: "clear",
          hint: `There ${known.size === 0 ? "was none" : `were ${[...known].join(", ")}`}.`,
        });
      }
      live.clear(ids.length === 0 ? undefined : ids);
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

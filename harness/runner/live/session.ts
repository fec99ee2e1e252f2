/**
 * A session: the simulator under somebody else's code, steered by hand instead of by a
 * scenario. It stands on any mount and knows no test runner; entry points for those
 * (`harness/integrations/vitest.ts`) put their own life cycle around it.
 */
import { createOperationCounter } from "../../clients/application.ts";
import type { Directory } from "../../entra/directory/directory.ts";
import { HarnessError } from "../../core/errors.ts";
import { createLivePlan, type LivePlan } from "../../faults/live-plan.ts";
import type { FaultPlan } from "../../faults/plan.ts";
import { checkFaultPlan } from "../../faults/validate.ts";
import type { History } from "../../history/event.ts";
import { writeJournal } from "../../history/journal.ts";
import type { Recorder } from "../../history/recorder.ts";
import type { Mounted } from "../../network/mount.ts";
import { createRandom, seedMathRandom } from "../../core/random.ts";
import { timelineOf } from "../../history/event-line.ts";
import { checkLength, checkOperate } from "../simulation/check-script.ts";
import { checkBackupFaults, recordFault } from "../simulation/faults.ts";
import { endOpenOperations, recordOperation } from "../simulation/operate.ts";
import { createService } from "../simulation/service.ts";
import { createWorldControls } from "../simulation/recorded-world-controls.ts";
import { createApiData, type DefaultAnswer } from "./api-data.ts";
import { createDriver } from "./driver.ts";
import { createOwnCode } from "./own-code.ts";
import { createPageCalls, type PageCalls } from "./page-calls.ts";
import { type PresetName, type PresetOptions, planOf } from "./presets.ts";
import { createRefusals, type Refusal } from "./refusals.ts";
import { requestsOf } from "./requests.ts";
import { createSessionClock, type WatchedClock } from "./session-time.ts";
import { headerOf, prepare, type SessionOptions } from "./session-options.ts";
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
  const prepared = prepare(options);
  const { clock, mount, release } = prepared;
  try {
    const simulator = simulate(options, prepared);
    const problems: Error[] = [];
    const mounted = await mount
      .start({
        service: simulator.service,
        clock,
        gate: clock.gate,
        ...(options.suite === undefined ? {} : { suite: options.suite }),
        sessionInFrames: prepared.settings.sessionInFrames,
        onHarnessError: (error) => void problems.push(asError(error)),
      })
      .catch((error: unknown) => {
        simulator.machines.close();
        throw error;
      });
    return createControls(options, { ...prepared, ...simulator, mounted, problems });
  } catch (error) {
    release();
    throw error;
  }
}

type Prepared = ReturnType<typeof prepare>;

/** What stands behind the mount, with a plan that has nothing in it yet. */
function simulate(
  { machine, placeOf }: SessionOptions,
  { world, settings, seed, client, clock, startedAt }: Prepared,
) {
  const random = createRandom(seed).fork("session");
  const plan = createLivePlan({
    clock,
    startedAt,
    tell: (instant) => recordFault(simulated.recorder, instant),
  });
  const data = createApiData(world);
  const simulated = createService({
    dataAt: (url) => data.at(url),
    world,
    settings,
    faults: plan,
    client: client.name,
    clock,
    random,
    startedAt,
  });
  if (machine !== undefined) simulated.machines.room.settle(machine);
  const operations = createOperationCounter();
  const pageCalls =
    placeOf === undefined
      ? undefined
      : createPageCalls({
          recorder: simulated.recorder,
          operations,
          clock,
          client: client.name,
          placeOf,
        });
  const refusals = createRefusals();
  const service =
    pageCalls === undefined
      ? simulated.service
      : refusals.around(pageCalls.around(simulated.service));
  return { ...simulated, service, refusals, plan, data, random, operations, pageCalls };
}

interface Parts extends Prepared, ReturnType<typeof simulate> {
  readonly mounted: Mounted;
  readonly problems: readonly Error[];
}

function createControls(options: SessionOptions, parts: Parts): Session {
  const { clock, settings, client, mount, recorder, mounted, problems, operations } = parts;
  const { check = () => undefined } = options;
  // A client that is elsewhere has a chance of its own.
  const unseed =
    options.clock === undefined
      ? seedMathRandom(parts.random.fork("process"), mount.ownDraws)
      : () => undefined;
  const { drive, stop: stopDriving } = createDriver(clock);
  const tokens = createTokenBook(recorder);
  const ownCode = createOwnCode(recorder, tokens);
  const header = headerOf(options, parts);
  // A copy: what the rules have read from a history they remember of it.
  const history = (): History => {
    // Who asks now is told how it stands now.
    parts.pageCalls?.settle();
    return { header, events: [...recorder.events] };
  };
  let stopped: Promise<void> | undefined;

  const stop = async (): Promise<void> => {
    stopDriving();
    try {
      await clock.idle();
    } finally {
      parts.pageCalls?.settle();
      endOpenOperations(recorder, operations);
      recorder.close();
      parts.machines.close();
      unseed();
      await mounted.stop().finally(parts.release);
    }
  };

  return {
    clock: createSessionClock(clock, { startedAt: parts.startedAt, drive, check }),
    world: createWorldControls(parts.directory, recorder),
    mounted,
    recorder,
    pageCalls: parts.pageCalls,
    operate: async (name, call) => {
      check();
      checkOperate(name, call);
      checkLength(recorder.events);
      const { resultOf } = ownCode;
      const own = { client: client.name, name, call: async () => call(), resultOf };
      const operation = recordOperation({ recorder, operations, client: ownCode }, own);
      return options.time === "flowing" ? operation : drive(operation);
    },
    ...createFaultControls(parts.plan, (faults) => checkBackupFaults(faults, settings.backup)),
    api: (address, answer) => parts.data.put(address, answer),
    note: (text) => void recorder.emit({ kind: "noted", text }),
    history,
    requests: (filter) => requestsOf(history(), filter),
    journal: () => writeJournal(history()),
    timeline: () => timelineOf(history()).join("\n"),
    refusals: parts.refusals.all,
    tokens,
    answeredByDefault: () => parts.data.answeredByDefault(),
    directory: parts.directory,
    problems: () => problems,
    stop: () => (stopped ??= stop()),
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

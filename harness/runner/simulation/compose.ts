/**
 * The composition root: all parts of a simulation, wired once. A scenario's run (`run.ts`) and
 * the live simulation of a test suite (`live/live-simulation.ts`) both begin here. What differs between
 * them is in the options, and in who moves time afterwards.
 */
import { createOperationCounter, type OperationCounter } from "../../clients/application.ts";
import { createRandom, type Random, seedMathRandom } from "../../core/random.ts";
import { takeProcessClock } from "../../core/time/process-clock.ts";
import type { AbandonedWait, RunWaits } from "../../core/time/waits/pending-work.ts";
import type { VirtualClock } from "../../core/time/virtual-clock.ts";
import { HarnessError } from "../../core/errors.ts";
import type { Service } from "../../core/http/service.ts";
import type { Directory } from "../../entra/directory/directory.ts";
import type { ServiceSettings } from "../../entra/directory/service-settings.ts";
import type { World } from "../../entra/directory/world.ts";
import { createLivePlan, type LivePlan } from "../../faults/live-plan.ts";
import type { FaultPlan } from "../../faults/plan.ts";
import type { HistoryEvent } from "../../history/event.ts";
import type { Recorder } from "../../history/recorder.ts";
import type { Mount, MountContext, Mounted } from "../../network/mount.ts";
import { createDevice, type FaultyDevice } from "./device.ts";
import { checkFaultsPossible, recordFault } from "./faults.ts";
import type { Machines } from "./machines.ts";
import { endOpenOperations } from "./operate.ts";
import { createProgramCauses, type ProgramCauses } from "./program-causes.ts";
import { createSimulatedService, type ServiceParts } from "./simulated-service.ts";

/** The parts that layers around the service can use. */
export interface LayerParts {
  readonly service: Service;
  readonly recorder: Recorder;
  readonly clock: VirtualClock;
  readonly operations: OperationCounter;
}

/** The layers between the mount and the recorder, with all that their creator needs later. */
export interface Layers {
  readonly service: Service;
  /** Records what is known only when the history is read. */
  readonly settle?: () => void;
}

export interface SimulationOptions<Added extends Layers> extends Pick<
  ServiceParts,
  "client" | "dataAt" | "processOf" | "foreign" | "state" | "upstream"
> {
  readonly mount: Mount;
  /** Both checked, see `checkWorldAndSettings`. */
  readonly world: World;
  readonly settings: ServiceSettings;
  readonly seed: string;
  /** Makes the randomness of this simulation differ from others with the same seed. */
  readonly randomLabel: string;
  /** The virtual start, ms since the Unix epoch, for the process's clock. */
  readonly startsAt: number;
  /** For clients outside this process: the simulation begins at its now. Default: the process's clock, installed until `end`. */
  readonly clock?: VirtualClock | undefined;
  /** For what the process's clock stands still, and how long. */
  readonly waits?: Omit<RunWaits, "onAbandoned"> | undefined;
  /** Whether `Math.random` of this process is seeded until `end`. */
  readonly seedsMathRandom: boolean;
  /** Whether the randomness of pages is seeded; otherwise they keep the browser's. */
  readonly seedsPages: boolean;
  /** The machine on which the code in this process runs. */
  readonly machine?: string | undefined;
  /** What is broken from the start. */
  readonly faults: FaultPlan;
  readonly layers: (parts: LayerParts) => Added;
  /** As in `MountContext`. */
  readonly keepsConnections?: boolean;
  readonly suite?: MountContext["suite"] | undefined;
  readonly onHarnessError: (error: unknown) => void;
}

export interface Simulation<Added extends Layers = Layers> {
  readonly clock: VirtualClock;
  /** ms since the Unix epoch, virtual. */
  readonly startedAt: number;
  readonly random: Random;
  readonly directory: Directory;
  readonly recorder: Recorder;
  readonly operations: OperationCounter;
  readonly machines: Machines;
  readonly programCauses: ProgramCauses;
  readonly device: FaultyDevice;
  readonly faultPlan: LivePlan;
  readonly layers: Added;
  readonly mounted: Mounted;
  /** A copy of the events so far: rules remember what they have read of one. */
  readonly events: () => readonly HistoryEvent[];
  /** Waits until nothing is in flight, as long as `VirtualClock.idle` does, then takes everything away again. Idempotent; rejects `stuck`, once all is gone, when something was in flight to the last. */
  readonly end: (howLong?: "briefly") => Promise<void>;
}

/** A simulation that has begun, with its faults. Rejects with a `HarnessError`, and leaves nothing behind then. */
export async function composeSimulation<Added extends Layers>(
  options: SimulationOptions<Added>,
): Promise<Simulation<Added>> {
  const { mount } = options;
  checkFaultsPossible(options.faults, {
    backup: options.settings.backup,
    mount: mount.name,
    world: options.world,
  });
  // What is undone, last first, when the simulation ends or cannot begin.
  const undo = new AsyncDisposableStack();
  const waits = { ...options.waits, onAbandoned: (wait: AbandonedWait) => recordAbandoned(wait) };
  let recordAbandoned = (_wait: AbandonedWait): void => undefined;
  const clock =
    options.clock ??
    undo.adopt(takeProcessClock(options.startsAt, mount.quietTurns, waits), ({ release }) =>
      release(),
    ).clock;
  try {
    const parts = createParts(options, clock);
    recordAbandoned = ({ kind, ...wait }) => {
      const operations = [...parts.operations.open];
      parts.recorder.emit({ kind: "wait-abandoned", wait: kind, ...wait, operations });
    };
    undo.defer(parts.machines.close);
    undo.defer(() => parts.device.close());
    undo.defer(parts.programCauses.end);
    if (options.machine !== undefined) parts.machines.runOn(options.machine);
    const layers = options.layers(parts);
    const mounted = await mount.start(mountContextOf(options, parts, layers.service));
    undo.defer(mounted.stop);
    if (options.seedsMathRandom)
      undo.defer(seedMathRandom(parts.random.fork("process"), mount.ownDraws));
    parts.faultPlan.add(options.faults);
    const events = (): readonly HistoryEvent[] => {
      layers.settle?.();
      return [...parts.recorder.events];
    };
    const simulation = { ...parts, layers, mounted, events };
    let ended: Promise<void> | undefined;
    return {
      ...simulation,
      end: (howLong) => (ended ??= endSimulation(simulation, undo, howLong)),
    };
  } catch (error) {
    await undo.disposeAsync();
    throw error;
  }
}

function createParts(
  {
    world,
    settings,
    seed,
    randomLabel,
    client,
    dataAt,
    processOf,
    foreign,
    state,
    upstream,
    mount,
  }: SimulationOptions<Layers>,
  clock: VirtualClock,
) {
  const startedAt = clock.now();
  const random = createRandom(seed).fork(randomLabel);
  const faultPlan = createLivePlan({
    clock,
    startedAt,
    onChange: (instant) => {
      recordFault(created.recorder, instant);
      device.update();
    },
  });
  const device = createDevice({
    clock,
    startedAt,
    faults: faultPlan,
    hasPages: mount.inBrowser === true,
  });
  const created = createSimulatedService({
    world,
    settings,
    faults: faultPlan,
    clock,
    random,
    startedAt,
    inBrowser: mount.inBrowser,
    processOf,
    foreign,
    state,
    upstream,
    ...(client === undefined ? {} : { client }),
    ...(dataAt === undefined ? {} : { dataAt }),
  });
  return {
    ...created,
    programCauses: createProgramCauses(created.recorder),
    device,
    clock,
    startedAt,
    random,
    faultPlan,
    operations: createOperationCounter(),
  };
}

function mountContextOf(
  {
    settings,
    seedsPages,
    keepsConnections = false,
    suite,
    onHarnessError,
  }: SimulationOptions<Layers>,
  {
    clock,
    random,
    device,
    recorder,
    programCauses,
  }: Pick<Simulation, "clock" | "random" | "device" | "recorder" | "programCauses">,
  service: Service,
): MountContext {
  return {
    service,
    clock,
    gate: clock.gate,
    device,
    keepsConnections,
    ...(seedsPages ? { seed: random.fork("pages").integer(0, 0xffff_ffff) } : {}),
    ...(suite === undefined ? {} : { suite }),
    sessionInFrames: settings.sessionInFrames,
    causedByProgram: programCauses.causedByProgram,
    onHarnessError(error) {
      // So that a reader of the timeline sees when it was.
      if (error instanceof HarnessError) recorder.emit({ kind: "noted", text: error.message });
      onHarnessError(error);
    },
  };
}

async function endSimulation(
  { clock, recorder, operations, layers }: Omit<Simulation, "end">,
  undo: AsyncDisposableStack,
  howLong: "briefly" | undefined,
): Promise<void> {
  try {
    await clock.idle(howLong);
  } finally {
    layers.settle?.();
    endOpenOperations(recorder, operations);
    recorder.close();
    await undo.disposeAsync();
  }
}

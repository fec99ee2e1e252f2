/** Runs one scenario with one client under one mount: composes the simulation, plays the script and returns the history. */
import { articleOf, promiseOf } from "../entra/backup/edition.ts";
import { ruleById } from "../rules/rules.ts";
import { uncaughtError } from "../rules/uncaught-error.ts";
import type { ClientUnderTest } from "../clients/client.ts";
import { type RemediedClient, withRemedies } from "../clients/remedied/remedied-client.ts";
import { readRemedyNames, type RemedyUse } from "../clients/remedied/remedy-names.ts";
import { days, formatDuration } from "../core/time/duration.ts";
import { HarnessError } from "../core/errors.ts";
import { NothingLeft } from "../core/time/stuck.ts";
import { createVirtualClock, type VirtualClock } from "../core/time/virtual-clock.ts";
import type { ServiceSettings } from "../entra/directory/service-settings.ts";
import type { World } from "../entra/directory/world.ts";
import { isConnectionEffect } from "../faults/effect-traits.ts";
import type { History } from "../history/event.ts";
import type { FlowRow, Variation } from "../history/header.ts";
import type { Mount } from "../network/mount.ts";
import type { MountName } from "../network/mount-names.ts";
import { loadMount } from "../network/mounts.ts";
import { type Attribution, createAttribution } from "./simulation/attribution.ts";
import { createBrowserContexts } from "./browser-contexts/browser-contexts.ts";
import { checkWorldAndSettings, startInstant } from "./simulation/checked-world.ts";
import {
  composeSimulation,
  type LayerParts,
  type Layers,
  type Simulation,
} from "./simulation/compose.ts";
import { endOpenOperations } from "./simulation/operate.ts";
import { createHeader } from "./simulation/journal-header.ts";
import {
  type OwnProcess,
  type ProcessEnds,
  recordProcessEnds,
} from "./simulation/process-errors.ts";
import { createScriptContext } from "./simulation/script-context.ts";
import { createTurns, type Turns } from "./browser-contexts/turns.ts";
import { ownAppOf } from "../clients/own-app.ts";
import { guessesOf, type ValuedGuess } from "./guesses.ts";
import { checkScenario } from "./scenario-schema.ts";
import type { Scenario, ScriptContext } from "./scenario.ts";
import { variedScenario, variedSettings } from "./variation.ts";

/** A dated text of the backup's rules. */
export type BackupEdition = Exclude<ServiceSettings["backup"], "off">;

/**
 * With what a scenario runs.
 *
 * @example
 * const options: RunOptions = { client, mount: "msw", seed: "1" };
 */
export interface RunOptions {
  readonly client: ClientUnderTest;
  readonly mount: MountName;
  readonly seed: string;
  /** Path of the scenario's file when it is not from the library. */
  readonly file?: string;
  /** The edition that the backup follows instead of the scenario's; a scenario without a backup stays without. */
  readonly edition?: BackupEdition;
  /** How the run differs from its scenario; default: in nothing. */
  readonly variation?: Variation;
  /** For a process that the run has for itself: what ends it in an outage is recorded as `process-error`, and the run ends there. Default: the process deals with it. */
  readonly process?: OwnProcess;
}

/**
 * What a run leaves behind. Its history is judged by `judgeHistory` and written by `writeJournal`.
 *
 * @example
 * const { history } = await runScenario(scenario, { client, mount: "direct", seed: "1" });
 * const failed = judgeHistory(history).filter(({ verdict }) => verdict === "fail");
 */
export interface RunOutcome {
  readonly scenario: string;
  readonly client: { readonly name: string; readonly version: string };
  readonly mount: MountName;
  readonly history: History;
  readonly simulatedMs: number;
  /** In a run with a `variation`, be it an empty one: what it took for granted although no source gives it. */
  readonly guesses?: readonly ValuedGuess[];
  /** In a run whose `variation` has remedies: how often each was in effect. */
  readonly remedies?: readonly RemedyUse[];
}

/**
 * Runs a scenario in virtual time, in this process, and resolves to its history. Rejects with a
 * `HarnessError` (`bad-scenario`, `bad-world`, `bad-fault-plan`, `unknown-rule`, `stuck`, the
 * error of the mount), or with what the script threw.
 *
 * @example
 * const { history } = await runScenario(scenario, { client, mount: "msw", seed: "1" });
 */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<RunOutcome> {
  checkScenario(scenario);
  const { variation = {} } = options;
  const remedied = remediedBy(variation, options.client);
  const played = variedScenario(scenario, variation);
  if (variation.values !== undefined) checkScenario(played);
  for (const rule of played.asserts) ruleById(rule);
  const checked = checkWorldAndSettings(played.world, (usual) =>
    variedSettings(inEdition({ ...usual, ...played.settings }, options.edition), variation),
  );
  const { world } = checked;
  const read = options.variation === undefined ? undefined : new Set<string>();
  const settings = read === undefined ? checked.settings : watched(checked.settings, read);
  const row = rowOf(played, settings.backup);
  const mount = await loadMount(options.mount);
  const startsAt = startInstant(played.startsAt);
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);
  const sharedProcesses = new Map<string, string>();
  const simulation = await composeSimulation({
    mount,
    world,
    settings,
    seed: options.seed,
    randomLabel: played.name,
    startsAt,
    clock: isOutside(mount) ? createSharedClock(mount, startsAt) : undefined,
    seedsMathRandom: true,
    seedsPages: true,
    machine: played.machine,
    waits: played.waits,
    faults: played.faults,
    keepsConnections: !played.faults.some(({ effect }) => isConnectionEffect(effect)),
    processOf: (name = "") => sharedProcesses.get(name) ?? name,
    layers: (parts) => attributionLayers(parts, mount),
    onHarnessError: broken.reject,
  });
  let watchesPages = false;
  const processEnds = recordProcessEnds(options.process, simulation);
  try {
    ({ watchesPages } = await runScript(simulation, {
      scenario: played,
      remedied,
      broken: broken.promise,
      sharedProcesses,
      processEnds,
    }));
  } catch (error) {
    // The script's failure is reported, not a later one at the end.
    await simulation.end("briefly").catch(() => undefined);
    processEnds.stop();
    throw error;
  }
  const fatal = processEnds.fatal();
  await (fatal === undefined ? simulation.end() : simulation.end("briefly").catch(() => undefined));
  processEnds.stop();
  // A program that the script started may have been stopped from leaving this machine only now.
  await Promise.race([broken.promise, Promise.resolve()]);
  const hasBackup = checked.settings.backup !== "off";
  const outcome = {
    ...outcomeOf(played, options, { simulation, row, hasBackup, sharedProcesses, watchesPages }),
    ...(variation.remedies === undefined ? {} : { remedies: remedied.uses() }),
  };
  // Nothing was wrong that could be its cause.
  if (fatal !== undefined && uncaughtError.judge(outcome.history).verdict !== "fail")
    throw fatal.thrown;
  if (read === undefined) return outcome;
  const values: Readonly<Record<string, unknown>> = { ...checked.settings };
  const settingsRead = Object.fromEntries([...read].sort().map((name) => [name, values[name]]));
  return { ...outcome, guesses: guessesOf(scenario, settingsRead) };
}

/** The settings, which note in `read` the names of those that something reads. */
function watched(settings: ServiceSettings, read: Set<string>): ServiceSettings {
  return new Proxy(settings, {
    get(target, name) {
      if (typeof name === "string") read.add(name);
      return Reflect.get(target, name);
    },
  });
}

/** Whether its clients have a clock of their own. */
function isOutside({ inBrowser, hasPrograms }: Mount): boolean {
  return inBrowser === true || hasPrograms === true;
}

/** A clock for pages or programs alone, while this process keeps the time of the host computer. */
function createSharedClock({ quietTurns }: Mount, startMs: number): VirtualClock {
  return createVirtualClock({ startMs, quietTurns, shared: true });
}

interface AttributionLayers extends Layers {
  readonly attribution: Attribution;
  readonly turns: Turns;
}

function attributionLayers(
  { service, recorder, clock }: LayerParts,
  { inBrowser }: Mount,
): AttributionLayers {
  const attribution = createAttribution(recorder);
  const turns = createTurns({ recorder, gate: clock.gate });
  const ordered = inBrowser === true ? turns.around(service) : service;
  return { attribution, turns, service: attribution.around(ordered) };
}

/** Moves time until the script has ended. */
async function runScript(
  simulation: Simulation<AttributionLayers>,
  {
    scenario,
    remedied: { client, cacheOf },
    broken,
    sharedProcesses,
    processEnds,
  }: {
    readonly scenario: Scenario;
    readonly remedied: Pick<RemediedClient, "client" | "cacheOf">;
    readonly broken: Promise<never>;
    readonly sharedProcesses: Map<string, string>;
    readonly processEnds: ProcessEnds;
  },
): Promise<{ readonly watchesPages: boolean }> {
  const { clock, startedAt, mounted, operations, recorder, machines, layers } = simulation;
  const browsers =
    mounted.browser === undefined
      ? undefined
      : createBrowserContexts({
          ...layers,
          mounted: mounted.browser,
          recorder,
          gate: clock.gate,
          clock,
        });
  if (browsers !== undefined) clock.beforeTimeGoesOn(browsers.settle, browsers.isWaiting);
  const context = createScriptContext({
    client,
    clock,
    startedAt,
    random: simulation.random,
    directory: simulation.directory,
    recorder,
    operations,
    mounted,
    machines,
    programCauses: simulation.programCauses,
    attribution: layers.attribution,
    faults: simulation.faultPlan,
    sharedProcesses,
    isOwnCode: ownAppOf(scenario)?.name === client.name,
    ...(browsers === undefined ? {} : { browsers }),
  });
  const script = scenario.script(withCaches(context, cacheOf)).catch(async (error: unknown) => {
    const death = await mounted.browser?.died();
    if (death !== undefined) throw death;
    throw operations.rejections.has(error as object)
      ? uncaught(error, clock.now() - startedAt)
      : error;
  });
  try {
    await clock.drive(
      Promise.race([script, broken, processEnds.ended]),
      startedAt + days(DAYS_MAX),
    );
  } catch (error) {
    // What the script waits for is one of its calls: that is for the rules to judge.
    if (!(error instanceof NothingLeft) || operations.open.size === 0) throw error;
    endOpenOperations(recorder, operations, "never-ends");
    recorder.emit({
      kind: "noted",
      text: "the script ends here: it waits for a call that never ends",
    });
  }
  return { watchesPages: browsers?.isUsed() === true };
}

function inEdition(settings: ServiceSettings, edition: RunOptions["edition"]): ServiceSettings {
  return edition === undefined || settings.backup === "off"
    ? settings
    : { ...settings, backup: edition };
}

/** The row of a scenario, with what the edition promises for it. */
function rowOf({ row }: Scenario, edition: World["settings"]["backup"]): FlowRow | undefined {
  if (row === undefined) return undefined;
  if (edition === "off") {
    throw new HarnessError(
      "bad-scenario",
      "the row is of the backup system's table, and there is none in this scenario",
      {
        place: "row",
        hint: 'Add settings: { backup: "2026-03" }.',
      },
    );
  }
  const { status, says, document } = promiseOf(row.flow, edition);
  return { ...row, edition, documented: status, says, source: articleOf(document) };
}

/** A refresh token lives for 90 days without use, longer than anything else under test. */
const DAYS_MAX = 120;

function uncaught(error: unknown, elapsedMs: number): HarnessError {
  const { message } = error as Error;
  return new HarnessError(
    "bad-scenario",
    `a call failed ${formatDuration(elapsedMs)} in, and the script did not catch it: ${message}`,
    {
      hint: "Calls may fail in an outage. Use attempt() instead of acquire(), or catch the rejection; the rules judge the failure.",
      cause: error,
    },
  );
}

function isEmpty(variation: Variation = {}): boolean {
  return Object.keys(variation).length === 0;
}

/** The client with the remedies of a variation; the client itself without any. Throws `bad-usage` for a name that is none. */
function remediedBy({ remedies = [] }: Variation, client: ClientUnderTest): RemediedClient {
  const names = readRemedyNames(remedies, "variation.remedies");
  if (names.length > 0) return withRemedies(client, names);
  return { client, cacheOf: (wanted) => wanted, uses: () => [] };
}

function withCaches(context: ScriptContext, cacheOf: RemediedClient["cacheOf"]): ScriptContext {
  return {
    ...context,
    open(wanted) {
      const cache = cacheOf(wanted.cache);
      return context.open(cache === undefined ? wanted : { ...wanted, cache });
    },
  };
}

interface Ended {
  readonly simulation: Simulation;
  readonly row: FlowRow | undefined;
  readonly hasBackup: boolean;
  readonly sharedProcesses: ReadonlyMap<string, string>;
  readonly watchesPages: boolean;
}

function outcomeOf(
  scenario: Scenario,
  { client: { name, version }, mount, seed, file, edition, variation }: RunOptions,
  ended: Ended,
): RunOutcome {
  const { row, hasBackup, sharedProcesses, watchesPages } = ended;
  const { clock, startedAt, events, faultPlan } = ended.simulation;
  const client = { name, version };
  const header = createHeader({
    scenario: scenario.name,
    file,
    client,
    mount,
    seed,
    edition: hasBackup ? edition : undefined,
    startedAt,
    asserts: scenario.asserts,
    limits: scenario.limits,
    row,
    side: scenario.side,
    expects: scenario.expects,
    variation: isEmpty(variation) ? undefined : variation,
    watchesPages: watchesPages ? true : undefined,
    sharedProcesses: Object.fromEntries(sharedProcesses),
    unmetFaults: faultPlan.tally.unmet(),
  });
  return {
    scenario: scenario.name,
    client,
    mount,
    history: { header, events: events() },
    simulatedMs: clock.now() - startedAt,
  };
}

/**
 * The composition root: one scenario, one client, one mount, one seed make one history.
 * It reads like the picture in ARCHITECTURE.md and decides nothing by itself.
 */
import { articleOf, promiseOf } from "../entra/backup/edition.ts";
import { ruleById } from "../rules/rules.ts";
import type { ClientUnderTest } from "../clients/client.ts";
import { days, formatDuration } from "../core/time/duration.ts";
import { HarnessError } from "../core/errors.ts";
import { takeProcessClock } from "../core/time/process-clock.ts";
import { createVirtualClock } from "../core/time/virtual-clock.ts";
import { checkSettings } from "../entra/directory/settings-schema.ts";
import { checkWorld } from "../entra/directory/world-schema.ts";
import type { ServiceSettings, World } from "../entra/directory/world.ts";
import { createLivePlan } from "../faults/live-plan.ts";
import type { History, JournalHeader } from "../history/event.ts";
import type { FlowRow } from "../history/header.ts";
import { type Recorder } from "../history/recorder.ts";
import type { Mount } from "../network/mount.ts";
import type { MountName } from "../network/mount-names.ts";
import { loadMount } from "../network/mounts.ts";
import { createRandom, seedMathRandom } from "../core/random.ts";
import { createAttribution } from "./simulation/attribution.ts";
import { createBrowserRoom } from "./browsers/browsers.ts";
import { checkBackupFaults, recordFault } from "./simulation/faults.ts";
import { endOpenOperations } from "./simulation/operate.ts";
import { createScriptContext } from "./simulation/script-context.ts";
import { createService } from "./simulation/service.ts";
import { createTurns } from "./browsers/turns.ts";
import { ownAppOf } from "../clients/own-app.ts";
import type { Scenario } from "./scenario.ts";
import { brownoutVersion } from "../core/version.ts";
import { contoso } from "../../fixtures/worlds/contoso.ts";

/** The date of a text that the backup system may follow. */
export type BackupEdition = Exclude<ServiceSettings["backup"], "off">;

export interface RunOptions {
  readonly client: ClientUnderTest;
  readonly mount: MountName;
  readonly seed: string;
  /** Path of the scenario's file when it is not from the library. */
  readonly file?: string;
  /** The text that the backup system follows instead of the scenario's; a scenario without a backup stays without. */
  readonly edition?: BackupEdition;
}

export interface RunOutcome {
  readonly scenario: string;
  readonly client: { readonly name: string; readonly version: string };
  readonly mount: MountName;
  readonly history: History;
  readonly simulatedMs: number;
}

const STARTS_AT = "2026-03-02T08:00:00Z";

/** Runs a scenario in virtual time. Rejects with a `HarnessError`, or with what the script threw. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<RunOutcome> {
  for (const rule of scenario.asserts) ruleById(rule);
  const world = checkWorld(scenario.world ?? contoso);
  const startedAt = Date.parse(scenario.startsAt ?? STARTS_AT);
  const mount = await loadMount(options.mount);
  const taken = takeClock(mount, startedAt);
  const { clock } = taken;
  try {
    const random = createRandom(options.seed).fork(scenario.name);
    const settings = inEdition({ ...world.settings, ...scenario.settings }, options.edition);
    checkSettings(settings, world.tenants);
    checkBackupFaults(scenario.faults, settings.backup);
    const row = rowOf(scenario, settings.backup);
    const faults = createLivePlan({
      clock,
      startedAt,
      tell: (instant) => recordFault(recorder, instant),
    });
    const { service, recorder, directory, machines } = createService({
      world,
      settings,
      faults,
      clock,
      random,
      startedAt,
    });
    if (scenario.machine !== undefined) machines.room.settle(scenario.machine);
    const broken = Promise.withResolvers<never>();
    const attribution = createAttribution(recorder);
    const turns = createTurns({ recorder, gate: clock.gate });
    const ordered = mount.inBrowser === true ? turns.around(service) : service;
    const mounted = await mount.start({
      service: attribution.around(ordered),
      clock,
      gate: clock.gate,
      seed: random.fork("pages").integer(0, 0xffff_ffff),
      sessionInFrames: settings.sessionInFrames,
      onHarnessError: broken.reject,
    });
    const browsers =
      mounted.browser === undefined
        ? undefined
        : createBrowserRoom({
            mounted: mounted.browser,
            recorder,
            attribution,
            turns,
            gate: clock.gate,
            clock,
          });
    if (browsers !== undefined) clock.beforeTimeGoesOn(browsers.settle);
    const unseed = seedMathRandom(random.fork("process"), mount.ownDraws);
    try {
      faults.add(scenario.faults);
      const { context, operations } = createScriptContext({
        client: options.client,
        clock,
        startedAt,
        random,
        directory,
        recorder,
        mounted,
        machines: machines.room,
        attribution,
        isOwnCode: ownAppOf(scenario)?.name === options.client.name,
        ...(browsers === undefined ? {} : { browsers }),
      });
      const script = scenario.script(context).catch(async (error: unknown) => {
        const death = await mounted.browser?.died();
        if (death !== undefined) throw death;
        throw operations.rejections.has(error as object)
          ? uncaught(error, clock.now() - startedAt)
          : error;
      });
      await clock.drive(Promise.race([script, broken.promise]), startedAt + days(DAYS_MAX));
      await clock.idle();
      endOpenOperations(recorder, operations);
    } finally {
      recorder.close();
      machines.close();
      unseed();
      await mounted.stop();
    }
    return outcomeOf(scenario, options, {
      recorder,
      startedAt,
      endedAt: clock.now(),
      row,
      hasBackup: settings.backup !== "off",
    });
  } finally {
    taken.release();
  }
}

/** The clock stands under this process when its clients do; pages are brought along one by one. */
function takeClock(mount: Mount, startMs: number): ReturnType<typeof takeProcessClock> {
  if (mount.inBrowser !== true) return takeProcessClock(startMs, mount.quietTurns);
  const clock = createVirtualClock({ startMs, quietTurns: mount.quietTurns, shared: true });
  return { clock, release: () => undefined };
}

function inEdition(settings: ServiceSettings, edition: RunOptions["edition"]): ServiceSettings {
  return edition === undefined || settings.backup === "off"
    ? settings
    : { ...settings, backup: edition };
}

/** The scenario's row with what the edition promises it. */
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

/** A refresh token lives for 90 days of disuse; nothing that anyone tests lives longer. */
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

interface Ended {
  readonly recorder: Recorder;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly row: FlowRow | undefined;
  readonly hasBackup: boolean;
}

function outcomeOf(
  scenario: Scenario,
  { client, mount, seed, file, edition }: RunOptions,
  { recorder, startedAt, endedAt, row, hasBackup }: Ended,
): RunOutcome {
  const { name, version } = client;
  const header: JournalHeader = {
    schema: "brownout/journal/1",
    brownout: brownoutVersion,
    scenario: scenario.name,
    ...(file === undefined ? {} : { file }),
    client: { name, version },
    mount,
    seed,
    ...(edition === undefined || !hasBackup ? {} : { edition }),
    startedAt,
    asserts: scenario.asserts,
    ...(scenario.limits === undefined ? {} : { limits: scenario.limits }),
    ...(row === undefined ? {} : { row }),
  };
  return {
    scenario: scenario.name,
    client: { name, version },
    mount,
    history: { header, events: recorder.events },
    simulatedMs: endedAt - startedAt,
  };
}

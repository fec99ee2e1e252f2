/**
 * The composition root: one scenario, one client, one mount, one seed make one history.
 * It reads like the picture in ARCHITECTURE.md and decides nothing by itself.
 */
import { ruleById } from "./check/rules.ts";
import type { ClientUnderTest } from "./client/client.ts";
import { days, formatDuration } from "./clock/duration.ts";
import { HarnessError } from "./errors.ts";
import { takeProcessClock } from "./clock/process-clock.ts";
import type { VirtualClock } from "./clock/virtual-clock.ts";
import { checkWorld } from "./directory/check-world.ts";
import { createDirectory } from "./directory/directory.ts";
import type { World } from "./directory/world.ts";
import { createEsts } from "./ests/ests.ts";
import { createFaultLayer, faultSiteOf, faultsOf, type FaultLayerOptions } from "./fault/layer.ts";
import { type FaultSite, isConnectionEffect } from "./fault/plan.ts";
import { createFaultSchedule } from "./fault/schedule.ts";
import type { History, JournalHeader } from "./history/event.ts";
import { fingerprint } from "./history/redact.ts";
import { createRecorder, type Recorder } from "./history/recorder.ts";
import { describeRequest } from "./http/endpoint.ts";
import type { Handler } from "./http/handler.ts";
import type { Service } from "./http/service.ts";
import type { MountName } from "./mount/mount.ts";
import { loadMount } from "./mount/mounts.ts";
import { createRandom, type Random } from "./random.ts";
import { createProtectedApi, verdictOf } from "./resource/protected-api.ts";
import { createScriptContext } from "./run/script-context.ts";
import type { Scenario } from "./scenario.ts";
import { brownoutVersion } from "./version.ts";
import { contoso } from "../fixtures/worlds/contoso.ts";

export interface RunOptions {
  readonly client: ClientUnderTest;
  readonly mount: MountName;
  readonly seed: string;
  /** Path of the scenario's file when it is not from the library. */
  readonly file?: string;
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
  const taken = takeProcessClock(startedAt, mount.quietTurns);
  const { clock } = taken;
  try {
    const random = createRandom(options.seed).fork(scenario.name);
    const settings = { ...world.settings, ...scenario.settings };
    const { service, recorder, directory } = createService({
      world,
      settings,
      scenario,
      clock,
      random,
      startedAt,
    });
    const broken = Promise.withResolvers<never>();
    const mounted = await mount.start({
      service,
      clock,
      gate: clock.gate,
      onHarnessError: broken.reject,
    });
    try {
      announceFaults(scenario, { clock, recorder, startedAt });
      const { context, operations } = createScriptContext({
        client: options.client,
        clock,
        startedAt,
        random,
        directory,
        recorder,
        mounted,
      });
      const script = scenario.script(context).catch((error: unknown) => {
        throw operations.rejections.has(error as object)
          ? uncaught(error, clock.now() - startedAt)
          : error;
      });
      await clock.drive(Promise.race([script, broken.promise]), startedAt + days(DAYS_MAX));
      await clock.idle();
      for (const operation of operations.open) {
        recorder.emit({
          kind: "operation-completed",
          operation,
          outcome: "unknown",
          reason: "run-ended",
        });
      }
      operations.open.clear();
    } finally {
      recorder.close();
      await mounted.stop();
    }
    return outcomeOf(scenario, options, { recorder, startedAt, endedAt: clock.now() });
  } finally {
    taken.release();
  }
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

interface ServiceParts {
  readonly world: World;
  readonly settings: World["settings"];
  readonly scenario: Scenario;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly startedAt: number;
}

/** Recorder, front door, primary and protected APIs, one inside the other. */
function createService(parts: ServiceParts) {
  const { world, settings, scenario, clock, random, startedAt } = parts;
  const directory = createDirectory(world, clock);
  const faults: Omit<FaultLayerOptions, "sites"> = {
    plan: scenario.faults,
    clock,
    random: random.fork("faults"),
    startedAt,
    aliasesOf: createAliases(world),
    errorSeparator: settings.errorSeparator,
  };
  const withFaults = (sites: readonly FaultSite[], service: Service): Service =>
    createFaultLayer({ ...faults, sites })(service);

  const recorder: Recorder = createRecorder({
    clock,
    annotate: (request, { endpoint }) => {
      const site = faultSiteOf(request);
      const isApi = endpoint === "resource" || endpoint === "userinfo";
      const servedBy = site === "edge" || site === "dns" ? "edge" : isApi ? "resource" : "primary";
      return { servedBy, faults: faultsOf(request) };
    },
  });

  const ests = createEsts({ directory, clock, random: random.fork("ests"), settings });
  const api = createProtectedApi({
    directory,
    clock,
    keysUrl: "https://login.microsoftonline.com/common/discovery/v2.0/keys",
    // An API fetches keys over the same network, but it is not the client under test.
    fetchKeys: async (request) => {
      await frontDoor.connect(request);
      return frontDoor.handle(request);
    },
  });
  const primary = withFaults(["primary"], serviceOf(ests));
  const resources = withFaults(["resource"], serviceOf(presenting(api, recorder)));
  const resourcesRefuse = scenario.faults.some(
    ({ at, effect }) => at === "resource" && isConnectionEffect(effect),
  );
  const frontDoor: Service = withFaults(
    ["edge", "dns"],
    route({ primary, resources, resourcesRefuse }),
  );
  return { service: recorder.watch(frontDoor), recorder, directory };
}

function serviceOf(handle: Handler): Service {
  return { connect: () => Promise.resolve(), handle };
}

interface Routes {
  readonly primary: Service;
  readonly resources: Service;
  /** Some fault breaks connections to protected APIs. */
  readonly resourcesRefuse: boolean;
}

function route({ primary, resources, resourcesRefuse }: Routes): Service {
  const targetOf = async (request: Request): Promise<Service> => {
    const { endpoint } = await describeRequest(request);
    return endpoint === "resource" || endpoint === "userinfo" ? resources : primary;
  };
  return {
    // Only protected APIs can refuse a connection behind the front door.
    connect: async (attempt) => {
      if (resourcesRefuse) await (await targetOf(attempt)).connect(attempt);
    },
    handle: async (request) => (await targetOf(request)).handle(request),
  };
}

/** Records what a protected API thought of each token. */
function presenting(api: Handler, recorder: Recorder): Handler {
  return async (request) => {
    const response = await api(request);
    const verdict = verdictOf(response);
    const [, token] = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
    if (verdict !== undefined && token !== undefined) {
      const client = recorder.cause()?.client;
      recorder.emit({
        kind: "token-presented",
        ...(client === undefined ? {} : { client }),
        accessToken: fingerprint("at", token),
        verdict,
      });
    }
    return response;
  };
}

/** Other names of users and tenants, so that a fault plan may use any of them. */
function createAliases(world: World): (name: string) => readonly string[] {
  const aliases = new Map<string, readonly string[]>();
  for (const { id, name, domains, users } of world.tenants) {
    const tenantNames = [id, name, ...domains].map((alias) => alias.toLowerCase());
    for (const alias of tenantNames) aliases.set(alias, tenantNames);
    for (const { id: userId, upn } of users) {
      const userNames = [userId, upn.toLowerCase()];
      for (const alias of userNames)
        aliases.set(alias, [...(aliases.get(alias) ?? []), ...userNames]);
    }
  }
  return (name) => aliases.get(name.toLowerCase()) ?? [];
}

function announceFaults(
  scenario: Scenario,
  { clock, recorder, startedAt }: { clock: VirtualClock; recorder: Recorder; startedAt: number },
): void {
  for (const instant of createFaultSchedule({ plan: scenario.faults, startedAt }).instants) {
    const announce = (): void => {
      switch (instant.kind) {
        case "began":
          recorder.emit({ kind: "fault-began", window: instant.window });
          return;
        case "ended":
          recorder.emit({ kind: "fault-ended", window: instant.window.id });
          return;
        case "cleared":
          recorder.emit({ kind: "faults-cleared" });
      }
    };
    const delayMs = instant.at - clock.now();
    if (delayMs <= 0) announce();
    else clock.setTimer(announce, delayMs);
  }
}

function outcomeOf(
  scenario: Scenario,
  { client, mount, seed, file }: RunOptions,
  { recorder, startedAt, endedAt }: { recorder: Recorder; startedAt: number; endedAt: number },
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
    startedAt,
    asserts: scenario.asserts,
    ...(scenario.limits === undefined ? {} : { limits: scenario.limits }),
  };
  return {
    scenario: scenario.name,
    client: { name, version },
    mount,
    history: { header, events: recorder.events },
    simulatedMs: endedAt - startedAt,
  };
}

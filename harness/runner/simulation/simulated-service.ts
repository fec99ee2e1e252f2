/**
 * The service behind a mount, layer by layer: recorder, front door with its faults, the primary
 * with the backup behind it, and the protected APIs; beside them the machines.
 */
import { createBackup } from "../../entra/backup/backup.ts";
import { createFailover, isServedByBackup } from "../../entra/backup/failover.ts";
import type { VirtualClock } from "../../core/time/virtual-clock.ts";
import { createDirectory, type Directory } from "../../entra/directory/directory.ts";
import type { World } from "../../entra/directory/world.ts";
import { createMemoryStore, type StateStore } from "../../core/state-store.ts";
import { HarnessError } from "../../core/errors.ts";
import { createEsts, createEstsGrants } from "../../entra/token-service/ests.ts";
import {
  createSubjectOf,
  homeAccountIdOf,
  type SubjectOf,
} from "../../entra/token-service/request-subject.ts";
import { isConnectionEffect } from "../../faults/effect-traits.ts";
import {
  createFaultLayer,
  faultSiteOf,
  faultsOf,
  type FaultLayerOptions,
} from "../../faults/layer.ts";
import type { LivePlan } from "../../faults/live-plan.ts";
import type { FaultSite } from "../../faults/plan.ts";
import { lastHealthyMs } from "../../faults/primary-health.ts";
import { fingerprint } from "../../history/redact.ts";
import type { KnownSubject } from "../../history/exchange-facts.ts";
import type { ExchangeNotes } from "../../history/ledger.ts";
import type { SubjectNames } from "../../faults/window.ts";
import { createRecorder, type ForeignClients, type Recorder } from "../../history/recorder.ts";
import {
  describeRequest,
  type Endpoint,
  isSecondFactorPath,
} from "../../entra/request/endpoint.ts";
import { isMachineAddress } from "../../entra/request/machine-address.ts";
import type { Handler } from "../../core/http/handler.ts";
import type { Service } from "../../core/http/service.ts";
import { isRegionalRequest } from "../../entra/managed-identity/regional-service.ts";
import { isServedHost } from "../../network/served-hosts.ts";
import { type Random } from "../../core/random.ts";
import { createProtectedApi, tokenVerdictOf } from "../../entra/protected-api/protected-api.ts";
import { createMachines } from "./machines.ts";
import { createAliases } from "./world-names.ts";
import { slowRequestLoops } from "./request-loops.ts";

/** Another identity provider, which answers instead of the simulated one. */
export interface Upstream {
  /** Its origin, such as `http://127.0.0.1:8080`. */
  readonly address: string;
  readonly handle: Handler;
}

export interface ServiceParts {
  readonly world: World;
  readonly settings: World["settings"];
  /** Read anew at each request: the plan may grow. */
  readonly faults: Pick<LivePlan, "windows" | "clearedSignal" | "tally">;
  /** The client of requests that no known call has caused. */
  readonly client?: string;
  /** The process of an application instance, by the name of the first instance in it; default: its own. */
  readonly processOf?: ((client: string | undefined) => string | undefined) | undefined;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly startedAt: number;
  /** Whether clients are pages in a browser; default: no. */
  readonly inBrowser?: boolean | undefined;
  /** The data that a protected API answers to a valid token, by address. */
  readonly dataAt?: (url: string) => object | undefined;
  /** The clients are other programs: their loops take time by themselves. Default: they are of this process or its pages. */
  readonly foreign?: ForeignClients | undefined;
  /** Where the service keeps what it has issued and what was changed; default: nowhere, and nothing yet. */
  readonly state?: StateStore | undefined;
  /** Who answers what no fault takes; default: the simulated service and its APIs. */
  readonly upstream?: Upstream | undefined;
}

/** What a journal must not have. */
function secretsOf({ tenants }: World): readonly string[] {
  return tenants.flatMap(({ apps, users }) => [
    ...apps.flatMap((app) => app.secrets.map(({ value }) => value)),
    ...users.map(({ password }) => password),
  ]);
}

/** Recorder, front door, primary and protected APIs, one inside the other; beside them the machines. */
export function createSimulatedService(parts: ServiceParts) {
  const { world, settings, clock, random, startedAt, state = createMemoryStore() } = parts;
  checkHosts(world);
  const plan = parts.faults.windows;
  const directory = createDirectory(world, clock, state);
  const ofEsts = { clock, random: random.fork("ests"), state };
  const grants = createEstsGrants(ofEsts);
  const subjectOf = createSubjectOf({ directory, grants });
  const faults = faultOptions(parts, subjectOf);
  const withFaults = (sites: readonly FaultSite[], service: Service): Service =>
    createFaultLayer({ ...faults, sites })(service);

  const recorder: Recorder = createRecorder({
    ...recordingOf(parts),
    subjectOf: (request, described) => factsOf(subjectOf(request, described)),
    annotate: (request, { endpoint }) => machines.notesOf(request) ?? notesOf(request, endpoint),
  });

  for (const secret of secretsOf(world)) recorder.redactor.learn(secret);
  const asking = (): string | undefined => recorder.cause()?.client;
  const { processOf = (client) => client } = parts;
  const ests = createEsts({ ...ofEsts, directory, settings, grants });
  const api = createApi(parts, directory, () => frontDoor);
  const machines = createMachines({
    directory,
    clock,
    random,
    settings,
    asking,
    primary: (request) => primary.handle(request),
  });
  const { regional } = machines;
  const healthy = withFaults(
    ["primary"],
    serviceOf(
      parts.upstream?.handle ??
        ((request) => (isRegionalRequest(request) ? regional.handle : ests)(request)),
    ),
  );
  const primary =
    settings.backup === "off"
      ? healthy
      : createFailover({
          primary: healthy,
          backup: createBackup({
            directory,
            clock,
            random: random.fork("backup"),
            state,
            settings,
            edition: settings.backup,
            primaryWellAtMs: () => startedAt + lastHealthyMs(plan, clock.now() - startedAt),
            managedIdentities: { isAsking: isRegionalRequest, issue: regional.answer },
          }),
          isDirect: ({ url }) => new URL(url).hostname === settings.backupHost,
          aroundBackup: (service) => withFaults(["backup"], service),
        });
  const behindPages = besideSecondFactor(primary, withFaults(["second-factor"], primary));
  const resources = withFaults(
    ["resource"],
    serviceOf(parts.upstream?.handle ?? presenting(api, recorder)),
  );
  const resourcesRefuse = (): boolean =>
    plan.some(({ at, effect }) => at === "resource" && isConnectionEffect(effect));
  const frontDoor: Service = withFaults(
    ["device", "edge", "dns"],
    route({ primary: behindPages, resources, resourcesRefuse }),
  );
  const network = besideMachines(frontDoor, withFaults(["machine"], machines.service));
  const paced = (): Service =>
    slowRequestLoops(network, {
      clock,
      asking: () => processOf(asking()),
      userOf: (request, described) => subjectOf(request, described).account?.user.id,
      inBrowser: parts.inBrowser === true,
    });
  const service = recorder.watch(parts.foreign === undefined ? paced() : network);
  return { service, recorder, directory, machines };
}

function createApi(
  { clock, dataAt }: ServiceParts,
  directory: Directory,
  network: () => Service,
): Handler {
  return createProtectedApi({
    directory,
    clock,
    keysUrl: "https://login.microsoftonline.com/common/discovery/v2.0/keys",
    ...(dataAt === undefined ? {} : { dataAt }),
    // An API fetches keys over the same network, but it is not the client under test.
    fetchKeys: async (request) => {
      await network().connect(request);
      return network().handle(request);
    },
  });
}

/** What the layers of all sites have in common. */
function faultOptions(
  { world, settings, faults, clock, random, startedAt }: ServiceParts,
  subjectOf: SubjectOf,
): Omit<FaultLayerOptions, "sites"> {
  return {
    plan: faults.windows,
    clearedSignal: faults.clearedSignal,
    onMatched: faults.tally.matched,
    onTaken: faults.tally.taken,
    clock,
    random: random.fork("faults"),
    startedAt,
    aliasesOf: createAliases(world),
    subjectOf: (request, described) => namesOf(subjectOf(request, described)),
    errorSeparator: settings.errorSeparator,
    retryAfterExposed: settings.retryAfterExposed,
  };
}

/** The front door of Entra, and the endpoints of machines, which do not go through it. */
function besideMachines(frontDoor: Service, machine: Service): Service {
  const inReach = (request: Request): Service =>
    isMachineAddress(new URL(request.url)) ? machine : frontDoor;
  return {
    connect: (attempt) => inReach(attempt).connect(attempt),
    handle: (request) => inReach(request).handle(request),
  };
}

/** The primary, and in front of it the service that second factors are confirmed at. The backup has none (`docs/sources.md#d2`). */
function besideSecondFactor(primary: Service, secondFactor: Service): Service {
  return {
    connect: (attempt) => primary.connect(attempt),
    handle: (request) =>
      (isSecondFactorPath(new URL(request.url).pathname) ? secondFactor : primary).handle(request),
  };
}

/** What a history says of whom a request is for. */
function factsOf({ tenant, account }: ReturnType<SubjectOf>): KnownSubject {
  return {
    ...(tenant === undefined ? {} : { tenant: tenant.id }),
    ...(account === undefined ? {} : { user: homeAccountIdOf(account) }),
  };
}

/** How the requests of these clients are recorded. */
function recordingOf({ clock, inBrowser, client, foreign }: ServiceParts) {
  return {
    clock,
    // A browser reckons with its own time how old an answer is that it has cached.
    datesAnswers: inBrowser !== true,
    ...(client === undefined ? {} : { otherwise: { client } }),
    foreign,
  };
}

/** What a slice of a fault may call whom a request is for. */
function namesOf({ tenant, account }: ReturnType<SubjectOf>): SubjectNames {
  return {
    ...(tenant === undefined ? {} : { tenant: tenant.id }),
    ...(account === undefined ? {} : { user: account.user.id }),
  };
}

/** The system that answered a request to Entra or an API, and the faults that affected it. */
function notesOf(request: Request, endpoint: Endpoint): ExchangeNotes {
  const site = faultSiteOf(request);
  const isApi = endpoint === "resource" || endpoint === "userinfo";
  const isEdge = site === "edge" || site === "dns" || site === "device";
  const entra = isServedByBackup(request) ? "backup" : "primary";
  return { servedBy: isEdge ? "edge" : isApi ? "resource" : entra, faults: faultsOf(request) };
}

/** Refuses an API at a host that no mount serves: no request would reach it. */
function checkHosts({ resources }: World): void {
  for (const [index, { hosts }] of resources.entries()) {
    const unserved = hosts.findIndex((host) => !isServedHost(host));
    if (unserved < 0) continue;
    throw new HarnessError(
      "bad-world",
      `the host "${hosts[unserved]}" of an API is not simulated`,
      {
        place: `world.resources[${index}].hosts[${unserved}]`,
        hint: "Give it a host under contoso.example, such as api.contoso.example; or no host, and answer by your own server or a mock of your suite.",
      },
    );
  }
}

function serviceOf(handle: Handler): Service {
  return { connect: () => Promise.resolve(), handle };
}

interface Routes {
  readonly primary: Service;
  readonly resources: Service;
  /** Whether a fault breaks connections to protected APIs. */
  readonly resourcesRefuse: () => boolean;
}

function route({ primary, resources, resourcesRefuse }: Routes): Service {
  const targetOf = async (request: Request): Promise<Service> => {
    const { endpoint } = await describeRequest(request);
    return endpoint === "resource" || endpoint === "userinfo" ? resources : primary;
  };
  return {
    // Only protected APIs can refuse a connection behind the front door.
    connect: async (attempt) => {
      if (resourcesRefuse()) await (await targetOf(attempt)).connect(attempt);
    },
    handle: async (request) => (await targetOf(request)).handle(request),
  };
}

/** Records the verdict of a protected API on each token. */
function presenting(api: Handler, recorder: Recorder): Handler {
  return async (request) => {
    const response = await api(request);
    const verdict = tokenVerdictOf(response);
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

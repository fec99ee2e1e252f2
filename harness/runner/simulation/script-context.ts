/**
 * The context that a script is called with: the clock, the world, and applications around the
 * client under test. All its actions are recorded.
 */
import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openApplication, type OperationCounter } from "../../clients/application.ts";
import type { ClientBrowser, ClientContext, ClientUnderTest } from "../../clients/client.ts";
import type { VirtualClock } from "../../core/time/virtual-clock.ts";
import type { LivePlan } from "../../faults/live-plan.ts";
import { createCacheStore } from "./cache-store.ts";
import { ownCacheStore } from "./own-cache-store.ts";
import { createStoreAccess } from "./store-access.ts";
import type { Directory } from "../../entra/directory/directory.ts";
import type { AppRegistration, Tenant } from "../../entra/directory/world.ts";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import type { PromptShown } from "../../history/event.ts";
import type { Recorder } from "../../history/recorder.ts";
import { createRequest } from "../../core/http/message.ts";
import type { Mounted } from "../../network/mount.ts";
import type { Random } from "../../core/random.ts";
import type { ApiAnswer, Application } from "../../clients/application.ts";
import type { OpenApplication, ScriptContext } from "../scenario.ts";
import {
  checkLength,
  checkMachine,
  checkNote,
  checkOpen,
  checkOperate,
  checkRequest,
} from "./check-script.ts";
import type { Machines } from "./machines.ts";
import type { ProgramCauses } from "./program-causes.ts";
import { programOf } from "./client-program.ts";
import type { Attribution } from "./attribution.ts";
import type { BrowserContexts } from "../browser-contexts/contexts-state.ts";
import { tokenResultIn } from "./call-result.ts";
import { recordOperation } from "./operate.ts";
import { createWorldControls } from "./recorded-world-controls.ts";

export interface ScriptParts {
  readonly client: ClientUnderTest;
  readonly clock: VirtualClock;
  readonly startedAt: number;
  readonly random: Random;
  readonly directory: Directory;
  readonly recorder: Recorder;
  readonly operations: OperationCounter;
  readonly mounted: Mounted;
  readonly machines: Pick<Machines, "place">;
  readonly programCauses: ProgramCauses;
  readonly attribution: Attribution;
  readonly faults: Pick<LivePlan, "windows" | "tally">;
  /** Of each application that is opened in the process of an earlier one, the name of that one. */
  readonly sharedProcesses: Map<string, string>;
  /** Absent where clients are not pages. */
  readonly browsers?: BrowserContexts;
  /** Whether the user's own code is under test: calls of all names are then one client's. */
  readonly isOwnCode?: boolean;
}

const PUBLIC_CLOUD = "login.microsoftonline.com";

/** Creates the context of one run. */
export function createScriptContext(parts: ScriptParts): ScriptContext {
  const { clock, startedAt, random, directory, recorder, operations } = parts;
  const world = createWorldControls(directory, recorder);
  const names = new Map<string, number>();
  const firstIn = new Map<string, string>();
  const cookiesOf = createBrowsers();

  const open = async (wanted: OpenApplication): Promise<Application> => {
    checkOpen(wanted);
    const tenant = world.tenant(wanted.tenant);
    const app = inBrowser(parts, world.app(wanted.app, wanted.tenant), tenant);
    const number = (names.get(app.name) ?? 0) + 1;
    names.set(app.name, number);
    const name = `${app.name}-${number}`;
    checkMachine(wanted, app, parts.client);
    if (parts.client.inBrowser !== true) {
      const { machine = "", process = "" } = wanted;
      const place = [app.clientId, tenant.id, machine, process].join(" · ");
      const first = firstIn.get(place);
      if (first === undefined) firstIn.set(place, name);
      else parts.sharedProcesses.set(name, first);
    }
    if (wanted.machine !== undefined) parts.machines.place(name, app, wanted.machine);
    const credential = wanted.credential ?? credentialOf(app);
    return openApplication({
      name,
      client: parts.client,
      options: {
        app,
        tenant,
        ...(credential === undefined ? {} : { credential }),
        cache: wanted.cache ?? (parts.client.inBrowser === true ? "session" : "memory"),
        ...(wanted.capabilities === undefined ? {} : { capabilities: wanted.capabilities }),
        ...(wanted.identifiedBy === undefined ? {} : { identifiedBy: wanted.identifiedBy }),
      },
      context: createClientContext(parts, {
        name,
        tenant,
        cookiesOf,
        host: wanted.host ?? PUBLIC_CLOUD,
        browser: browserFor(parts, wanted, { name, app }),
      }),
      recorder,
      clock,
      operations,
      check: (request) => {
        checkRequest(request, name);
        checkLength(recorder.events);
      },
      callApi: (accessToken, resource) => callApi(parts, accessToken, resource),
    });
  };

  const operate: ScriptContext["operate"] = async (name, call, options = {}) => {
    checkOperate(name, call, options);
    checkLength(recorder.events);
    const own = { recorder, operations, client: parts.client };
    const client = parts.isOwnCode === true ? parts.client.name : name;
    return recordOperation(own, { client, name, call, resultOf: tokenResultIn, options });
  };

  return {
    clock: {
      now: () => clock.now(),
      sleep: (ms, signal) => clock.sleep(ms, signal),
      elapsed: () => clock.now() - startedAt,
      until: async (ms) => {
        const waitMs = startedAt + ms - clock.now();
        if (waitMs > 0) await clock.sleep(waitMs);
      },
    },
    random: random.fork("script"),
    world,
    open,
    operate,
    note: (text) => {
      checkNote(text);
      recorder.emit({ kind: "noted", text });
    },
    cacheStore: cacheStoreOf(parts),
  };
}

/** Puts the stores of the user's own code under the faults of the run. */
function cacheStoreOf(parts: ScriptParts): ScriptContext["cacheStore"] {
  const { client, faults, clock, startedAt, random, recorder } = parts;
  const access = createStoreAccess({
    client: client.name,
    faults,
    clock,
    startedAt,
    random: random.fork("own cache store"),
    recorder,
  });
  return (store, options) => ownCacheStore(store, access, options);
}

/** One cookie jar for each person in a run, for all applications: that is what single sign-on means. */
function createBrowsers(): ClientContext["cookiesOf"] {
  const browsers = new Map<string, Map<string, string>>();
  return (user = "") => {
    const known = browsers.get(user);
    if (known !== undefined) return known;
    const cookies = new Map<string, string>();
    browsers.set(user, cookies);
    return cookies;
  };
}

function createClientContext(
  parts: ScriptParts,
  {
    name,
    tenant,
    host,
    cookiesOf,
    browser,
  }: {
    readonly name: string;
    readonly tenant: Tenant;
    readonly host: string;
    readonly browser: ClientBrowser | undefined;
  } & Pick<ClientContext, "cookiesOf">,
): ClientContext {
  const { clock, random, directory, recorder, mounted } = parts;
  const storage = new Map<string, string>();
  return {
    world: directory.world,
    clock,
    random: random.fork(`client ${name}`),
    authorityHost: `https://${host}`,
    ...(mounted.reachesProcess ? {} : { transport: mounted.fetch }),
    ...(browser === undefined ? {} : { browser }),
    ...programOf(parts, name),
    browse: mounted.fetch,
    cookiesOf,
    prompted: ({ user, app, prompt }) => {
      const operation = recorder.cause()?.operation;
      const person = user === undefined ? undefined : directory.user(tenant, user);
      recorder.emit({
        kind: "prompt-shown",
        client: name,
        ...(operation === undefined ? {} : { operation }),
        ...(person === undefined
          ? {}
          : { user: `${person.homeId ?? person.id}.${person.homeTenant ?? tenant.id}` }),
        ...(app === undefined ? {} : { app }),
        prompt: prompt as PromptShown["prompt"],
      });
    },
    certificateOf,
    storage,
    cacheStore: createCacheStore({
      client: name,
      storage,
      faults: parts.faults,
      clock,
      startedAt: parts.startedAt,
      random: random.fork(`store of ${name}`),
      recorder,
    }),
  };
}

/** The browser context of a client that is a page. */
function browserFor(
  { client, browsers, attribution }: ScriptParts,
  { browser = "default" }: OpenApplication,
  { name, app }: { readonly name: string; readonly app: AppRegistration },
): ClientBrowser | undefined {
  if (client.inBrowser !== true) return undefined;
  if (browsers === undefined) {
    throw new HarnessError("bad-usage", `${client.name} needs a mount with a browser`, {
      place: client.name,
      hint: "Use --mount proxy or --mount route.",
    });
  }
  attribution.own(app.clientId, name);
  return browsers.of(browser, name);
}

/**
 * The app to open. For a client that is a page, the tenant's single-page application replaces a
 * web or native app, and the history notes it.
 */
function inBrowser(
  { client, recorder }: ScriptParts,
  app: AppRegistration,
  { apps }: Tenant,
): AppRegistration {
  if (client.inBrowser !== true || (app.kind !== "web" && app.kind !== "native")) return app;
  const page = apps.find(({ kind }) => kind === "spa");
  if (page === undefined) return app;
  recorder.emit({
    kind: "noted",
    text: `${client.name} is a page: ${page.name} stands in for ${app.name}`,
  });
  return page;
}

function credentialOf(app: AppRegistration): "secret" | "certificate" | undefined {
  if (app.kind === "native" || app.kind === "spa" || app.kind === "managed-identity")
    return undefined;
  return app.secrets.length > 0 ? "secret" : "certificate";
}

async function callApi(
  parts: ScriptParts,
  accessToken: string,
  resource: string,
): Promise<ApiAnswer> {
  const url =
    resource === "userinfo"
      ? "https://graph.microsoft.com/oidc/userinfo"
      : itemsOf(parts, resource);
  const headers = { authorization: `Bearer ${accessToken}` };
  const response = await parts.mounted.fetch(createRequest(url, { headers }));
  await response.text();
  const claims = challengeOf(response.headers.get("www-authenticate") ?? "");
  return { status: response.status, ...(claims === undefined ? {} : { claims }) };
}

/** An address at a protected API of the world; `unknown-name` when there is none of that name. */
function itemsOf({ directory }: ScriptParts, resource: string): string {
  const { resources } = directory.world;
  const found = resources.find(
    ({ name, identifierUri }) => name === resource || identifierUri === resource,
  );
  const [host] = found?.hosts ?? [];
  if (host === undefined) {
    const known = [...resources.map(({ name }) => name), "userinfo"];
    throw new HarnessError("unknown-name", `there is no resource "${resource}" in this world`, {
      place: resource,
      hint: suggestNames(resource, known, `There are ${known.join(", ")}.`),
    });
  }
  return `https://${host}/v1.0/items`;
}

function challengeOf(header: string): string | undefined {
  const [, encoded] = /\bclaims="([^"]+)"/i.exec(header) ?? [];
  return encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString("utf8");
}

/** The client certificate of an app of the fixture worlds, from `fixtures/keys`. */
function certificateOf(app: string): ReturnType<ClientContext["certificateOf"]> {
  const file = (suffix: string): string =>
    fileURLToPath(new URL(`../../../fixtures/keys/${app}.${suffix}.pem`, import.meta.url));
  if (!existsSync(file("cert"))) {
    throw new HarnessError("bad-scenario", `the app ${app} has no fixture certificate`, {
      place: app,
      hint: 'Open it with credential: "secret", or use the app cert-daemon.',
    });
  }
  const { fingerprint256, fingerprint } = new X509Certificate(readFileSync(file("cert")));
  return {
    thumbprintSha256: fingerprint256.replaceAll(":", "").toLowerCase(),
    thumbprint: fingerprint.replaceAll(":", "").toLowerCase(),
    privateKeyFile: file("key"),
  };
}

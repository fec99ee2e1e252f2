/**
 * Finds clients under test by name, and picks the default client of a scenario. A client is one of
 * the npm packages of `client-packages.ts`, a reference client of our own (`reference/`), an
 * adapter that a scenario brings along, or the user's own app.
 */
import { HarnessError, suggestNames } from "../core/errors.ts";
import type { Flow } from "../history/event.ts";
import { packagesByClient } from "./client-packages.ts";
import type { ClientUnderTest } from "./client.ts";
import { loadPackagedDriver, packagedDrivers } from "./drivers/drivers.ts";
import { loadMsalNode } from "./msal-node/msal-node.ts";
import { type OwnApp, ownAppOf } from "./own-app.ts";
import { createBareFetch } from "./reference/bare-fetch.ts";
import { clientDefects } from "./reference/client-defects.ts";
import { createTokenValidator, validatorDefects } from "./reference/token-validator.ts";

/** What the choice of a client depends on in a scenario. */
export interface ClientChoice {
  /** The flows that the script calls. */
  readonly needs: readonly Flow[];
  /** The clients that the scenario names, or brings along as adapters. */
  readonly clients?: readonly (ClientUnderTest | string)[];
  /** The user's own app that the scenario is about. */
  readonly app?: OwnApp;
  /** Clients that cannot meet its faults, by name without version. */
  readonly notApplicableTo?: readonly { readonly client: string; readonly why: string }[];
}

/** The good reference client and the faulty ones, by name. */
const referenceClients: ReadonlyMap<string, () => ClientUnderTest> = new Map([
  ["bare-fetch", () => createBareFetch()],
  ...clientDefects.map(
    (defect) => [`bare-fetch-${defect}`, () => createBareFetch(defect)] as const,
  ),
  ["bare-validator", () => createTokenValidator()],
  ...validatorDefects.map(
    (defect) => [`bare-validator-${defect}`, () => createTokenValidator(defect)] as const,
  ),
]);

/** Names that `--client` takes, apart from the adapters that a scenario brings along. */
export const clientNames: readonly string[] = [
  ...packagesByClient.keys(),
  ...packagedDrivers.keys(),
  ...referenceClients.keys(),
];

/** Clients that are npm packages, each with its name at npm. */
export const clientPackages: ReadonlyMap<string, string> = new Map(
  [...packagesByClient].map(([name, { npm }]) => [name, npm]),
);

/** Whether the client of that name is a page in a browser. */
export function isInBrowser(client: string): boolean {
  return packagesByClient.get(client)?.inBrowser === true;
}

/** The flows that a scenario needs and a client does not know. */
export function flowsUnknownTo(
  client: Pick<ClientUnderTest, "flows">,
  scenario: Pick<ClientChoice, "needs">,
): readonly Flow[] {
  return scenario.needs.filter((flow) => !client.flows.includes(flow));
}

/** Whether a client supports every flow that a scenario needs. */
export function supportsAllFlows(
  client: Pick<ClientUnderTest, "flows">,
  scenario: Pick<ClientChoice, "needs">,
): boolean {
  return flowsUnknownTo(client, scenario).length === 0;
}

/** Why a scenario says nothing about a client: its faults cannot meet it. Undefined when they can. */
export function whyNotApplicable(
  { name }: Pick<ClientUnderTest, "name">,
  { notApplicableTo = [] }: Pick<ClientChoice, "notApplicableTo">,
): string | undefined {
  return notApplicableTo.find(({ client }) => client === name)?.why;
}

/** The names of the clients that a scenario is run with when `--client` names none. */
export function defaultClientNames(scenario: ClientChoice): readonly string[] {
  const { clients = [] } = scenario;
  if (clients.length > 0)
    return clients.map((client) => (typeof client === "string" ? client : client.name));
  return [ownAppOf(scenario)?.name ?? defaultPackageOf(scenario)];
}

/**
 * Loads the client of a run.
 *
 * Default: the first client that the scenario names or brings along, else the scenario's own app,
 * else the first npm package that supports all flows of the scenario.
 *
 * @param wanted `NAME` or `NAME@VERSION`, where `7`, `7.2` and `7.2.1` all accept 7.2.1;
 * `undefined` for the default.
 * @param scenario The scenario of the run; of a scenario definition only `needs`, `clients` and
 * `app` count.
 * @param folder A folder with its own `node_modules` to take an npm package from; by default the
 * package installed beside Brownout.
 * @throws HarnessError `unknown-client`, with the nearest names; `client-not-installed` when the
 * package is missing or has another version; `client-not-supported` when its version has another
 * interface.
 * @example
 * const scenario = await loadScenario("token-throttled");
 * const client = await loadClient("msal-node", scenario);
 * const outcome = await runScenario(scenario, { client, mount: "direct", seed: "1" });
 */
export async function loadClient(
  wanted: string | undefined,
  scenario: ClientChoice,
  folder?: string,
): Promise<ClientUnderTest> {
  if (wanted === undefined) return loadDefault(scenario);
  const { name, version } = parseClientName(wanted);
  const client = await loadNamed(name, scenario, folder);
  if (version !== undefined && !isVersion(client.version, version)) {
    const npm = clientPackages.get(name) ?? name;
    throw new HarnessError(
      "client-not-installed",
      `${name} ${version} is not installed here; ${client.version} is`,
      { hint: `Run: npm install ${npm}@${version}` },
    );
  }
  return client;
}

/** The parts of `NAME` or `NAME@VERSION`. */
export function parseClientName(wanted: string): {
  readonly name: string;
  readonly version: string | undefined;
} {
  const at = wanted.lastIndexOf("@");
  return at > 0
    ? { name: wanted.slice(0, at), version: wanted.slice(at + 1) }
    : { name: wanted, version: undefined };
}

async function loadDefault(scenario: ClientChoice): Promise<ClientUnderTest> {
  const [first] = scenario.clients ?? [];
  if (typeof first === "string") return loadClient(first, scenario);
  if (first !== undefined) return first;
  const app = ownAppOf(scenario);
  return app === undefined
    ? loadNamed(defaultPackageOf(scenario), scenario, undefined)
    : clientNamedAfter(app);
}

async function loadNamed(
  name: string,
  scenario: ClientChoice,
  folder: string | undefined,
): Promise<ClientUnderTest> {
  const adapters = (scenario.clients ?? []).filter((client) => typeof client !== "string");
  const adapter = adapters.find((client) => client.name === name);
  if (adapter !== undefined) return adapter;
  const app = ownAppOf(scenario);
  if (app?.name === name) return clientNamedAfter(app);
  const driver = packagedDrivers.get(name);
  if (driver !== undefined) return loadPackagedDriver(name, driver);
  const client = (await packagesByClient.get(name)?.load(folder)) ?? referenceClients.get(name)?.();
  if (client !== undefined) return client;
  const names = [...clientNames, ...adapters.map((candidate) => candidate.name)];
  throw new HarnessError("unknown-client", `there is no client "${name}"`, {
    hint: suggestNames(name, names, `Known clients: ${names.join(", ")}.`),
  });
}

/** The first package that supports every flow of a scenario; msal-node when none does. */
function defaultPackageOf(scenario: ClientChoice): string {
  const found = [...packagesByClient].find(([, candidate]) =>
    supportsAllFlows(candidate, scenario),
  );
  return found?.[0] ?? "msal-node";
}

/** The client of the user's own app: applications that its script opens use msal-node, under the app's name. */
async function clientNamedAfter({ name, version = "0" }: OwnApp): Promise<ClientUnderTest> {
  return { ...(await loadMsalNode()), name, version };
}

/** Whether `7`, `7.2` or `7.2.1` names the installed version, such as 7.2.1. */
function isVersion(installed: string, wanted: string): boolean {
  return installed === wanted || installed.startsWith(`${wanted}.`);
}

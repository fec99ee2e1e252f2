/** Finds clients under test by name, and picks the one that suits a scenario. */
import { azureIdentityFlows, loadAzureIdentity } from "./azure-identity.ts";
import { createBareFetch, vices } from "./reference/bare-fetch.ts";
import type { ClientUnderTest } from "./client.ts";
import { loadMsal1, msal1Flows } from "./pages/msal-1.ts";
import { loadMsalBrowser, msalBrowserFlows } from "./pages/msal-browser.ts";
import { loadMsalNode, msalNodeFlows } from "./msal-node/msal-node.ts";
import { loadNodeSaml, nodeSamlFlows } from "./saml/node-saml.ts";
import { loadOpenidClient, openidClientFlows } from "./openid-client.ts";
import { HarnessError, suggestNames } from "../core/errors.ts";
import type { Flow } from "../history/event.ts";
import { type OwnApp, ownAppOf } from "./own-app.ts";

/** What the choice of a client needs to know of a scenario. */
export interface ClientChoice {
  readonly needs: readonly Flow[];
  readonly clients?: readonly (ClientUnderTest | string)[];
  readonly app?: OwnApp;
}

interface Package {
  /** As npm knows it. */
  readonly npm: string;
  readonly flows: readonly Flow[];
  /** As in `ClientUnderTest`. */
  readonly inBrowser?: true;
  /** From a folder with a version of its own, or from beside Brownout. */
  readonly load: (folder?: string) => Promise<ClientUnderTest>;
}

/** Packages as their makers publish them. Unless one is named, the first runs that knows a scenario's flows. */
const packages: Readonly<Record<string, Package>> = {
  "msal-node": { npm: "@azure/msal-node", flows: msalNodeFlows, load: loadMsalNode },
  "openid-client": { npm: "openid-client", flows: openidClientFlows, load: loadOpenidClient },
  "node-saml": { npm: "@node-saml/node-saml", flows: nodeSamlFlows, load: loadNodeSaml },
  "azure-identity": {
    npm: "@azure/identity",
    flows: azureIdentityFlows,
    load: loadAzureIdentity,
  },
  "msal-browser": {
    npm: "@azure/msal-browser",
    flows: msalBrowserFlows,
    inBrowser: true,
    load: loadMsalBrowser,
  },
  msal: { npm: "msal", flows: msal1Flows, inBrowser: true, load: loadMsal1 },
};

type Loader = (folder?: string) => ClientUnderTest | Promise<ClientUnderTest>;

const loaders: Readonly<Record<string, Loader>> = {
  ...Object.fromEntries(Object.entries(packages).map(([name, { load }]) => [name, load])),
  "bare-fetch": () => createBareFetch(),
  ...Object.fromEntries(vices.map((vice) => [`bare-fetch-${vice}`, () => createBareFetch(vice)])),
};

/** Names that `--client` takes, besides those that a scenario brings itself. */
export const clientNames: readonly string[] = Object.keys(loaders);

/** Whether a client of that name is a page in a browser. */
export function isInBrowser(client: string): boolean {
  return packages[client]?.inBrowser === true;
}

/** Clients under test that are packages, each with its name at npm. */
export const clientPackages: ReadonlyMap<string, string> = new Map(
  Object.entries(packages).map(([name, { npm }]) => [name, npm]),
);

/** The names of the clients with which a scenario is run unless one is named. */
export function usualClients(scenario: ClientChoice): readonly string[] {
  const { clients = [] } = scenario;
  if (clients.length > 0)
    return clients.map((client) => (typeof client === "string" ? client : client.name));
  const first = Object.entries(packages).find(([, candidate]) => suits(candidate, scenario));
  return [ownAppOf(scenario)?.name ?? first?.[0] ?? "msal-node"];
}

/** The client for a run: `NAME`, `NAME@VERSION`, or by default the scenario's first or its own app, else the first package that knows its flows. A package is taken from `folder` where one is given. */
export async function loadClient(
  wanted: string | undefined,
  scenario: ClientChoice,
  folder?: string,
): Promise<ClientUnderTest> {
  if (wanted === undefined) return firstOf(scenario) ?? appOf(scenario) ?? firstThatSuits(scenario);
  const { name, version } = splitVersion(wanted);
  const own = adaptersOf(scenario).find((client) => client.name === name);
  const app = ownAppOf(scenario)?.name === name ? appOf(scenario) : undefined;
  const client = own ?? (await (app ?? loaders[name]?.(folder)));
  if (client === undefined) {
    const names = [...clientNames, ...adaptersOf(scenario).map((candidate) => candidate.name)];
    throw new HarnessError("unknown-client", `there is no client "${name}"`, {
      hint: suggestNames(name, names, `Known clients: ${names.join(", ")}.`),
    });
  }
  if (version !== undefined && !isVersion(client.version, version)) {
    throw new HarnessError(
      "client-not-installed",
      `${name} ${version} is not installed here; ${client.version} is`,
      {
        hint: `Run: npm install ${clientPackages.get(name) ?? name}@${version}`,
      },
    );
  }
  return client;
}

function firstOf(scenario: ClientChoice): ClientUnderTest | Promise<ClientUnderTest> | undefined {
  const [first] = scenario.clients ?? [];
  return typeof first === "string" ? loadClient(first, scenario) : first;
}

function adaptersOf({ clients = [] }: ClientChoice): readonly ClientUnderTest[] {
  return clients.filter((client) => typeof client !== "string");
}

/** The first of the packages that knows every flow of a scenario; msal-node when none does. */
function firstThatSuits(scenario: ClientChoice): Promise<ClientUnderTest> {
  const found = Object.values(packages).find((candidate) => suits(candidate, scenario));
  return (found?.load ?? loadMsalNode)();
}

/** The scenario's own app: what the script opens besides is msal-node, under the app's name. */
async function namedAfter(app: OwnApp): Promise<ClientUnderTest> {
  return { ...(await loadMsalNode()), name: app.name, version: app.version ?? "0" };
}

function appOf(scenario: ClientChoice): Promise<ClientUnderTest> | undefined {
  const app = ownAppOf(scenario);
  return app === undefined ? undefined : namedAfter(app);
}

/** Whether a client knows every flow that a scenario needs. */
export function suits(
  client: Pick<ClientUnderTest, "flows">,
  scenario: Pick<ClientChoice, "needs">,
): boolean {
  return scenario.needs.every((flow) => client.flows.includes(flow));
}

/** The parts of `NAME` or `NAME@VERSION`. */
export function splitVersion(wanted: string): {
  readonly name: string;
  readonly version: string | undefined;
} {
  const at = wanted.lastIndexOf("@");
  return at > 0
    ? { name: wanted.slice(0, at), version: wanted.slice(at + 1) }
    : { name: wanted, version: undefined };
}

/** `7`, `7.2` and `7.2.1` all name 7.2.1. */
function isVersion(installed: string, wanted: string): boolean {
  return installed === wanted || installed.startsWith(`${wanted}.`);
}

/**
 * The npm packages that are clients under test. Unless a scenario or `--client` names a client,
 * the first package here that supports the scenario's flows is used.
 */
import type { Flow } from "../history/event.ts";
import { azureIdentityFlows, loadAzureIdentity } from "./azure-identity.ts";
import type { ClientUnderTest } from "./client.ts";
import { loadMsalNode, msalNodeFlows } from "./msal-node/msal-node.ts";
import { loadOpenidClient, openidClientFlows } from "./openid-client.ts";
import { loadMsal1, msal1Flows } from "./pages/msal-1.ts";
import { loadMsalBrowser, msalBrowserFlows } from "./pages/msal-browser.ts";
import { loadNodeSaml, nodeSamlFlows } from "./saml/node-saml.ts";

/** A package that is a client under test. */
export interface ClientPackage {
  /** Its name at npm. */
  readonly npm: string;
  readonly flows: readonly Flow[];
  /** As in `ClientUnderTest`. */
  readonly inBrowser?: true;
  /** Loads it from a folder with its own `node_modules`, else from the packages installed beside Brownout. */
  readonly load: (folder?: string) => Promise<ClientUnderTest>;
}

/** The packages, by the name that `--client` takes. */
export const packagesByClient: ReadonlyMap<string, ClientPackage> = new Map<string, ClientPackage>([
  ["msal-node", { npm: "@azure/msal-node", flows: msalNodeFlows, load: loadMsalNode }],
  ["openid-client", { npm: "openid-client", flows: openidClientFlows, load: loadOpenidClient }],
  ["node-saml", { npm: "@node-saml/node-saml", flows: nodeSamlFlows, load: loadNodeSaml }],
  [
    "azure-identity",
    { npm: "@azure/identity", flows: azureIdentityFlows, load: loadAzureIdentity },
  ],
  [
    "msal-browser",
    { npm: "@azure/msal-browser", flows: msalBrowserFlows, inBrowser: true, load: loadMsalBrowser },
  ],
  ["msal", { npm: "msal", flows: msal1Flows, inBrowser: true, load: loadMsal1 }],
]);

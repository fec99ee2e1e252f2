/**
 * Microsoft's own public clients, which every tenant has without a registration. Their ids are
 * published; they have consent for Azure's own resources and for signing in (`docs/sources.md#a7b`).
 */
import { identifiersOf } from "./identifiers.ts";
import { hashedId } from "./hashed-id.ts";
import { microsoftResources } from "./microsoft-resources.ts";
import type { AppRegistration } from "./world.ts";

/** Clients of programs that developers use: Azure CLI, Azure PowerShell, Visual Studio Code. */
export const microsoftClients: readonly AppRegistration[] = [
  client("azure-cli", "04b07795-8ddb-461a-bbee-02f9e1bf7b46"),
  client("azure-powershell", "1950a258-227b-4e31-a9cf-717495945fc2"),
  client("visual-studio-code", "aebc6443-996d-45c2-90f0-388ff96faa56"),
];

function client(name: string, clientId: string): AppRegistration {
  return {
    name,
    clientId,
    servicePrincipalId: hashedId(`service principal ${clientId}`),
    kind: "native",
    multiTenant: true,
    firstParty: true,
    redirectUris: [
      { type: "native", uri: "http://localhost" },
      { type: "native", uri: "http://localhost/redirect" },
      { type: "native", uri: "https://login.microsoftonline.com/common/oauth2/nativeclient" },
    ],
    secrets: [],
    certificates: [],
    delegated: [
      "https://graph.microsoft.com/User.Read",
      ...microsoftResources.flatMap((resource) =>
        identifiersOf(resource)
          .slice(0, 1)
          .map((identifier) => `${identifier}/user_impersonation`),
      ),
    ],
    appRoles: {},
  };
}

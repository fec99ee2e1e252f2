/** A world in which every recorded request can be made: Contoso, with the apps and resources of the recordings. */
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import type { AppRegistration, World } from "../../../harness/entra/directory/world.ts";

export const AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
export const VISUAL_STUDIO_CODE = "aebc6443-996d-45c2-90f0-388ff96faa56";

/** The world; the regional service serves every app of it. */
export function recordingWorld(): World {
  const azure = [
    "https://management.core.windows.net/",
    "https://management.azure.com/",
    "https://vault.azure.net",
    "https://outlook.office365.com",
  ].map((identifier) => `${identifier}/user_impersonation`);
  const [first, ...others] = contoso.tenants;
  if (first === undefined) throw new Error("contoso has no tenant");
  const apps = first.apps.map((app) => ({
    ...app,
    ...(app.name === "desk-app" ? { multiTenant: true as const } : {}),
    delegated: [...app.delegated, ...azure, "https://outlook.office365.com/Mail.Read"],
    ...(app.name === "nightly-daemon"
      ? {
          certificates: named(first.apps, "cert-daemon").certificates,
          secrets: [...app.secrets, { value: "expired", expiresAt: Date.UTC(2020, 0, 1) }],
        }
      : {}),
  }));
  const native = named(apps, "desk-app");
  const firstParty = (name: string, clientId: string): AppRegistration => ({
    ...native,
    name,
    clientId,
    servicePrincipalId: clientId.replace(/^../, "ff"),
    firstParty: true,
    delegated: [...native.delegated, "https://graph.microsoft.com/User.ReadWrite.All"],
  });
  const ownApps = [
    ...apps,
    firstParty("azure-cli", AZURE_CLI),
    firstParty("visual-studio-code", VISUAL_STUDIO_CODE),
    {
      ...named(apps, "nightly-daemon"),
      name: "workload",
      clientId: "33333333-cccc-4ccc-8ccc-000000000902",
      servicePrincipalId: "44444444-dddd-4ddd-8ddd-000000000902",
      secrets: [],
      federatedCredentials: [
        { issuer: "https://oidc.contoso.example", subject: "system:serviceaccount:shop:orders" },
      ],
    },
  ];
  const resources = contoso.resources.map((one) =>
    one.name === "graph" ? { ...one, scopes: [...one.scopes, "User.ReadWrite.All"] } : one,
  );
  const settings = { ...contoso.settings, regionalTokenEndpoints: "everyone" as const };
  const older = ["https://graph.windows.net/", "https://outlook.office365.com"].map(
    (uri, index) => ({
      ...named(contoso.resources, "graph"),
      name: `older-${index}`,
      identifierUri: uri,
      appId: `0000000${index + 2}-0000-0000-c000-000000000000`,
      hosts: [],
      scopes: ["Mail.Read", "user_impersonation"],
    }),
  );
  return {
    ...contoso,
    settings,
    resources: [...resources, ...older],
    tenants: [{ ...first, apps: ownApps }, ...others],
  };
}

export function named<T extends { readonly name: string }>(all: readonly T[], name: string): T {
  const found = all.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no ${name} in the world`);
  return found;
}

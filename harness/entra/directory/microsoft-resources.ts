/**
 * Azure's own resources, which every tenant has without a registration: a world need not list
 * them. Ids and identifiers are published (`docs/sources.md#a7b`); all of them take v1 tokens.
 */
import type { ProtectedResource } from "./world.ts";

/** Azure's own resources; Microsoft Graph is a resource of each world, since its permissions differ. */
export const microsoftResources: readonly ProtectedResource[] = [
  resource(
    "azure-resource-manager",
    "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    ["https://management.azure.com/", "https://management.core.windows.net/"],
    "evaluated",
  ),
  resource("key-vault", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093", [
    "https://vault.azure.net",
    "https://managedhsm.azure.net",
  ]),
  resource("storage", "e406a681-f3d4-42a8-90b6-c2b029497af1", ["https://storage.azure.com/"]),
  resource("sql-database", "022907d3-0f1b-48f7-badc-1ba6abab6d66", [
    "https://database.windows.net/",
  ]),
  resource("open-source-databases", "123cd850-d9df-40bd-94d5-c9f07b7fa203", [
    "https://ossrdbms-aad.database.windows.net",
  ]),
  resource("cosmos-db", "a232010e-820c-4083-83bb-3ace5fc29d0b", ["https://cosmos.azure.com"]),
  resource("redis", "acca5fbb-b7e4-4009-81f1-37e38fd66d78", ["https://redis.azure.com"]),
  resource("service-bus", "80a10ef9-8168-493d-abf9-3297c4ef6e3c", [
    "https://servicebus.azure.net/",
  ]),
  resource("event-hubs", "80369ed6-5f11-4dd9-bef3-692475845e77", ["https://eventhubs.azure.net/"]),
  resource("app-configuration", "35ffadb3-7fc1-497e-b61b-381d28e744cc", ["https://azconfig.io"]),
  resource("log-analytics", "ca7f3f0b-7d91-482c-8e09-c5d840d0eac5", [
    "https://api.loganalytics.io",
  ]),
  resource("cognitive-services", "7d312290-28c8-473c-a0ed-8e53749b6d6d", [
    "https://cognitiveservices.azure.com",
  ]),
  resource("devops", "499b84ac-1321-427f-aa17-267ca6975798", [
    "https://app.vssps.visualstudio.com",
  ]),
];

function resource(
  name: string,
  appId: string,
  [identifierUri = "", ...otherIdentifierUris]: readonly string[],
  access: "evaluated" | "until expiry" = "until expiry",
): ProtectedResource {
  return {
    name,
    identifierUri,
    ...(otherIdentifierUris.length === 0 ? {} : { otherIdentifierUris }),
    appId,
    tokenVersion: "1.0",
    hosts: [],
    scopes: ["user_impersonation"],
    cae: access === "evaluated",
  };
}

/**
 * Managed identities with the real `@azure/msal-node`. The module, and not the instance, holds its
 * cache, the source that it found and its first network client, so each application gets a fresh
 * copy of the module.
 */
import type { ClientContext, ClientInstance, OpenOptions } from "../client.ts";
import { loadFresh } from "../fresh-package.ts";
import type { MsalNode } from "./msal-node-types.ts";
import { networkClientOver } from "./msal-node-network.ts";

/** Opens an application with the managed identity of its machine, which the environment variables describe. */
export function openManagedIdentity(
  options: OpenOptions,
  context: ClientContext,
  folder?: string,
): ClientInstance {
  const msal = loadFresh<MsalNode>("@azure/msal-node", { folder });
  const { capabilities } = options;
  const application = new msal.ManagedIdentityApplication({
    ...identityOf(options),
    ...(capabilities === undefined ? {} : { clientCapabilities: [...capabilities] }),
    ...(context.transport === undefined
      ? {}
      : { system: { networkClient: networkClientOver(msal, context.transport) } }),
  });
  return {
    async acquire({ scopes, forceRefresh, claims }) {
      const result = await application.acquireToken({
        resource: scopes[0] ?? "",
        ...(forceRefresh === undefined ? {} : { forceRefresh }),
        ...(claims === undefined ? {} : { claims }),
      });
      return {
        accessToken: result.accessToken,
        fromCache: result.fromCache,
        ...(result.expiresOn === null ? {} : { expiresAt: result.expiresOn.getTime() }),
      };
    },
  };
}

/** The id of a user-assigned identity; a system-assigned one needs none. */
function identityOf({ app, identifiedBy = "clientId" }: OpenOptions) {
  if (app.managedIdentity?.assigned !== "user") return {};
  switch (identifiedBy) {
    case "clientId":
      return { managedIdentityIdParams: { userAssignedClientId: app.clientId } };
    case "objectId":
      return { managedIdentityIdParams: { userAssignedObjectId: app.servicePrincipalId } };
    case "resourceId":
      return {
        managedIdentityIdParams: { userAssignedResourceId: app.managedIdentity.resourceId },
      };
  }
}

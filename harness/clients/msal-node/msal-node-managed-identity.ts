/**
 * Managed identities by the real `@azure/msal-node`. Its cache, the source that it found and its
 * first network client belong to the module and not to an instance, so each application gets a
 * module of its own.
 */
import type { ClientContext, ClientInstance, OpenOptions } from "../client.ts";
import { loadFresh } from "../fresh-package.ts";
import type { MsalNode } from "./msal-node.ts";
import { networkClientOver } from "./msal-node-configuration.ts";

/** An application on a machine, with its identity; the environment of the process says where. */
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

/** The system's own identity has no name. */
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

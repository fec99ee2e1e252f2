/**
 * How an application configures `@azure/msal-node`: credential, authority, cache plugin,
 * and, through the direct mount only, MSAL's own `networkClient` setting.
 */
import { readFileSync } from "node:fs";
import type { Configuration, ICachePlugin } from "@azure/msal-node";
import { type CacheStore, type ClientContext, isSaved, type OpenOptions } from "../client.ts";
import { networkClientOver } from "./msal-node-network.ts";
import type { MsalNode } from "./msal-node-types.ts";

export interface ConfigurationParts {
  readonly context: ClientContext;
  /** Whose tokens a shared cache is to bring, by home account id; undefined for the app's own. */
  readonly user: string | undefined;
}

/** The MSAL configuration of an application. */
export function configurationOf(
  msal: MsalNode,
  options: OpenOptions,
  parts: ConfigurationParts,
): Configuration {
  const { context } = parts;
  const { app, tenant, credential, capabilities } = options;
  return {
    auth: {
      clientId: app.clientId,
      authority: `${context.authorityHost}/${tenant.id}`,
      ...(capabilities === undefined ? {} : { clientCapabilities: [...capabilities] }),
      ...(credential === "secret" ? { clientSecret: app.secrets[0]?.value ?? "" } : {}),
      ...(credential === "certificate"
        ? { clientCertificate: certificateOf(msal, context, app.name) }
        : {}),
    },
    ...(isSaved(options.cache) ? { cache: { cachePlugin: pluginOf(msal, options, parts) } } : {}),
    ...(context.transport === undefined
      ? {}
      : { system: { networkClient: networkClientOver(msal, context.transport) } }),
  };
}

/** The certificate with its SHA-256 thumbprint, or with the SHA-1 for versions that support no other. */
function certificateOf(
  { ClientAssertion }: Pick<MsalNode, "ClientAssertion">,
  context: ClientContext,
  app: string,
): { thumbprintSha256?: string; thumbprint?: string; privateKey: string } {
  const { thumbprintSha256, thumbprint, privateKeyFile } = context.certificateOf(app);
  const supportsSha256 = "fromCertificateWithSha256Thumbprint" in ClientAssertion;
  return {
    ...(supportsSha256 ? { thumbprintSha256 } : { thumbprint }),
    privateKey: readFileSync(privateKeyFile, "utf8"),
  };
}

/** The plugin of a saved cache. Versions without one for shared caches keep these whole, as a saved one. */
function pluginOf(
  msal: Partial<Pick<MsalNode, "DistributedCachePlugin">>,
  { cache, app }: OpenOptions,
  { context, user }: ConfigurationParts,
): ICachePlugin {
  const store = context.cacheStore;
  if (cache !== "shared" || msal.DistributedCachePlugin === undefined) return persistIn(store);
  // The client of Redis, and the partitions, that MSAL's documentation shows: one for each user.
  return new msal.DistributedCachePlugin(
    {
      get: async (key) => (await store.read(key)) ?? "",
      async set(key, value) {
        await store.write(key, value);
        return value;
      },
    },
    {
      getKey: () => Promise.resolve(user ?? app.clientId),
      extractKey: (account) => Promise.resolve(account.homeAccountId),
    },
  );
}

/** A cache plugin that saves the serialized cache in a store, as MSAL's documentation shows; what the store throws, MSAL gets. */
function persistIn(store: CacheStore): ICachePlugin {
  return {
    async beforeCacheAccess(cacheContext) {
      const saved = await store.read("msal-cache");
      if (saved !== undefined) cacheContext.tokenCache.deserialize(saved);
    },
    async afterCacheAccess(cacheContext) {
      if (cacheContext.cacheHasChanged)
        await store.write("msal-cache", cacheContext.tokenCache.serialize());
    },
  };
}

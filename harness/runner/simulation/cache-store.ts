/** The store of a client's token cache: a map, reached through the faults at `cache-store`. */
import type { CacheStore } from "../../clients/client.ts";
import { createStoreAccess, type StoreAccessParts } from "./store-access.ts";

export interface CacheStoreParts extends StoreAccessParts {
  /** Where the values are. */
  readonly storage: Map<string, string>;
}

/** Creates a store over `storage`. */
export function createCacheStore({ storage, ...parts }: CacheStoreParts): CacheStore {
  const { perform } = createStoreAccess(parts);
  return {
    read: async (key) => perform({ kind: "read", growsBy: 0 }, () => storage.get(key)),
    async write(key, value) {
      const growsBy = value.length - (storage.get(key)?.length ?? 0);
      await perform({ kind: "write", growsBy }, () => void storage.set(key, value));
    },
  };
}

/** A saved cache, which outlives its process, and a store whose failures are not the app's. */
import { machineClock, type RemedyOptions } from "./remedy-clock.ts";

/**
 * Where a cache is saved: a file, or a store such as Redis. A token cache holds secrets, so a file
 * belongs to one user and is encrypted.
 *
 * @example
 * const store: TokenStore = {
 *   read: async (key) => (await redis.get(key)) ?? undefined,
 *   write: async (key, value) => void (await redis.set(key, value)),
 * };
 */
export interface TokenStore {
  /** `undefined` when nothing was written under that key. */
  read(key: string): Promise<string | undefined>;
  write(key: string, value: string): Promise<void>;
}

/**
 * What `withSteadyStore` takes.
 *
 * @example
 * const options: SteadyStoreOptions = { waitMaxMs: 500 };
 */
export interface SteadyStoreOptions extends RemedyOptions {
  /** How long the store may take for one call, ms. Default: one second. */
  readonly waitMaxMs?: number;
}

/**
 * A store that never fails and never takes long: what it last read or wrote is kept in memory, and
 * serves when the store behind it fails or is late. What could not be written is written with the
 * next change.
 *
 * @param store The store behind it.
 * @returns A store like it, whose promises do not reject.
 * @see https://learn.microsoft.com/entra/msal/javascript/node/caching
 * @example
 * const store = withSteadyStore(redisStore, { waitMaxMs: 500 });
 * const msal = new ConfidentialClientApplication({
 *   auth,
 *   cache: { cachePlugin: msalCachePlugin(store) },
 * });
 */
export function withSteadyStore(
  store: TokenStore,
  { waitMaxMs = 1_000, clock = machineClock, onAct }: SteadyStoreOptions = {},
): TokenStore {
  const copies = new Map<string, string>();
  /** Keys of which the copy is newer than the store. */
  const unwritten = new Set<string>();

  const inTime = async <T>(work: Promise<T>): Promise<T> => {
    work.catch(() => undefined);
    const timer = new AbortController();
    const late = clock.sleep(waitMaxMs, timer.signal).then(
      () => {
        throw new Error(`the store did not answer within ${waitMaxMs} ms`);
      },
      () => new Promise<never>(() => undefined),
    );
    try {
      return await Promise.race([work, late]);
    } finally {
      timer.abort();
    }
  };

  return {
    async read(key) {
      if (unwritten.has(key)) return copies.get(key);
      try {
        const value = await inTime(store.read(key));
        if (value !== undefined && !copies.has(key))
          onAct?.("The saved cache of an earlier process, or of another one, was read.");
        if (value !== undefined) copies.set(key, value);
        return value;
      } catch {
        onAct?.("The store could not be read, and the copy in memory serves.");
        return copies.get(key);
      }
    },
    async write(key, value) {
      copies.set(key, value);
      try {
        await inTime(store.write(key, value));
        unwritten.delete(key);
      } catch {
        unwritten.add(key);
        onAct?.("The store could not be written, and the copy in memory serves.");
      }
    },
  };
}

/**
 * What `msalCachePlugin` needs of MSAL's context of a cache access.
 *
 * @example
 * const afterCacheAccess = async (context: MsalCacheContext) => save(context.tokenCache.serialize());
 */
export interface MsalCacheContext {
  readonly cacheHasChanged: boolean;
  readonly tokenCache: { serialize(): string; deserialize(text: string): void };
}

/**
 * A `cachePlugin` of MSAL Node.
 *
 * @example
 * const cachePlugin: MsalCachePlugin = msalCachePlugin(store);
 */
export interface MsalCachePlugin {
  beforeCacheAccess(context: MsalCacheContext): Promise<void>;
  afterCacheAccess(context: MsalCacheContext): Promise<void>;
}

/**
 * MSAL's `cachePlugin` over a store: tokens and refresh tokens outlive the process. What the store
 * throws, MSAL throws, so that a call fails; `withSteadyStore` prevents that.
 *
 * @param store Where the cache is saved.
 * @param key Under which name. Default: `msal-cache`.
 * @see https://learn.microsoft.com/entra/msal/javascript/node/caching
 * @example
 * const cachePlugin = msalCachePlugin(withSteadyStore(fileStore));
 * const msal = new PublicClientApplication({ auth, cache: { cachePlugin } });
 */
export function msalCachePlugin(store: TokenStore, key = "msal-cache"): MsalCachePlugin {
  return {
    async beforeCacheAccess({ tokenCache }) {
      const saved = await store.read(key);
      if (saved !== undefined) tokenCache.deserialize(saved);
    },
    async afterCacheAccess({ cacheHasChanged, tokenCache }) {
      if (cacheHasChanged) await store.write(key, tokenCache.serialize());
    },
  };
}

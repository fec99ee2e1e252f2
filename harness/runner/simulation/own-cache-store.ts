/**
 * The store in which the user's own code keeps its tokens, reached through the faults at
 * `cache-store`: a Redis client, a cache plugin of MSAL, `node:fs/promises`, a `Map`.
 */
import { HarnessError } from "../../core/errors.ts";
import type { Access, StoreAccess } from "./store-access.ts";

/**
 * Which methods of a store read and write, where their names do not say, and whether they answer
 * at once.
 *
 * @example
 * const options: CacheStoreOptions = { reads: ["fetchSession"], writes: ["keepSession"] };
 */
export interface CacheStoreOptions {
  /** Methods that read. Default: `get`, `getItem`, `read`, `readFile`, `beforeCacheAccess` and the like. */
  readonly reads?: readonly string[];
  /** Methods that write; the first argument is the key, the second the value. Default: `set`, `setItem`, `write`, `writeFile`, `afterCacheAccess` and the like. */
  readonly writes?: readonly string[];
  /** Methods that write and take no more room. Default: `delete`, `del`, `unlink`, `clear` and the like. */
  readonly removals?: readonly string[];
  /** Whether the methods return their result and no promise: faults are thrown, and nothing makes them slow. Default: yes for a `Map`. */
  readonly answersAtOnce?: boolean;
}

const READS =
  "get mget mGet hget hGet hgetall hGetAll getItem has exists read readFile load beforeCacheAccess";
const WRITES =
  "set setex setEx hset hSet mset mSet setItem put write writeFile appendFile save afterCacheAccess";
/** Methods of clients of Redis that begin commands which are sent together, and those that send them. */
const BATCHES: ReadonlySet<PropertyKey> = new Set(["multi", "MULTI", "pipeline", "batch"]);
const EXECUTIONS: ReadonlySet<PropertyKey> = new Set(
  "exec EXEC execTyped execBuffer execAsPipeline execAsPipelineTyped".split(" "),
);
const REMOVALS = "del delete hdel hDel unlink remove removeItem rm clear";

/** The store, with its faults. Throws `bad-usage` for one without a method that reads or writes. */
export function ownCacheStore<Store extends object>(
  store: Store,
  { perform, performAtOnce }: StoreAccess,
  options: CacheStoreOptions = {},
): Store {
  const kindOf = checkedMethods(store, options);
  const atOnce = options.answersAtOnce ?? (store instanceof Map || store instanceof WeakMap);
  const through = atOnce ? performAtOnce : perform;
  const roomOf = createRoom();
  const members = new Map<PropertyKey, { readonly member: unknown; readonly method: unknown }>();
  // What a chain such as `map.set(…).set(…)` goes on with.
  const own = (result: unknown): unknown => (result === store ? outside : result);
  // The store may be frozen, which binds the proxy of an object but not that of one that inherits from it.
  const outside: Store = new Proxy(Object.create(store) as Store, {
    get(_, name) {
      const member: unknown = Reflect.get(store, name, store);
      if (typeof member !== "function") return member;
      // A test may have replaced the method since.
      const known = members.get(name);
      if (known?.member === member) return known.method;
      const kind = kindOf(name);
      const method = (...values: unknown[]): unknown => {
        const call = (): unknown => Reflect.apply(member, store, values);
        if (kind === undefined && BATCHES.has(name))
          return batchOf(call(), { kindOf, roomOf, through, hasCommands: values.length > 0 });
        if (kind === undefined || isUnchanged(name, values)) return own(call());
        const room = roomOf(kind, name, values);
        return own(
          through({ kind: kind === "read" ? "read" : "write", growsBy: room.growsBy }, () => {
            room.take();
            return call();
          }),
        );
      };
      members.set(name, { member, method });
      return method;
    },
    set: (_, name, value) => Reflect.set(store, name, value, store),
  });
  return outside;
}

interface Batch {
  readonly kindOf: (name: PropertyKey) => Kind | undefined;
  readonly roomOf: ReturnType<typeof createRoom>;
  readonly through: StoreAccess["perform"];
  /** Whether it was begun with commands, which may write. */
  readonly hasCommands: boolean;
}

/** Commands of Redis that are queued and sent together: one access, which writes when one of them does. */
function batchOf(chain: unknown, { kindOf, roomOf, through, hasCommands }: Batch): unknown {
  if (typeof chain !== "object" || chain === null) return chain;
  const queued: ReturnType<typeof roomOf>[] = [];
  let kind: Access["kind"] = hasCommands ? "write" : "read";
  const outside: object = new Proxy(Object.create(chain) as object, {
    get(_, name) {
      const member: unknown = Reflect.get(chain, name, chain);
      if (typeof member !== "function") return member;
      return (...values: unknown[]): unknown => {
        const call = (): unknown => Reflect.apply(member, chain, values);
        if (!EXECUTIONS.has(name)) {
          const one = kindOf(name);
          if (one !== undefined && one !== "read") kind = "write";
          if (one !== undefined) queued.push(roomOf(one, name, values));
          const result = call();
          return result === chain ? outside : result;
        }
        const growsBy = queued.reduce((sum, room) => sum + room.growsBy, 0);
        return through({ kind, growsBy }, () => {
          for (const room of queued) room.take();
          return call();
        });
      };
    },
  });
  return outside;
}

type Kind = Access["kind"] | "removal";

function checkedMethods(
  store: object,
  { reads, writes, removals }: CacheStoreOptions,
): (name: PropertyKey) => Kind | undefined {
  const kinds = new Map<PropertyKey, Kind>();
  const add = (names: readonly string[], kind: Kind): void => {
    for (const name of names) kinds.set(name, kind);
  };
  add(reads ?? READS.split(" "), "read");
  add(writes ?? WRITES.split(" "), "write");
  add(removals ?? REMOVALS.split(" "), "removal");
  const has = (name: PropertyKey): boolean => typeof Reflect.get(store, name, store) === "function";
  const place = "cacheStore";
  for (const name of [...(reads ?? []), ...(writes ?? []), ...(removals ?? [])]) {
    if (!has(name))
      throw new HarnessError("bad-usage", `the store has no method "${name}"`, { place });
  }
  if (![...kinds.keys()].some(has)) {
    throw new HarnessError("bad-usage", "the store has no method that is known to read or write", {
      place,
      hint: 'Name its methods: cacheStore(store, { reads: ["load"], writes: ["keep"] }).',
    });
  }
  return (name) => kinds.get(name);
}

/** MSAL calls its plugin after every access, and the plugin writes only what has changed. */
function isUnchanged(name: PropertyKey, [context]: readonly unknown[]): boolean {
  if (name !== "afterCacheAccess" || typeof context !== "object" || context === null) return false;
  return "cacheHasChanged" in context && context.cacheHasChanged === false;
}

/** How much room the values of a store take, by key. */
function createRoom() {
  const rooms = new Map<unknown, number>();
  return (kind: Kind, method: PropertyKey, [first, second]: readonly unknown[]) => {
    if (kind !== "write") return { growsBy: 0, take: () => undefined };
    // A cache plugin writes its one cache.
    const [key, value] =
      method === "afterCacheAccess" ? [method, serialized(first)] : [first, second];
    const room = sizeOf(value);
    return {
      growsBy: room - (rooms.get(key) ?? 0),
      take: () => void rooms.set(key, room),
    };
  };
}

function serialized(cacheContext: unknown): unknown {
  const { tokenCache } = (cacheContext ?? {}) as { readonly tokenCache?: { serialize?(): string } };
  return tokenCache?.serialize?.();
}

/** The size of a value; what has none that is known takes one. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  try {
    return JSON.stringify(value).length;
  } catch {
    return 1;
  }
}

/** The functions by which a test controls its live simulation. */
import type { WorldControls } from "../../entra/directory/world-controls.ts";
import type { FaultPlan } from "../../faults/plan.ts";
import type { OperateOptions } from "../simulation/call-result.ts";
import type { CacheStoreOptions } from "../simulation/own-cache-store.ts";
import type { History } from "../../history/event.ts";
import type { PresetArguments, PresetName, PresetOptions } from "./outage-by-name.ts";
import type { RequestFilter, RequestSeen } from "./requests.ts";
import type { LiveClock } from "./live-clock.ts";

/** Starts an outage by its name; without one, no request gets past the gateway. */
export interface BreakByName {
  (options?: PresetOptions<"outage">): readonly string[];
  <Name extends PresetName>(name: Name, ...options: PresetArguments<Name>): readonly string[];
}

export interface LiveControls {
  readonly clock: LiveClock;
  /** People, apps and policies, and functions that change them. Every change is recorded. */
  readonly world: WorldControls;
  /** Runs code, lets time pass until it settles, and records it as one operation; settles as the code does. Give calls with the same purpose the same name. A result that stands for a failure, such as an HTTP answer 503, is recorded as one: `succeeds` decides, and has a default. Rejects `stuck` for code that nothing could ever settle. */
  readonly operate: <T>(
    name: string,
    call: () => T | Promise<T>,
    options?: OperateOptions<T>,
  ) => Promise<T>;
  /** Starts an outage now: the one of that name, or a total outage at the gateway. Returns the ids of its faults, for `clear`. Throws `bad-fault-plan` for a name or an option that does not exist. */
  readonly outage: BreakByName;
  /** Starts the faults of a plan, whose `from` is in ms from now. Returns their ids, for `clear`. Throws `bad-fault-plan`. */
  readonly faults: (plan: FaultPlan) => readonly string[];
  /** Ends faults, and cancels those that have not begun: all of them, or those of these ids. Throws `unknown-name` for an id that was never there. */
  readonly clear: (...ids: readonly string[]) => void;
  /** Sets the JSON that an API answers at an address: to a request with a valid token if it is an API of the world, to every request if it is another host, whose requests are not in the history. Throws `bad-usage` for a host that is not in the world where the mount cannot answer for it, as `direct` cannot. */
  readonly api: (address: string, data: object) => void;
  /** The store in which your code keeps its tokens, reached through the faults at `cache-store` of this test: a Redis client, a cache plugin of MSAL, `node:fs/promises`, a `Map`. While one is open, its methods reject with a `CacheStoreError` or take time. Give your code what is returned, before the outage. Throws `bad-usage` for a store whose methods are not known. */
  readonly cacheStore: <Store extends object>(store: Store, options?: CacheStoreOptions) => Store;
  /** Adds a remark to the timeline. */
  readonly note: (text: string) => void;
  /** The events so far. */
  readonly history: () => History;
  /** The requests so far, each with its end. */
  readonly requests: (filter?: RequestFilter) => readonly RequestSeen[];
  /** The history as JSON Lines. */
  readonly journal: () => string;
  /** The history as text, one line for each event. */
  readonly timeline: () => string;
}

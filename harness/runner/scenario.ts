/**
 * A scenario: an outage and a script. The outage is data (`faults`), the script is what the
 * application does meanwhile. One file for each scenario; its story is its documentation.
 */
import type { RowFlow } from "../entra/backup/edition.ts";
import type { Clock } from "../core/time/clock.ts";
import type { Random } from "../core/random.ts";
import type { WaitOptions } from "../core/time/waits/wait-limits.ts";
import type { ServiceSettings } from "../entra/directory/service-settings.ts";
import type { Alternatives } from "../entra/directory/unverified-settings.ts";
import type { World } from "../entra/directory/world.ts";
import type { WorldControls } from "../entra/directory/world-controls.ts";
import type { FaultPlan } from "../faults/plan.ts";
import type { Flow } from "../history/event.ts";
import type { ExpectedFailure, OpenQuestion, RuleLimits } from "../history/header.ts";
import type { Application } from "../clients/application.ts";
import type { CacheKind, ClientUnderTest } from "../clients/client.ts";
import type { OperateOptions } from "./simulation/call-result.ts";
import type { CacheStoreOptions } from "./simulation/own-cache-store.ts";

/**
 * What a scenario means to its readers; `brownout list` and the documentation print it.
 *
 * @example
 * const story: Story = {
 *   standsFor: "A busy minute of the token service.",
 *   asserts: "We wait as long as Retry-After says.",
 *   failureMeans: "We stay throttled for longer than needed.",
 *   fix: "Do not retry a failed token request at once.",
 * };
 */
export interface Story {
  /** The real event or the guidance it stands for, with its source. */
  readonly standsFor: string;
  /** What is asserted. */
  readonly asserts: string;
  /** What a failure means for the people who use the application. */
  readonly failureMeans: string;
  /** How to fix an application that fails. */
  readonly fix: string;
}

/**
 * A figure of a scenario that no source gives, and what else it may be: other values, or a range.
 *
 * @example
 * const guess: Guess = {
 *   at: "faults.overloaded-on-return.effect.requests",
 *   because: "no figures of the incident are published",
 *   between: { min: 1, max: 60 },
 * };
 */
export interface Guess extends Omit<Alternatives, "keeps"> {
  /** `faults.`, the id of a window and a field; or `limits.` and a field. */
  readonly at: string;
  /** Paths of numbers that follow from it, and change in proportion. */
  readonly follow?: readonly string[];
}

/**
 * An outage and what an application does during it. Times are in ms; those of `faults` count
 * from the start of the scenario.
 *
 * @example
 * const faults = [throttled({ from: 0, for: minutes(3) })];
 * export default defineScenario({ name: "busy-minute", title, story, needs: [], asserts: [], faults, script });
 */
export interface Scenario {
  /** Kebab-case, unique. */
  readonly name: string;
  /** One line; `brownout list` and reports print it. */
  readonly title: string;
  readonly story: Story;
  /** Flows that the client must know; a client without them is not run. Empty when the script calls only the user's own code. */
  readonly needs: readonly Flow[];
  /** Ids of the rules that must come to a conclusion. All other rules are judged too, but only their failures count. */
  readonly asserts: readonly string[];
  /** Rules that the scenario breaks on purpose: no findings, and shown as expected. Default: none. */
  readonly expects?: readonly ExpectedFailure[];
  /** What breaks, where, when and for whom. */
  readonly faults: FaultPlan;
  /** Figures of ours in `faults` and `limits` that no source gives: a control plays other values, too, and a finding says where it depends on them. Default: none. */
  readonly guesses?: readonly Guess[];
  /** Bounds for the rules; default: each rule's own. */
  readonly limits?: RuleLimits;
  /** What differs from the world's own settings. */
  readonly settings?: Partial<ServiceSettings>;
  /** Default: the fixture world `contoso`. */
  readonly world?: World;
  /** Default: `2026-03-02T08:00:00Z`. ISO 8601. */
  readonly startsAt?: string;
  /**
   * Clients that the scenario is run with unless `--client` names another: adapters of its
   * own (a user's app), or names as in `--client`. Default: the first package that knows the flows.
   */
  readonly clients?: readonly (ClientUnderTest | string)[];
  /** Clients that cannot meet its faults, each with the reason: it is not run with them, and the run says why. Default: none. */
  readonly notApplicableTo?: readonly { readonly client: string; readonly why: string }[];
  /**
   * The row of the backup system's flow table that the application stands for: its promise
   * and what came of it are printed side by side, and rule `backup-flow` judges it.
   */
  readonly row?: {
    readonly flow: RowFlow;
    /** The kind of application, such as `a desktop app`. */
    readonly as: string;
  };
  /** A question about the service that no source settles, and the answer it is played with: the summary shows the sides beside each other. */
  readonly side?: OpenQuestion;
  /** Your own code that the script calls by `operate`: reports and baselines name it as the client. Default: `own-code` when `needs` is empty. */
  readonly app?: { readonly name: string; readonly version?: string };
  /** The machine of the world on which your own code runs (`operate`), with its identity endpoint and environment variables. */
  readonly machine?: string;
  /** For what of the machine virtual time stands still, and how long. Default: the limits of `WaitOptions`. */
  readonly waits?: WaitOptions;
  /** What the application does. The scenario ends when it resolves, and fails when it rejects. */
  readonly script: (context: ScriptContext) => Promise<void>;
}

/**
 * How to open an application; names are looked up in the world. `open` rejects `unknown-name` for
 * one that is not there, and `bad-scenario` for options that do not fit together.
 *
 * @example
 * const daemon = await open({ app: "nightly-daemon", credential: "secret" });
 */
export interface OpenApplication {
  /** The name or the client id of an app. */
  readonly app: string;
  /** A tenant by name, id or domain; default: the first of the world. */
  readonly tenant?: string;
  /** How a confidential client authenticates; default: by secret, if the app has one. */
  readonly credential?: "secret" | "certificate";
  /** Where the client keeps its tokens; default: in memory, for a page in session storage. */
  readonly cache?: CacheKind;
  /** The browser context, by a name of your choice; default: one for all applications of the run. */
  readonly browser?: string;
  /** Client capabilities, such as `cp1`; default: none. */
  readonly capabilities?: readonly string[];
  /** The login host of its authority, such as `login.microsoftonline.us`; default: that of the public cloud. */
  readonly host?: string;
  /** Where a managed identity is used: a machine of the world, by name. All machines of a run are of one source. */
  readonly machine?: string;
  /**
   * The process that it runs in, by a name of your choice. Instances of one app in one process count
   * as one client for the rules on waiting, retry storms, single flight and isolation; each has its
   * own cache. Default: one process for all instances of an app in a tenant on a machine; a page has
   * its own in any case.
   */
  readonly process?: string;
  /** How the client names a user-assigned identity; default: by client id. */
  readonly identifiedBy?: "clientId" | "objectId" | "resourceId";
}

/**
 * What a script is called with. All that it does is recorded in the history.
 *
 * @example
 * async function script({ open, clock, note }: ScriptContext): Promise<void> {
 *   const daemon = await open({ app: "nightly-daemon" });
 *   await daemon.attempt({ flow: "client-credentials", scopes: ["api://orders/.default"] });
 *   await clock.until(hours(2));
 *   note("the outage is over");
 * }
 */
export interface ScriptContext {
  readonly clock: Clock & {
    /** ms since the scenario began. */
    elapsed(): number;
    /** Sleeps until `ms` after the start of the scenario; returns at once when that is past. */
    until(ms: number): Promise<void>;
  };
  readonly random: Random;
  readonly world: WorldControls;
  readonly open: (application: OpenApplication) => Promise<Application>;
  /** Runs the user's own code and records it as one operation of flow `custom`. `name` is its purpose; in a scenario about own code, all calls are that one client's. A result that stands for a failure, such as an HTTP answer 503, is recorded as one: `succeeds` decides, and has a default. Rejects `bad-scenario` without a name or a function. */
  readonly operate: <T>(
    name: string,
    call: () => Promise<T>,
    options?: OperateOptions<T>,
  ) => Promise<T>;
  readonly note: (text: string) => void;
  /** The store in which your own code keeps its tokens, reached through the faults at `cache-store`: a Redis client, a cache plugin of MSAL, `node:fs/promises`, a `Map`. While one is open, its methods reject with a `CacheStoreError` or take time. Give your code what is returned. Throws `bad-usage` for a store whose methods are not known. */
  readonly cacheStore: <Store extends object>(store: Store, options?: CacheStoreOptions) => Store;
}

/**
 * Types a scenario. Errors in it are reported when its file is loaded or when it runs, before
 * anything happens.
 *
 * @example
 * export default defineScenario({
 *   name: "busy-minute",
 *   title: "The token endpoint throttles for three minutes",
 *   story: {
 *     standsFor: "A busy minute of the token service.",
 *     asserts: "We wait as long as Retry-After says.",
 *     failureMeans: "We stay throttled for longer than needed.",
 *     fix: "Do not retry a failed token request at once.",
 *   },
 *   needs: [],
 *   asserts: ["retry-after"],
 *   faults: [throttled({ from: 0, for: minutes(3) })],
 *   script: async ({ operate }) => void (await operate("sync orders", () => getToken())),
 * });
 */
export function defineScenario(scenario: Scenario): Scenario {
  return scenario;
}

/**
 * A scenario: an outage and a script. The outage is data (`faults`), the script is how the
 * application behaves through it. One file a scenario; its story is its documentation.
 */
import type { Clock } from "./clock/clock.ts";
import type { Random } from "./random.ts";
import type { AppRegistration, ServiceSettings, Tenant, User, World } from "./directory/world.ts";
import type { FaultPlan } from "./fault/plan.ts";
import type { Flow, RuleLimits } from "./history/event.ts";
import type { ClientUnderTest, TokenRequest, TokenResult } from "./client/client.ts";

/** What a reader needs to know; `brownout list` and the documentation print it. */
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

export interface Scenario {
  /** Kebab-case, unique. */
  readonly name: string;
  readonly title: string;
  readonly story: Story;
  /** Flows the client must know; a client without them is not run. */
  readonly needs: readonly Flow[];
  /** Rule ids that must come to a conclusion. All other rules are judged too; only their failures count. */
  readonly asserts: readonly string[];
  readonly faults: FaultPlan;
  readonly limits?: RuleLimits;
  readonly settings?: Partial<ServiceSettings>;
  /** Default: the fixture world `contoso`. */
  readonly world?: World;
  /** Default: `2026-03-02T08:00:00Z`. ISO 8601. */
  readonly startsAt?: string;
  /** The scenario's own clients (a user's app); default: `msal-node`, or whatever `--client` names. */
  readonly clients?: readonly ClientUnderTest[];
  readonly script: (context: ScriptContext) => Promise<void>;
}

/** An application with one client instance inside. All calls are recorded as operations. */
export interface Application {
  readonly name: string;
  /** Asks the client for a token. Rejects with what the client threw. */
  acquire(request: TokenRequest): Promise<TokenResult>;
  /** As `acquire`, for applications that carry on: the error instead of a rejection. */
  attempt(request: TokenRequest): Promise<TokenResult | Error>;
  /** Presents a token to a protected API; resolves to its answer. */
  callApi(result: TokenResult, resource: string): Promise<ApiAnswer>;
  /** The process ends and starts again. */
  restart(): Promise<void>;
}

export interface ApiAnswer {
  readonly status: number;
  /** The claims challenge of a 401, as JSON text. */
  readonly claims?: string;
}

/** How to open an application; names are looked up in the world. */
export interface OpenApplication {
  readonly app: string;
  readonly tenant?: string;
  readonly credential?: "secret" | "certificate";
  readonly cache?: "memory" | "persisted";
  readonly capabilities?: readonly string[];
}

/** Changes of the world by the script; each is recorded. */
export interface WorldControls {
  tenant(name?: string): Tenant;
  /** By UPN or short name (the part before the @). */
  user(name: string, tenant?: string): User;
  app(name: string, tenant?: string): AppRegistration;
  revokeSessions(users: readonly User[] | "everyone"): void;
  changePassword(user: User): void;
  disable(user: User): void;
  /** Publishes a new signing key and signs with it; old keys stay published for `overlapMs`. */
  rotateKeys(options?: { readonly overlapMs?: number }): void;
}

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
  /** For a user's own code: records whatever `call` does as one operation of flow `custom`. */
  readonly operate: (
    name: string,
    call: () => Promise<Partial<TokenResult> | string | undefined>,
  ) => Promise<unknown>;
  readonly note: (text: string) => void;
}

/** Types a scenario and checks it; throws a `HarnessError` that names the wrong field. */
export function defineScenario(scenario: Scenario): Scenario {
  return scenario;
}

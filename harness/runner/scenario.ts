/**
 * A scenario: an outage and a script. The outage is data (`faults`), the script is how the
 * application behaves through it. One file a scenario; its story is its documentation.
 */
import { type RowFlow, rowFlows } from "../entra/backup/edition.ts";
import type { Clock } from "../core/time/clock.ts";
import { defaultServiceSettings } from "../entra/directory/settings.ts";
import { HarnessError, suggestNames } from "../core/errors.ts";
import { checkFaultPlan } from "../faults/validate.ts";
import { flows } from "../history/event.ts";
import type { Random } from "../core/random.ts";
import type { ServiceSettings, World } from "../entra/directory/world.ts";
import type { WorldControls } from "../entra/directory/world-controls.ts";
import type { FaultPlan } from "../faults/plan.ts";
import type { Flow } from "../history/event.ts";
import type { RuleLimits } from "../history/header.ts";
import type { Application } from "../clients/application.ts";
import type { CacheKind, ClientUnderTest, TokenResult } from "../clients/client.ts";

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
  /** Flows the client must know; a client without them is not run. Empty when the script only calls code of its own. */
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
  /**
   * Clients that the scenario is run with unless `--client` names another: adapters of its
   * own (a user's app), or names as in `--client`. Default: the first package that knows the flows.
   */
  readonly clients?: readonly (ClientUnderTest | string)[];
  /**
   * The row of the backup system's flow table that the application stands for: its promise
   * and what came of it are printed side by side, and rule `backup-flow` judges it.
   */
  readonly row?: {
    readonly flow: RowFlow;
    /** Who is meant, such as `a desktop app`. */
    readonly as: string;
  };
  /** Code of your own that the script calls by `operate`: reports and baselines name it as the client. Default: `own-code` when `needs` is empty. */
  readonly app?: { readonly name: string; readonly version?: string };
  /** The machine of the world on which code of your own runs (`operate`): its identity endpoint answers, its environment is set. */
  readonly machine?: string;
  readonly script: (context: ScriptContext) => Promise<void>;
}

/** How to open an application; names are looked up in the world. */
export interface OpenApplication {
  readonly app: string;
  readonly tenant?: string;
  readonly credential?: "secret" | "certificate";
  readonly cache?: CacheKind;
  /** Whose browser, by a name of your own; default: one for all applications of the run. */
  readonly browser?: string;
  readonly capabilities?: readonly string[];
  /** The login host of its authority, such as `login.microsoftonline.us`; default: that of the public cloud. */
  readonly host?: string;
  /** Where a managed identity is used: a machine of the world, by name. All machines of a run are of one source. */
  readonly machine?: string;
  /** How the client names a user-assigned identity; default: by client id. */
  readonly identifiedBy?: "clientId" | "objectId" | "resourceId";
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
  /** For a user's own code: records whatever `call` does as one operation of flow `custom`. `name` says what it is called for; where a scenario is about own code, all calls are that one client's. */
  readonly operate: (
    name: string,
    call: () => Promise<Partial<TokenResult> | string | undefined>,
  ) => Promise<unknown>;
  readonly note: (text: string) => void;
}

/** Types a scenario and checks it; throws a `HarnessError` that names the wrong field. */
export function defineScenario(scenario: Scenario): Scenario {
  return checkScenario(scenario, `scenario ${String(scenario.name)}`);
}

/** The value as a scenario; `bad-scenario` or `bad-fault-plan` with the path of the wrong field below `place`. */
export function checkScenario(value: unknown, place: string): Scenario {
  const fields = record(
    value,
    place,
    "a scenario is the object that defineScenario({ … }) returns",
  );
  checkNames(fields, scenarioFields, place);
  const name = text(fields, "name", place);
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
    throw bad(
      `${place}.name`,
      `"${name}" is not kebab-case`,
      "It names files: use a-z, 0-9 and single hyphens.",
    );
  }
  text(fields, "title", place);
  const story = record(fields["story"], `${place}.story`, "tell what the scenario stands for");
  checkNames(story, storyFields, `${place}.story`);
  for (const field of storyFields) text(story, field, `${place}.story`);
  list(fields, "needs", place).forEach((flow, index) => {
    if ((flows as readonly unknown[]).includes(flow)) return;
    const hint = suggestNames(String(flow), flows, `There are ${flows.join(", ")}.`);
    throw bad(`${place}.needs[${index}]`, `"${String(flow)}" is no flow`, hint);
  });
  list(fields, "asserts", place).forEach((rule, index) => {
    if (typeof rule !== "string")
      throw bad(`${place}.asserts[${index}]`, "expected the id of a rule", 'See "brownout list".');
  });
  if (typeof fields["script"] !== "function") {
    throw bad(`${place}.script`, `expected an async function, found ${describe(fields["script"])}`);
  }
  checkFaultPlan(fields["faults"], `${place}.faults`);
  checkOptional(fields, place);
  return value as Scenario;
}

const storyFields = ["standsFor", "asserts", "failureMeans", "fix"] as const;

const scenarioFields =
  "name title story needs asserts faults script limits settings world startsAt clients app row machine".split(
    " ",
  );

const limitFields = [
  "recoveryWithinMs",
  "recoveryRequestsPerMinuteMax",
  "proactiveRefreshDelayMaxMs",
  "likeRequestsPer5MinutesMax",
  "availabilityMin",
  "promptsMax",
  "screenStuckMaxMs",
] as const satisfies readonly (keyof RuleLimits)[];

type Fields = Readonly<Record<string, unknown>>;

function checkOptional(fields: Fields, place: string): void {
  const { limits, settings, startsAt, clients } = fields;
  if (limits !== undefined) {
    const bounds = record(limits, `${place}.limits`, "limits are numbers by name");
    checkNames(bounds, limitFields, `${place}.limits`);
    for (const [name, bound] of Object.entries(bounds)) {
      if (typeof bound !== "number" || !(bound >= 0)) {
        throw bad(
          `${place}.limits.${name}`,
          `expected a number from 0 on, found ${describe(bound)}`,
        );
      }
    }
  }
  if (settings !== undefined) {
    const given = record(settings, `${place}.settings`, "settings are values by name");
    checkNames(given, Object.keys(defaultServiceSettings), `${place}.settings`);
  }
  if (
    startsAt !== undefined &&
    (typeof startsAt !== "string" || Number.isNaN(Date.parse(startsAt)))
  ) {
    throw bad(
      `${place}.startsAt`,
      `expected an ISO 8601 instant, found ${describe(startsAt)}`,
      'Write it like "2026-03-02T08:00:00Z".',
    );
  }
  if (fields["app"] !== undefined) {
    const app = record(fields["app"], `${place}.app`, "name your app, and its version if you like");
    checkNames(app, ["name", "version"], `${place}.app`);
    text(app, "name", `${place}.app`);
    if (app["version"] !== undefined) text(app, "version", `${place}.app`);
  }
  if (fields["machine"] !== undefined) text(fields, "machine", place);
  if (fields["row"] !== undefined) checkRow(fields["row"], `${place}.row`);
  if (clients === undefined) return;
  list(fields, "clients", place).forEach((client, index) => {
    if (typeof client === "string") return;
    const adapter = record(
      client,
      `${place}.clients[${index}]`,
      "a client is an adapter: see ClientUnderTest",
    );
    text(adapter, "name", `${place}.clients[${index}]`);
    text(adapter, "version", `${place}.clients[${index}]`);
    list(adapter, "flows", `${place}.clients[${index}]`);
    if (typeof adapter["open"] !== "function")
      throw bad(`${place}.clients[${index}].open`, "expected a function");
  });
}

function checkRow(found: unknown, place: string): void {
  const row = record(found, place, "name the flow, and who is meant");
  checkNames(row, ["flow", "as"], place);
  const flow = text(row, "flow", place);
  text(row, "as", place);
  if ((rowFlows as readonly string[]).includes(flow)) return;
  const hint = suggestNames(flow, rowFlows, `There are ${rowFlows.join(", ")}.`);
  throw bad(`${place}.flow`, `"${flow}" is no row of the table`, hint);
}

function record(value: unknown, place: string, hint: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw bad(place, `expected an object, found ${describe(value)}`, hint);
}

function text(fields: Fields, name: string, place: string): string {
  const value = fields[name];
  if (typeof value === "string" && value.trim() !== "") return value;
  throw bad(`${place}.${name}`, `expected a text, found ${describe(value)}`);
}

function list(fields: Fields, name: string, place: string): readonly unknown[] {
  const value = fields[name];
  if (Array.isArray(value)) return value;
  throw bad(`${place}.${name}`, `expected a list, found ${describe(value)}`);
}

function checkNames(fields: Fields, known: readonly string[], place: string): void {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw bad(
    `${place}.${unknown}`,
    "there is no such field",
    suggestNames(unknown, known, `There are ${known.join(", ")}.`),
  );
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null || Array.isArray(value)) return value === null ? "null" : "a list";
  return typeof value === "string"
    ? `"${value}"`
    : typeof value === "object"
      ? "an object"
      : `a ${typeof value}`;
}

function bad(place: string, message: string, hint?: string): HarnessError {
  return new HarnessError("bad-scenario", message, {
    place,
    ...(hint === undefined ? {} : { hint }),
  });
}

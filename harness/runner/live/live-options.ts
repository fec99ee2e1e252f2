/** The options of a live simulation, and their check. */
import type { OwnProcess } from "../simulation/process-errors.ts";
import type { StateStore } from "../../core/state-store.ts";
import type { VirtualClock } from "../../core/time/virtual-clock.ts";
import type { WaitOptions } from "../../core/time/waits/wait-limits.ts";
import type { ServiceSettings } from "../../entra/directory/service-settings.ts";
import type { World } from "../../entra/directory/world.ts";
import { nonEmptyString } from "../../core/common-schemas.ts";
import { parseWith, schema } from "../../core/validation.ts";
import type { RuleLimits } from "../../history/header.ts";
import { limitsSchema } from "../../history/limits-schema.ts";
import type { ForeignClients } from "../../history/recorder.ts";
import type { AnswerFor, Mount } from "../../network/mount.ts";
import type { Suite } from "../../network/suite.ts";
import {
  instantSchema,
  seedSchema,
  testedAppSchema,
  waitOptionsSchema,
} from "../option-schemas.ts";
import type { Upstream } from "../simulation/simulated-service.ts";
import { checkWorldAndSettings, startInstant } from "../simulation/checked-world.ts";
import type { RequestOrigin } from "./request-origin.ts";

export interface LiveOptions {
  readonly mount: Mount;
  /** Seed of the simulator and, when the client is in this process, of `Math.random`; default `1`. */
  readonly seed?: string;
  /** Default: the fixture world `contoso`. */
  readonly world?: World;
  /** What differs from the world's own settings. */
  readonly settings?: Partial<ServiceSettings>;
  /** ISO 8601; default `2026-03-02T08:00:00Z`. */
  readonly startsAt?: string;
  /** The machine of the world on which the code runs, with its identity endpoint and environment variables. */
  readonly machine?: string;
  /** The application under test, as it is named in the history; default `own-code`. */
  readonly app?: { readonly name: string; readonly version?: string };
  /** Bounds for the rules. */
  readonly limits?: RuleLimits;
  /** For what of the machine time stands still, and how long, when the client is in this process. */
  readonly waits?: WaitOptions;
  /** No wait that has begun by then lasts longer: the test runner would end the test without saying why. Real ms; default: no such limit. */
  readonly allWaitsEndWithinMs?: number;
  /** The title of the test, which names the journal. */
  readonly name?: string;
  /** Whether an earlier test of this process was issued a token that is still valid at an instant, in ms since the Unix epoch. Default: not. */
  readonly hasEarlierTokens?: (at: number) => boolean;
  /** The process of the application, when it is this one: what would end it in an outage is recorded. Default: it is another, or not watched. */
  readonly process?: OwnProcess;
  /** Whether pages are watched for errors that nothing in them catches. Default: not, or there are none. */
  readonly watchesPages?: true;
  /** The mocks and allowed hosts of the suite in this process. */
  readonly suite?: Suite;
  /**
   * The clock, when the client is not in this process: the session begins at its now, and
   * the process's own time and chance are left alone. Default: the process's, installed until `stop`.
   */
  readonly clock?: VirtualClock;
  /** Answers for hosts that are not simulated; default: as the mount does, if it can. */
  readonly answerFor?: AnswerFor;
  /** Where a request comes from, when the client is a user's own page: its calls are reconstructed from its requests. */
  readonly originOf?: (request: Request) => Promise<RequestOrigin | undefined>;
  /** `flowing`: the clock runs by itself. Default: it moves only while the test waits for something. */
  readonly time?: "driven" | "flowing";
  /** The clients are other programs, perhaps many, for weeks; default: the code of a test. */
  readonly foreign?: ForeignClients;
  /** Where the simulated service keeps its state; default: it ends with the simulation. */
  readonly state?: StateStore;
  /** Another identity provider, which answers instead of the simulated one. */
  readonly upstream?: Upstream;
  /** Whether faults of the clients' own side, at `device` and `cache-store`, can be performed; default: true. */
  readonly reachesDevice?: boolean;
  /** Called before time moves; throws when it must not. */
  readonly check?: () => void;
  /** Whether work is under way that the event loop does not show: time waits for it. */
  readonly isBusy?: () => boolean;
}

const writtenSchema = schema((z) =>
  z.strictObject({
    seed: seedSchema(),
    startsAt: instantSchema().optional(),
    app: testedAppSchema().optional(),
    limits: limitsSchema().optional(),
    machine: nonEmptyString().optional(),
    waits: waitOptionsSchema().optional(),
  }),
);

/** The options with their defaults. Throws `bad-world` or `bad-usage`. */
export function checkOptions(options: LiveOptions) {
  const { seed = "1", startsAt, app, limits, machine, waits } = options;
  // Of the whole, what a person wrote: the rest are parts of the harness.
  parseWith(
    writtenSchema,
    { seed, startsAt, app, limits, machine, waits },
    { what: "", code: "bad-usage" },
  );
  const { world, settings } = checkWorldAndSettings(options.world, (usual) => ({
    ...usual,
    ...options.settings,
  }));
  const { name, version = "" } = app ?? { name: "own-code" };
  return { world, settings, seed, client: { name, version }, startsAt: startInstant(startsAt) };
}

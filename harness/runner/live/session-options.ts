/** What a session is started with, checked, with the defaults filled in. */
import type { VirtualClock } from "../../core/time/virtual-clock.ts";
import type { ServiceSettings, World } from "../../entra/directory/world.ts";
import { nonEmptyString } from "../../core/common-schemas.ts";
import { parseWith, schema } from "../../core/validation.ts";
import type { RuleLimits } from "../../history/header.ts";
import { limitsSchema } from "../../history/limits-schema.ts";
import type { Mount } from "../../network/mount.ts";
import type { Suite } from "../../network/suite.ts";
import { instantSchema, seedSchema, testedAppSchema } from "../option-schemas.ts";
import { checkWorldAndSettings, startInstant } from "../simulation/checked-world.ts";
import type { RequestOrigin } from "./request-origin.ts";

export interface SessionOptions {
  readonly mount: Mount;
  /** Chance of the simulator and, when the client is in this process, of `Math.random`; default `1`. */
  readonly seed?: string;
  /** Default: the fixture world `contoso`. */
  readonly world?: World;
  /** What differs from the world's own settings. */
  readonly settings?: Partial<ServiceSettings>;
  /** ISO 8601; default `2026-03-02T08:00:00Z`. */
  readonly startsAt?: string;
  /** The machine of the world on which the code runs: its identity endpoint answers, its environment is set. */
  readonly machine?: string;
  /** The application under test, as the history names it; default `own-code`. */
  readonly app?: { readonly name: string; readonly version?: string };
  /** Bounds for the rules. */
  readonly limits?: RuleLimits;
  /** What is being tested: the journal's title. */
  readonly name?: string;
  /** The suite in this process that has mocks and neighbours of its own. */
  readonly suite?: Suite;
  /**
   * The clock, when the client is not in this process: the session begins at its now, and
   * the process's own time and chance are left alone. Default: the process's, installed until `stop`.
   */
  readonly clock?: VirtualClock;
  /** Where a request comes from, when its client is a page of an application that is not ours: its calls are told by its requests. */
  readonly originOf?: (request: Request) => Promise<RequestOrigin | undefined>;
  /** `flowing`: the clock passes by itself, and operations are not driven; default: it moves while something is waited for. */
  readonly time?: "driven" | "flowing";
  /** Called before time moves; throws what stands in the way. */
  readonly check?: () => void;
  /** Whether work is underway that the event loop does not show: time waits for it. */
  readonly isBusy?: () => boolean;
}

const writtenSchema = schema((z) =>
  z.strictObject({
    seed: seedSchema(),
    startsAt: instantSchema().optional(),
    app: testedAppSchema().optional(),
    limits: limitsSchema().optional(),
    machine: nonEmptyString().optional(),
  }),
);

/** The options with their defaults. Throws `bad-world` or `bad-usage`. */
export function checkOptions(options: SessionOptions) {
  const { seed = "1", startsAt, app, limits, machine } = options;
  // Of the whole, what a person wrote: the rest are parts of the harness.
  parseWith(
    writtenSchema,
    { seed, startsAt, app, limits, machine },
    { what: "", code: "bad-usage" },
  );
  const { world, settings } = checkWorldAndSettings(options.world, (usual) => ({
    ...usual,
    ...options.settings,
  }));
  const { name, version = "" } = app ?? { name: "own-code" };
  return { world, settings, seed, client: { name, version }, startsAt: startInstant(startsAt) };
}

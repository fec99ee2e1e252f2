/** The options of a suite, `useEntra` and `createEntra`, and their check. */
import { nonEmptyString } from "../../core/common-schemas.ts";
import { acrossFields, expecting, parseWith, schemaOf } from "../../core/validation.ts";
import { someSettingsSchema } from "../../entra/directory/settings-schema.ts";
import type { WaitOptions } from "../../core/time/waits/wait-limits.ts";
import type { ServiceSettings } from "../../entra/directory/service-settings.ts";
import type { World } from "../../entra/directory/world.ts";
import type { RuleLimits } from "../../history/header.ts";
import { limitsSchema } from "../../history/limits-schema.ts";
import { allowSchema, type MswServer } from "../../network/suite.ts";
import {
  instantSchema,
  seedSchema,
  testedAppSchema,
  waitOptionsSchema,
  worldInsideSchema,
} from "../../runner/option-schemas.ts";

const mounts = ["msw", "nock", "https"] as const;

/**
 * Options of `useEntra` and of `createEntra`.
 *
 * @example
 * useEntra({ mount: "nock", settings: { backup: "2026-03" }, journals: "brownout-journals" });
 */
export interface EntraOptions {
  /** Seed of the randomness: the same seed gives the same history. Default `1`. */
  readonly seed?: string;
  /** Tenants, people and apps; default: the fixture world `contoso`. */
  readonly world?: World;
  /** What differs from the world's own settings, such as `{ backup: "2026-03" }`. */
  readonly settings?: Partial<ServiceSettings>;
  /** When each test begins, ISO 8601; default `2026-03-02T08:00:00Z`. */
  readonly startsAt?: string;
  /** How requests are intercepted: `msw` (default of `brownout/vitest`); `nock` in a suite that uses nock; `https` for real sockets on loopback, which needs no package (default elsewhere). */
  readonly mount?: (typeof mounts)[number];
  /** The suite's own msw server, which must already listen: its handlers for other hosts stay in force. */
  readonly server?: MswServer;
  /** Hosts that are neither simulated nor blocked: a database, or a simulated host that the suite mocks itself. A leading `*.` stands for one label. */
  readonly allow?: readonly string[];
  /** The machine of the world on which the code runs, with its managed identity endpoint. */
  readonly machine?: string;
  /** The code under test, as it is named in the history; default `own-code`. */
  readonly app?: { readonly name: string; readonly version?: string };
  /** Bounds for the rules, such as `{ recoveryWithinMs: 600_000 }`. */
  readonly limits?: RuleLimits;
  /** For what of the machine virtual time stands still, and how long; a limit ends at 80 % of the test's time-out at the latest. Default: the limits of `WaitOptions`. */
  readonly waits?: WaitOptions;
  /** A folder for the journal of each test that fails; default: none is written. */
  readonly journals?: string;
}

const optionsSchema = schemaOf<EntraOptions>()((z) =>
  z
    .strictObject({
      seed: seedSchema().optional(),
      world: worldInsideSchema().optional(),
      settings: someSettingsSchema().optional(),
      startsAt: instantSchema().optional(),
      mount: z.enum(mounts).optional(),
      server: z
        .custom<MswServer>((value) => typeof (value as Partial<MswServer>)?.use === "function", {
          error: expecting("a server of msw", "Pass what setupServer() returned."),
        })
        .optional(),
      allow: allowSchema().optional(),
      machine: nonEmptyString().optional(),
      app: testedAppSchema().optional(),
      limits: limitsSchema().optional(),
      waits: waitOptionsSchema().optional(),
      journals: nonEmptyString().optional(),
    })
    .check(
      acrossFields<EntraOptions>(({ server, mount }, report) => {
        if (server === undefined || mount === undefined || mount === "msw") return;
        const message = `only the mount "msw" takes a server of msw, got the mount "${mount}"`;
        report(["server"], message, "Leave one of the two out.");
      }),
    ),
);

/** Throws `bad-usage` with the path of every wrong option of the function `what`. */
export function checkOptions(options: EntraOptions, what: string): void {
  parseWith(optionsSchema, options, { what, code: "bad-usage" });
}

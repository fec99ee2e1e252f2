/** The options of a Playwright suite, `test.use({ entraOptions })`, and their check. */
import type { ServiceSettings } from "../../entra/directory/service-settings.ts";
import type { World } from "../../entra/directory/world.ts";
import {
  instantSchema,
  seedSchema,
  testedAppSchema,
  worldInsideSchema,
} from "../../runner/option-schemas.ts";
import { startInstant } from "../../runner/simulation/checked-world.ts";
import { nonEmptyString } from "../../core/common-schemas.ts";
import { parseWith, schemaOf } from "../../core/validation.ts";
import { someSettingsSchema } from "../../entra/directory/settings-schema.ts";
import type { RuleLimits } from "../../history/header.ts";
import { limitsSchema } from "../../history/limits-schema.ts";
import { browserMounts } from "../../network/mount-names.ts";
import { allowSchema } from "../../network/suite.ts";

/**
 * Options of `brownout/playwright`, for `test.use({ entraOptions })`.
 *
 * @example
 * test.use({ entraOptions: { user: "adele", settings: { backup: "2026-03" } } });
 */
export interface EntraOptions {
  /** Tenants, people and apps; default: the fixture world `contoso`. */
  readonly world?: World;
  /** What differs from the world's own settings, such as `{ backup: "2026-03" }`. */
  readonly settings?: Partial<ServiceSettings>;
  /** Who fills in every sign-in page: a user of the world. Default: until `entra.signIn` or `entra.signInAs` names one, the test does so itself. */
  readonly user?: string;
  /** Seed of the simulator's randomness; default `1`. */
  readonly seed?: string;
  /** When each test begins, ISO 8601; default `2026-03-02T08:00:00Z`. */
  readonly startsAt?: string;
  /** How pages reach the service: `proxy` (default), over real sockets; `route`, by Playwright's interception. */
  readonly mount?: (typeof browserMounts)[number];
  /** Hosts that pages reach for real: neither simulated nor stopped. A leading `*.` stands for one label. */
  readonly allow?: readonly string[];
  /** The app under test, as it is named in the history; default `app`. */
  readonly app?: { readonly name: string; readonly version?: string };
  /** Bounds for the rules, such as `{ screenStuckMaxMs: 10_000 }`. */
  readonly limits?: RuleLimits;
}

const optionsSchema = schemaOf<EntraOptions>()((z) =>
  z.strictObject({
    world: worldInsideSchema().optional(),
    settings: someSettingsSchema().optional(),
    user: nonEmptyString().optional(),
    seed: seedSchema().optional(),
    startsAt: instantSchema().optional(),
    mount: z.enum(browserMounts).optional(),
    allow: allowSchema().optional(),
    app: testedAppSchema().optional(),
    limits: limitsSchema().optional(),
  }),
);

/** Throws `bad-usage` with the path of every wrong option. */
export function checkOptions(options: EntraOptions): void {
  parseWith(optionsSchema, options, { what: "entraOptions", code: "bad-usage" });
}

/** When a test begins, ms since the Unix epoch. */
export function startOf({ startsAt }: EntraOptions): number {
  return startInstant(startsAt);
}

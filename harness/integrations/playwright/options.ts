/** The options of a Playwright suite, `test.use({ entraOptions })`, and their check. */
import type { ServiceSettings, World } from "../../entra/directory/world.ts";
import { startInstant } from "../../runner/simulation/checked-world.ts";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import type { RuleLimits } from "../../history/header.ts";
import { browserMounts } from "../../network/mount-names.ts";

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
  /** The app under test, as it is named in the history; default `app`. */
  readonly app?: { readonly name: string; readonly version?: string };
  /** Bounds for the rules, such as `{ screenStuckMaxMs: 10_000 }`. */
  readonly limits?: RuleLimits;
}

const fields = [
  "world",
  "settings",
  "user",
  "seed",
  "startsAt",
  "mount",
  "app",
  "limits",
] as const satisfies readonly (keyof EntraOptions)[];

/** Throws `bad-usage` for an option that does not exist, or a mount that has no browser. */
export function checkOptions(options: EntraOptions): void {
  const unknown = Object.keys(options).find(
    (field) => !(fields as readonly string[]).includes(field),
  );
  if (unknown !== undefined) {
    throw new HarnessError("bad-usage", "unknown option", {
      place: `entraOptions.${unknown}`,
      hint: suggestNames(unknown, fields, `There are ${fields.join(", ")}.`),
    });
  }
  startOf(options);
  const { mount = "proxy" } = options;
  if ((browserMounts as readonly string[]).includes(mount)) return;
  throw new HarnessError("bad-usage", `expected a mount with a browser, found "${String(mount)}"`, {
    place: "entraOptions.mount",
    hint: `There are ${browserMounts.join(", ")}.`,
  });
}

/** When a test begins, ms since the Unix epoch. Throws `bad-usage` for a text that is not an ISO 8601 instant. */
export function startOf({ startsAt }: EntraOptions): number {
  return startInstant(startsAt, "entraOptions.startsAt");
}

/** The options of `useEntra`, and their check. */
import type { ServiceSettings, World } from "../../entra/directory/world.ts";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import type { RuleLimits } from "../../history/header.ts";
import { checkAllow, type MswServer } from "../../network/suite.ts";

const mounts = ["msw", "nock", "https"] as const;

/**
 * Options of `useEntra`.
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
  /** How requests are intercepted: `msw` (default); `nock` in a suite that uses nock; `https` for real sockets on loopback. */
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
  /** A folder for the journal of each test that fails; default: none is written. */
  readonly journals?: string;
}

const fields = [
  "seed",
  "world",
  "settings",
  "startsAt",
  "mount",
  "server",
  "allow",
  "machine",
  "app",
  "limits",
  "journals",
] as const satisfies readonly (keyof EntraOptions)[];

/** Throws `bad-usage` for an option that does not exist, or does not fit another. */
export function checkOptions(options: EntraOptions): void {
  const unknown = Object.keys(options).find(
    (field) => !(fields as readonly string[]).includes(field),
  );
  if (unknown !== undefined) {
    throw refuse(
      unknown,
      "unknown option",
      suggestNames(unknown, fields, `There are ${fields.join(", ")}.`),
    );
  }
  const { mount = "msw", server, allow = [] } = options;
  if (!(mounts as readonly string[]).includes(mount)) {
    throw refuse(
      "mount",
      `expected a mount for suites, found "${String(mount)}"`,
      `There are ${mounts.join(", ")}.`,
    );
  }
  if (server !== undefined && mount !== "msw") {
    throw refuse(
      "server",
      `an msw server needs the mount msw, found ${mount}`,
      "Leave one of the two out.",
    );
  }
  if (server !== undefined && typeof (server as { use?: unknown }).use !== "function") {
    throw refuse("server", "expected a server of msw", "Pass the result of setupServer().");
  }
  checkAllow(allow);
}

function refuse(field: string, message: string, hint: string): HarnessError {
  return new HarnessError("bad-usage", message, { place: `useEntra.${field}`, hint });
}

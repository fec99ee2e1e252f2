/** What `useEntra` takes, and what a session makes of it. */
import type { ServiceSettings, World } from "../../entra/directory/world.ts";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import type { RuleLimits } from "../../history/header.ts";
import { checkAllow, type MswServer } from "../../network/suite.ts";

const mounts = ["msw", "nock", "https"] as const;

export interface EntraOptions {
  /** Chance; the same seed gives the same history. Default `1`. */
  readonly seed?: string;
  /** Tenants, people and apps; default: the fixture world `contoso`. */
  readonly world?: World;
  /** What differs from the world's own settings, such as `{ backup: "2026-03" }`. */
  readonly settings?: Partial<ServiceSettings>;
  /** When each test begins, ISO 8601; default `2026-03-02T08:00:00Z`. */
  readonly startsAt?: string;
  /** What answers for the network: default `msw`; `nock` in a suite that uses nock; `https` for real sockets on loopback. */
  readonly mount?: (typeof mounts)[number];
  /** The suite's own msw server, which must listen already: its handlers for other hosts stay. */
  readonly server?: MswServer;
  /** Hosts that are neither simulated nor stopped: a database, or one of ours that the suite mocks itself. A leading `*.` stands for one label. */
  readonly allow?: readonly string[];
  /** The machine of the world on which the code runs: its managed identity endpoint answers. */
  readonly machine?: string;
  /** How the history names the code under test; default `own-code`. */
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

/** Throws `bad-usage` for an option that does not exist, or does not fit to another. */
export function checkOptions(options: EntraOptions): void {
  const unknown = Object.keys(options).find(
    (field) => !(fields as readonly string[]).includes(field),
  );
  if (unknown !== undefined) {
    throw refuse(
      unknown,
      "there is no such option",
      suggestNames(unknown, fields, `There are ${fields.join(", ")}.`),
    );
  }
  const { mount = "msw", server, allow = [] } = options;
  if (!(mounts as readonly string[]).includes(mount)) {
    throw refuse(
      "mount",
      `"${String(mount)}" cannot stand under a suite`,
      `There are ${mounts.join(", ")}.`,
    );
  }
  if (server !== undefined && mount !== "msw") {
    throw refuse("server", `an msw server, under the mount ${mount}`, "Leave one of the two out.");
  }
  if (server !== undefined && typeof (server as { use?: unknown }).use !== "function") {
    throw refuse("server", "it is no server of msw", "Hand over what setupServer() returned.");
  }
  checkAllow(allow);
}

function refuse(field: string, message: string, hint: string): HarnessError {
  return new HarnessError("bad-usage", message, { place: `useEntra.${field}`, hint });
}

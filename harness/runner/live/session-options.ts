/** What a session is started with, checked, with the defaults filled in. */
import { takeProcessClock } from "../../core/time/process-clock.ts";
import type { VirtualClock } from "../../core/time/virtual-clock.ts";
import { checkSettings } from "../../entra/directory/settings-schema.ts";
import { checkWorld } from "../../entra/directory/world-schema.ts";
import type { ServiceSettings, World } from "../../entra/directory/world.ts";
import { HarnessError } from "../../core/errors.ts";
import type { JournalHeader } from "../../history/event.ts";
import type { RuleLimits } from "../../history/header.ts";
import type { Mount } from "../../network/mount.ts";
import type { Suite } from "../../network/suite.ts";
import { brownoutVersion } from "../../core/version.ts";
import type { Place } from "./page-calls.ts";
import { contoso } from "../../../fixtures/worlds/contoso.ts";

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
  readonly placeOf?: (request: Request) => Promise<Place | undefined>;
  /** `flowing`: the clock passes by itself, and operations are not driven; default: it moves while something is waited for. */
  readonly time?: "driven" | "flowing";
  /** Called before time moves; throws what stands in the way. */
  readonly check?: () => void;
  /** Whether work is underway that the event loop does not show: time waits for it. */
  readonly isBusy?: () => boolean;
}

const STARTS_AT = "2026-03-02T08:00:00Z";

/** Checks the options and takes the clock; whoever has called it must call `release`. */
export function prepare(options: SessionOptions) {
  const world = checkWorld(options.world ?? contoso);
  const settings = { ...world.settings, ...options.settings };
  checkSettings(settings, world.tenants);
  const startsAt = instantOf(options.startsAt, "startsAt");
  const { mount, seed = "1" } = options;
  if (typeof seed !== "string") {
    throw new HarnessError("bad-usage", `the seed is a ${typeof seed}; it must be a text`, {
      place: "seed",
      hint: `Write seed: "${String(seed)}".`,
    });
  }
  const { clock, release } =
    options.clock === undefined
      ? takeProcessClock(startsAt, mount.quietTurns)
      : { clock: options.clock, release: () => undefined };
  if (options.isBusy !== undefined) clock.waitWhile(options.isBusy);
  const { name, version = "" } = options.app ?? { name: "own-code" };
  const client = { name, version };
  return { world, settings, seed, client, mount, clock, startedAt: clock.now(), release };
}

/** The first line of the journal of a session. */
export function headerOf(
  { name = "session", limits }: SessionOptions,
  {
    client,
    seed,
    mount,
    startedAt,
  }: Pick<ReturnType<typeof prepare>, "client" | "seed" | "mount" | "startedAt">,
): JournalHeader {
  return {
    schema: "brownout/journal/1",
    brownout: brownoutVersion,
    scenario: name,
    client,
    mount: mount.name,
    seed,
    startedAt,
    asserts: [],
    ...(limits === undefined ? {} : { limits }),
  };
}

/** ISO 8601 as ms since the Unix epoch, and the usual start for none. Throws `bad-usage`. */
export function instantOf(text = STARTS_AT, place: string): number {
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  throw new HarnessError("bad-usage", `"${text}" is no ISO 8601 instant`, {
    place,
    hint: 'Write it like "2026-03-02T08:00:00Z".',
  });
}

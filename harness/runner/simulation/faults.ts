/** What a run does about its faults apart from performing them: it checks that they are possible in it, and records them. */
import type { ServiceSettings } from "../../entra/directory/service-settings.ts";
import type { World } from "../../entra/directory/world.ts";
import { HarnessError } from "../../core/errors.ts";
import { isOfDevice } from "../../faults/check-device.ts";
import { traitsOf } from "../../faults/effect-traits.ts";
import type { FaultInstant } from "../../faults/live-plan.ts";
import type { FaultPlan } from "../../faults/plan.ts";
import type { Recorder } from "../../history/recorder.ts";
import { browserMounts, type MountName, wholeBodyMounts } from "../../network/mount-names.ts";
import { checkSliceNames } from "./world-names.ts";

/** What decides which faults are possible in a run. */
export interface FaultConditions {
  readonly backup: ServiceSettings["backup"];
  readonly mount: MountName;
  readonly world: World;
  /** Where the plan came from, for errors; default: none. */
  readonly place?: string;
  /** Whether the clients of a mount in this process are of Brownout's making, with a cache store that faults can break; default: true. */
  readonly hasCacheStore?: boolean;
  /** Whether faults of the clients' own side can be performed; default: true. */
  readonly reachesDevice?: boolean;
}

/** Throws `bad-fault-plan` for a window that this run cannot show: it would be announced in the history and break nothing. */
export function checkFaultsPossible(faults: FaultPlan, conditions: FaultConditions): void {
  const { backup, mount, world, place, reachesDevice = true } = conditions;
  checkSliceNames(faults, world, place);
  if (!reachesDevice) checkWithoutDevice(faults);
  checkCacheStore(faults, conditions);
  if (backup === "off") checkWithoutBackup(faults);
  if (wholeBodyMounts.includes(mount)) checkWithWholeBodies(faults, mount);
}

function checkCacheStore(
  faults: FaultPlan,
  { mount, hasCacheStore = true }: FaultConditions,
): void {
  const isOfPages = (browserMounts as readonly MountName[]).includes(mount);
  const index = faults.findIndex(
    ({ at, effect }) =>
      at === "cache-store" && (isOfPages ? effect.kind === "store-latency" : !hasCacheStore),
  );
  if (index < 0) return;
  if (isOfPages) {
    const why = `the mount ${mount} cannot show the effect store-latency: the storage of a page does not wait`;
    throw new HarnessError("bad-fault-plan", why, {
      place: `faults[${index}].effect.kind`,
      hint: "Use store-failure or store-full.",
    });
  }
  throw new HarnessError("bad-fault-plan", "no store of your own code's cache is known", {
    place: `faults[${index}].at`,
    hint: "Give your code entra.cacheStore(store) in place of its store, before the outage.",
  });
}

function checkWithoutDevice(faults: FaultPlan): void {
  const index = faults.findIndex(({ at }) => isOfDevice(at));
  if (index < 0) return;
  const why = `a fault at ${faults[index]?.at ?? ""} does not reach a client that is another program`;
  throw new HarnessError("bad-fault-plan", why, {
    place: `faults[${index}].at`,
    hint: 'Break what it asks instead, such as outage("throttled", { for: "1m" }), or take brownout/playwright.',
  });
}

function checkWithoutBackup(faults: FaultPlan): void {
  const stray = faults.findIndex(({ at }) => at === "backup");
  if (stray < 0) return;
  throw new HarnessError("bad-fault-plan", "there is no backup system in this scenario", {
    place: `faults[${stray}].at`,
    hint: 'Add settings: { backup: "2026-03" }, or put the fault at "primary".',
  });
}

function checkWithWholeBodies(faults: FaultPlan, mount: MountName): void {
  const index = faults.findIndex(({ effect }) => traitsOf(effect).delivery !== "whole");
  const kind = faults[index]?.effect.kind;
  if (kind === undefined) return;
  const why = `the mount ${mount} cannot show the effect ${kind}: it passes on whole bodies only`;
  throw new HarnessError("bad-fault-plan", why, {
    place: `faults[${index}].effect.kind`,
    hint: "It takes real sockets: --mount proxy.",
  });
}

/** Records that a fault has begun or ended. */
export function recordFault(recorder: Recorder, instant: FaultInstant): void {
  switch (instant.kind) {
    case "began":
      recorder.emit({ kind: "fault-began", window: instant.window });
      return;
    case "ended":
      recorder.emit({ kind: "fault-ended", window: instant.window.id });
      return;
    case "cleared":
      recorder.emit({ kind: "faults-cleared" });
  }
}

/** What a run does about its faults apart from performing them: it checks that they are possible in it, and records them. */
import type { ServiceSettings } from "../../entra/directory/world.ts";
import { HarnessError } from "../../core/errors.ts";
import { traitsOf } from "../../faults/effect-traits.ts";
import type { FaultInstant } from "../../faults/live-plan.ts";
import type { FaultPlan } from "../../faults/plan.ts";
import type { Recorder } from "../../history/recorder.ts";
import { type MountName, wholeBodyMounts } from "../../network/mount-names.ts";

/** Throws `bad-fault-plan` for a window at a backup system that is not there: it would be announced in the history and break nothing. */
export function checkBackupFaults(faults: FaultPlan, backup: ServiceSettings["backup"]): void {
  const stray = faults.findIndex(({ at }) => at === "backup");
  if (stray < 0 || backup !== "off") return;
  throw new HarnessError("bad-fault-plan", "there is no backup system in this scenario", {
    place: `faults[${stray}].at`,
    hint: 'Add settings: { backup: "2026-03" }, or put the fault at "primary".',
  });
}

/** Throws `bad-fault-plan` for a window whose effect the mount cannot show, before the run begins. */
export function checkMountFaults(faults: FaultPlan, mount: MountName): void {
  if (!wholeBodyMounts.includes(mount)) return;
  const index = faults.findIndex(({ effect }) => traitsOf(effect).delivery !== "whole");
  const kind = faults[index]?.effect.kind;
  if (kind === undefined) return;
  const why = `the mount ${mount} cannot show the effect ${kind}: it passes on whole bodies only`;
  throw new HarnessError("bad-fault-plan", why, {
    place: `faults[${index}].effect.kind`,
    hint: "It takes real sockets: --mount proxy.",
  });
}

/** Writes a change of what is broken into the history. */
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

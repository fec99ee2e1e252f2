/** Checks windows on the client's own device: they are open or not, and concern everything that the client does. */
import { expected, type ReportProblem } from "../core/validation.ts";
import type { FaultSite, FaultWindow } from "./plan.ts";

/** The sites that are part of the client's device, and not on the way of a request. */
const ofDevice: readonly FaultSite[] = ["cache-store", "device"];

/** Whether a site is part of the client's own device. */
export function isOfDevice(at: FaultSite): boolean {
  return ofDevice.includes(at);
}

/** Reports fields that could change nothing in a window on the client's device. */
export function checkDevice(window: FaultWindow, report: ReportProblem): void {
  const { at, on, where = {}, effect } = window;
  if (!isOfDevice(at)) return;
  if (on !== "all") report(["on"], expected(`"all" at "${at}"`, on), 'Write on: "all".');
  const why = `a window at "${at}" is about everything that the client does`;
  for (const field of Object.keys(where)) {
    if (where[field as keyof typeof where] === undefined) continue;
    report(["where", field], `changes nothing: ${why}`, "Leave it out.");
  }
  for (const field of ["chance", "first", "after", "ramp", "preflights"] as const) {
    if (window[field] === undefined) continue;
    report([field], `changes nothing: ${why}, as long as it is open`, "Leave it out.");
  }
  if (effect.kind === "clock-shift" && effect.byMs === 0)
    report(["effect", "byMs"], expected("a number of milliseconds other than 0", effect.byMs));
}

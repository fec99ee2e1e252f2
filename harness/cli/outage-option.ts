/** The option `--outage`: outages by name, with when they begin and how long they last. */
import { HarnessError } from "../core/errors.ts";
import type { FaultPlan } from "../faults/plan.ts";
import { type PresetName, type PresetOptions, planOf } from "../runner/live/outage-by-name.ts";

/** `throttled`, `throttled@10s`, `throttled+5m`, `throttled@10s+5m`; several with commas. Throws for a name or a duration that is none. */
export function readOutages(text: string | undefined): readonly FaultPlan[] {
  if (text === undefined) return [];
  return text.split(",").map((one) => {
    const [, name, from, lasts] = /^\s*([\w-]+)(?:@([^@+]+))?(?:\+([^@+]+))?\s*$/.exec(one) ?? [];
    if (name === undefined) {
      throw new HarnessError(
        "bad-usage",
        `expected NAME, NAME@FROM or NAME@FROM+FOR, got "${one}"`,
        {
          place: "--outage",
          hint: "Such as throttled@10s+5m; brownout list has the names.",
        },
      );
    }
    const timing = {
      ...(from === undefined ? {} : { from }),
      ...(lasts === undefined ? {} : { for: lasts }),
    };
    return planOf(name as PresetName, timing as PresetOptions<PresetName>);
  });
}

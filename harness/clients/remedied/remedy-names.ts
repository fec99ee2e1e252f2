/** The remedies that can be played around a client: each is a module of `brownout/remedies`. */
import { HarnessError, suggestNames } from "../../core/errors.ts";

/** The names, in the order in which they are played and shown. */
export const remedyNames = [
  "retry-after",
  "last-good-token",
  "jittered-backoff",
  "retry-budget",
  "single-flight",
  "persisted-cache",
  "early-renewal",
  "regional-fallback",
  "bounded-wait",
] as const;

/** The name of a remedy. */
export type RemedyName = (typeof remedyNames)[number];

/** How often a remedy was in effect in a run. */
export interface RemedyUse {
  readonly remedy: RemedyName;
  /** How many calls or requests went through its code. */
  readonly calls: number;
  /** How often it changed what happened. */
  readonly acts: number;
}

/** The names, checked; throws `bad-usage` with the nearest right name. */
export function readRemedyNames(names: readonly string[], place: string): readonly RemedyName[] {
  return names.map((name) => {
    const found = remedyNames.find((one) => one === name);
    if (found !== undefined) return found;
    throw new HarnessError("bad-usage", `there is no remedy "${name}"`, {
      place,
      hint: suggestNames(name, remedyNames, `There are ${remedyNames.join(", ")}.`),
    });
  });
}

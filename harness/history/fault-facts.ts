/** What a recorded fault window does. Readers of histories use this, and need no fault plans. */
import { effectTraits, type EffectTraits } from "../faults/effect-traits.ts";
import { siteTraits, type SiteTraits } from "../faults/site-traits.ts";
import type { FaultBegan } from "./event.ts";

type RecordedWindow = FaultBegan["window"];

// A journal of a later version may have effects and sites that are not known here.
const effects: Readonly<Record<string, EffectTraits | undefined>> = effectTraits;
const sites: Readonly<Record<string, SiteTraits | undefined>> = siteTraits;

/** Whether every request that a window takes ends without a usable answer; an unknown effect does that. */
export function failsEveryRequest({ effect }: RecordedWindow): boolean {
  return (effects[effect.kind]?.fails ?? "every-request") === "every-request";
}

/** Whether a window breaks something under any load: all do, except those of limited capacity. */
export function breaksWithoutLoad({ effect }: RecordedWindow): boolean {
  return effects[effect.kind]?.fails !== "requests-over-capacity";
}

/** Whether a window is about requests to that endpoint of the token service or of a machine; an unknown site counts as passed by them. */
export function coversTokenService(
  { at, on }: RecordedWindow,
  endpoint: "token" | "authorize" | "keys" | "managed-identity",
): boolean {
  const passing = sites[at]?.endpoints;
  return passing?.includes(endpoint) !== false && (on === "all" || on.includes(endpoint));
}

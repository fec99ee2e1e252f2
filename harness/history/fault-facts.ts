/** What a recorded fault window does, for readers of histories, who need not know fault plans. */
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

/** Whether a window breaks something however little the service is asked: all do but those of limited capacity. */
export function breaksWithoutLoad({ effect }: RecordedWindow): boolean {
  return effects[effect.kind]?.fails !== "requests-over-capacity";
}

/** Whether a window is about requests to that endpoint of the token service; an unknown site is on their way. */
export function coversTokenService(
  { at, on }: RecordedWindow,
  endpoint: "token" | "authorize",
): boolean {
  const passing = sites[at]?.endpoints;
  return passing?.includes(endpoint) !== false && (on === "all" || on.includes(endpoint));
}

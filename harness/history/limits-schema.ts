/** The schema of the bounds for the rules. */
import { schemaOf } from "../core/validation.ts";
import type { RuleLimits } from "./header.ts";

/** Bounds that a scenario or a suite sets for the rules: numbers from 0 on, `Infinity` for none. */
export const limitsSchema = schemaOf<RuleLimits>()((z) => {
  const bound = z.union([z.number().min(0), z.literal(Number.POSITIVE_INFINITY)]).optional();
  return z.strictObject({
    recoveryWithinMs: bound,
    recoveryRequestsPerMinuteMax: bound,
    proactiveRefreshDelayMaxMs: bound,
    likeRequestsPer5MinutesMax: bound,
    availabilityMin: bound,
    promptsMax: bound,
    callMaxMs: bound,
    screenStuckMaxMs: bound,
  });
});

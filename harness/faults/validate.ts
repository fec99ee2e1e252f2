/** Checks a fault plan that a person wrote, before anything runs. */
import { parseWith } from "../core/validation.ts";
import type { FaultPlan } from "./plan.ts";
import { planSchema } from "./plan-schema.ts";

/**
 * The plan itself, when it is one: each field by itself, and whether each window can take a
 * request at all.
 *
 * @param place Where the plan came from (a file, a scenario); default: none.
 * @throws HarnessError `bad-fault-plan`, which lists every problem with its path below `faults`.
 */
export function checkFaultPlan(plan: unknown, place?: string): FaultPlan {
  parseWith(planSchema, plan, { what: "faults", code: "bad-fault-plan", place });
  return plan as FaultPlan;
}

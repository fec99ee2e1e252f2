/** Checks a fault plan before anything runs. */
import { parseWith } from "../core/validation.ts";
import type { FaultPlan } from "./plan.ts";
import { planSchema } from "./plan-schema.ts";

/**
 * Checks a fault plan: each field, and whether each window can take a request at all. Returns the
 * plan itself.
 *
 * @param place Where the plan came from, such as a file; default: none.
 * @throws HarnessError `bad-fault-plan`, which lists every problem with its path below `faults`.
 * @example
 * const plan = checkFaultPlan(JSON.parse(readFileSync("faults.json", "utf8")), "faults.json");
 */
export function checkFaultPlan(plan: unknown, place?: string): FaultPlan {
  parseWith(planSchema, plan, { what: "faults", code: "bad-fault-plan", place });
  return plan as FaultPlan;
}

/** What the rows of the flow table have in common: twelve hours without the primary, and a promise. */
import { hours } from "../harness/core/time/duration.ts";
import type { FaultPlan } from "../harness/faults/plan.ts";
import { primaryDown } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";

const APPLICATIONS =
  "https://learn.microsoft.com/entra/architecture/backup-authentication-system-apps";

/** A row; `says` is the document's promise to the flow. */
export function row(
  name: string,
  {
    says,
    isServed,
    ...own
  }: Pick<Scenario, "title" | "needs" | "script" | "clients"> &
    Required<Pick<Scenario, "row">> & {
      readonly faults?: FaultPlan;
      readonly says: string;
      readonly isServed: boolean;
      readonly asserts?: readonly string[];
    },
): Scenario {
  return defineScenario({
    name: `twelve-hours-${name}`,
    story: {
      standsFor: `${says} (${APPLICATIONS})`,
      asserts: isServed
        ? "The backup stands in, and people work on."
        : "The backup does not stand in: what is left is what the application holds.",
      failureMeans: isServed
        ? "The application does something that the backup cannot serve, and its users are out for half a day."
        : "Somebody counted on a protection that this kind of application does not have.",
      fix: isServed
        ? "Ask brownout coverage what is in the way: host, scopes, cache, policies."
        : "Live on tokens that last (capability cp1, a cache that survives), or move to a protected flow.",
    },
    settings: { backup: "2026-03" },
    faults: primaryDown({ from: hours(1), for: hours(12) }),
    ...own,
    asserts: ["backup-flow", ...(own.asserts ?? [])],
  });
}

/** What the rows of the flow table share: twelve hours without the primary, and what the documents say about the flow. */
import { hours } from "../harness/core/time/duration.ts";
import type { FaultPlan } from "../harness/faults/plan.ts";
import { primaryDown } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";

const APPLICATIONS =
  "https://learn.microsoft.com/entra/architecture/backup-authentication-system-apps";

/** Creates the scenario of a row; `says` is what the document says about the flow. */
export function row(
  name: string,
  {
    says,
    isServed,
    ...own
  }: Pick<Scenario, "title" | "needs" | "script" | "clients" | "expects" | "side"> &
    Required<Pick<Scenario, "row">> & {
      readonly faults?: FaultPlan;
      readonly says: string;
      readonly isServed: boolean;
      readonly asserts?: readonly string[];
      /** Default: the defaults of the service. */
      readonly settings?: Scenario["settings"];
    },
): Scenario {
  return defineScenario({
    name: `twelve-hours-${name}`,
    story: {
      standsFor: `${says} (${APPLICATIONS})`,
      asserts: isServed
        ? "The backup serves the flow, and users keep working."
        : "The backup does not serve the flow: the application has only its cached tokens.",
      failureMeans: isServed
        ? "The application needs something that the backup cannot serve, and its users have no access for half a day."
        : "Operators rely on a protection that this kind of application does not have.",
      fix: isServed
        ? "Run brownout coverage to see what prevents it: host, scopes, cache or policies."
        : "Use long-lived tokens (capability cp1, a persistent cache), or move to a protected flow.",
    },
    faults: primaryDown({ from: hours(1), for: hours(12) }),
    ...own,
    settings: { backup: "2026-03", ...own.settings },
    asserts: ["backup-flow", ...(own.asserts ?? [])],
  });
}

/** The token endpoint of one region is down, for an application that uses it. */
import { hours, minutes } from "../harness/core/time/duration.ts";
import { defineScenario } from "../harness/runner/scenario.ts";
import { daemonToken } from "./applications.ts";

const REGION = "westus2";

export const deadRegion = defineScenario({
  name: "dead-region",
  title: "The token endpoint of a region refuses connections; the global one works",
  story: {
    standsFor:
      "a regionally isolated authentication service: an outage of one region does not affect others (https://learn.microsoft.com/entra/architecture/backup-authentication-system)",
    asserts:
      "After the failure the app asks the global endpoint, gets its token there, and returns to its region.",
    failureMeans: "A daemon stands still for as long as one region does.",
    fix: "When the regional endpoint fails, ask without azureRegion, and try the region again later.",
  },
  needs: ["client-credentials"],
  clients: ["msal-node"],
  asserts: ["availability", "recovery", "empty-token"],
  expects: [
    {
      rule: "supported-host",
      because: "The scenario uses a regional endpoint, which the backup system does not cover.",
    },
  ],
  // The real ones serve Microsoft's own applications only.
  settings: { regionalTokenEndpoints: "everyone", appTokenLifetimeSeconds: 3_600 },
  faults: [
    {
      id: "region-down",
      at: "edge",
      on: "all",
      where: { region: REGION },
      from: minutes(50),
      for: hours(2),
      effect: { kind: "refused" },
    },
  ],
  async script({ open, clock }) {
    const daemon = await open({ app: "nightly-daemon" });
    while (clock.elapsed() < hours(4)) {
      const regional = await daemon.attempt({ ...daemonToken, region: REGION });
      if (regional instanceof Error) await daemon.attempt(daemonToken);
      await clock.sleep(minutes(10));
    }
  },
});

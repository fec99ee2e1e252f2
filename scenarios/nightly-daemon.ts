/** A job that runs once a night in a new process, with an outage in one night. */
import { backOff } from "../harness/clients/calling-patterns.ts";
import { days, hours, minutes } from "../harness/core/time/duration.ts";
import { outage } from "../harness/faults/presets.ts";
import { defineScenario } from "../harness/runner/scenario.ts";
import { daemonToken } from "./applications.ts";

export const nightlyDaemon = defineScenario({
  name: "nightly-daemon",
  title: "A nightly job in a new process each night, for five nights, one of them in an outage",
  story: {
    standsFor:
      "service principals by client credentials are not served by the backup system (https://learn.microsoft.com/entra/architecture/backup-authentication-system-apps): the job can only wait",
    asserts:
      "In the night of the outage the job retries with growing waits and gets its token afterwards; other nights are not affected.",
    failureMeans: "A job gives up in the night of an outage, or causes a retry storm.",
    fix: "Back off for hours rather than minutes: a nightly job has the whole night.",
  },
  needs: ["client-credentials"],
  asserts: ["backoff", "recovery", "retry-storm", "empty-token"],
  startsAt: "2026-03-02T01:00:00Z",
  faults: [outage({ from: days(2), for: hours(1) })],
  limits: { recoveryWithinMs: minutes(6) },
  async script(context) {
    const { clock } = context;
    const daemon = await context.open({ app: "nightly-daemon" });
    for (let night = 0; night < 5; night += 1) {
      await clock.until(days(night));
      await backOff(daemon, daemonToken, { clock, attempts: 25 });
      await daemon.restart();
    }
  },
});

/** A job that runs once a night, in a fresh process, across an outage of one night. */
import { backOff } from "../harness/clients/calling-patterns.ts";
import { days, hours, minutes } from "../harness/core/time/duration.ts";
import { outage } from "../harness/faults/presets.ts";
import { defineScenario } from "../harness/runner/scenario.ts";
import { daemonToken } from "./applications.ts";

export const nightlyDaemon = defineScenario({
  name: "nightly-daemon",
  title: "A nightly job in a fresh process, five nights, one of them in an outage",
  story: {
    standsFor:
      "service principals by client credentials are not served by the backup system (https://learn.microsoft.com/entra/architecture/backup-authentication-system-apps): the job has only its own patience",
    asserts:
      "In the bad night the job waits with growing gaps and gets its token when the outage is over; other nights are untouched.",
    failureMeans: "A job gives up on the night of an outage, or wakes the service with a storm.",
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

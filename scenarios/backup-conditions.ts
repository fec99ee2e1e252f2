/** The backup itself is slow or fails, or the primary recovers gradually. */
import { hours, minutes, seconds } from "../harness/core/time/duration.ts";
import { partialOutage, tokenServerError } from "../harness/faults/presets.ts";
import { defineScenario } from "../harness/runner/scenario.ts";
import { workUntil, pollUntil, signIn, silently } from "./applications.ts";

export const backupSlow = defineScenario({
  name: "backup-slow",
  title: "The backup answers, but each answer takes 12 to 20 seconds",
  story: {
    standsFor:
      "a failover to a system that suddenly has the whole load: it answers slowly; how slowly is not published",
    asserts: "The client waits for the answer and gets its token.",
    failureMeans: "A time-out that is too short turns a working backup into an outage.",
    fix: "Give token requests half a minute, and renew tokens before they expire.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["backup-window", "availability", "silent-first", "routing-hint", "recovery"],
  settings: { backup: "2026-03" },
  faults: [
    tokenServerError({ from: hours(1), for: hours(6) }),
    {
      id: "backup-slow",
      at: "backup",
      on: "all",
      from: hours(1),
      for: hours(6),
      effect: { kind: "latency", delay: { min: seconds(12), max: seconds(20) } },
    },
  ],
  script: (context) => workUntil(context, "desk-app", hours(9)),
});

export const backupPartial = defineScenario({
  name: "backup-partial",
  title: "The backup fails half of the time",
  story: {
    standsFor:
      "2021-08-02: of the requests that failed over, the backup could serve only some (microsoft-authentication-library-for-js#4019)",
    asserts:
      "Each failure is retried later, none counts as the end of the session, and the successful answers are used.",
    failureMeans: "A failure of every second request locks the user out, or starts a retry storm.",
    fix: "Try silently again after each back-off; do not prompt after a number of failures.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["backup-window", "silent-first", "routing-hint", "retry-storm", "backoff", "recovery"],
  settings: { backup: "2026-03" },
  faults: [
    tokenServerError({ from: hours(1), for: hours(8) }),
    {
      ...tokenServerError({ id: "backup-half", from: hours(1), for: hours(8) }),
      at: "backup",
      chance: 0.5,
    },
  ],
  script: (context) => workUntil(context, "desk-app", hours(11)),
});

export const partialFailover = defineScenario({
  name: "backup-partial-outage",
  title: "Half of the primary's answers fail for six hours: each failed request goes to the backup",
  story: {
    standsFor:
      "failover is per request: a request that the primary answers does not go to the backup (https://learn.microsoft.com/entra/architecture/backup-authentication-system)",
    asserts:
      "Eight users keep working without noticing, with some requests served by the primary and some by the backup.",
    failureMeans:
      "Clients that confuse the answers of the two systems lose sessions that both systems know.",
    fix: "Each failed rule names its own fix.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["backup-window", "availability", "silent-first", "routing-hint", "recovery"],
  settings: { backup: "2026-03", accessTokenLifetimeSeconds: 3_600 },
  faults: [partialOutage({ from: hours(1), for: hours(6), share: 0.5 })],
  async script(context) {
    const names = Array.from({ length: 8 }, (_, number) => `crowd${number}`);
    await Promise.all(
      names.map(async (name) => {
        const process = `device of ${name}`;
        const desktopApp = await context.open({ app: "desk-app", cache: "persisted", process });
        await signIn(context, desktopApp, name);
        const timing = { everyMs: minutes(20), untilMs: hours(8) };
        await pollUntil(context, desktopApp, silently(context, name), timing);
      }),
    );
  },
});

export const primaryReturnsSlowly = defineScenario({
  name: "backup-slow-return",
  title: "The primary recovers over two hours: fewer and fewer of its answers fail",
  story: {
    standsFor:
      "2021-03-15: a fix is rolled out region by region, and errors fade over hours (https://azure.status.microsoft/status/history)",
    asserts: "The backup serves the requests that still fail, and no user notices.",
    failureMeans:
      "A mix of successful and failing answers is worse for the client than a full outage.",
    fix: "Each failed rule names its own fix.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["backup-window", "availability", "silent-first", "routing-hint", "recovery"],
  settings: { backup: "2026-03" },
  faults: [
    tokenServerError({ from: hours(1), for: hours(4) }),
    {
      ...partialOutage({ id: "fading", from: hours(5), for: hours(2), share: 1 }),
      ramp: { from: 1, to: 0 },
    },
  ],
  limits: { recoveryWithinMs: minutes(5) },
  script: (context) => workUntil(context, "desk-app", hours(9)),
});

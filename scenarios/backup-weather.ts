/** The backup itself has a bad day, or the primary comes back little by little. */
import { hours, minutes, seconds } from "../harness/core/time/duration.ts";
import { partialOutage, tokenServerError } from "../harness/faults/presets.ts";
import { defineScenario } from "../harness/runner/scenario.ts";
import { askUntil, pollUntil, signIn, silently } from "./applications.ts";

export const backupSlow = defineScenario({
  name: "backup-slow",
  title: "The backup answers, but each answer takes 12 to 20 seconds",
  story: {
    standsFor:
      "a failover to a system that suddenly bears everybody's load: it serves, slowly; how slowly is not published",
    asserts: "The client waits for the answer and has its token.",
    failureMeans: "A time-out that is too short turns a working backup into an outage.",
    fix: "Give token requests half a minute; ask for new tokens before the old ones end.",
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
  script: (context) => askUntil(context, "desk-app", hours(9)),
});

export const backupPartial = defineScenario({
  name: "backup-partial",
  title: "The backup fails half of the time",
  story: {
    standsFor:
      "2021-08-02: failed over requests of which the backup could serve some and not others (microsoft-authentication-library-for-js#4019)",
    asserts:
      "Each failure is retried later and none is taken for a dead session; the half that is served is used.",
    failureMeans: "One bad answer in two locks the user out, or starts a storm of retries.",
    fix: "Ask silently again after each back-off; do not count failures towards a sign-in.",
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
  script: (context) => askUntil(context, "desk-app", hours(11)),
});

export const partialFailover = defineScenario({
  name: "backup-partial-outage",
  title: "Half of the primary's answers fail for six hours: each failed request goes to the backup",
  story: {
    standsFor:
      "failover is per request: whatever the primary answers stays the primary's (https://learn.microsoft.com/entra/architecture/backup-authentication-system)",
    asserts: "Eight people work on, some requests served here and some there, and nobody notices.",
    failureMeans: "Clients that mix two systems' answers up lose sessions that both know.",
    fix: "See which rule failed.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["backup-window", "availability", "silent-first", "routing-hint", "recovery"],
  settings: { backup: "2026-03", accessTokenLifetimeSeconds: 3_600 },
  faults: [partialOutage({ from: hours(1), for: hours(6), share: 0.5 })],
  async script(context) {
    const names = Array.from({ length: 8 }, (_, number) => `crowd${number}`);
    await Promise.all(
      names.map(async (name) => {
        const desk = await context.open({ app: "desk-app", cache: "persisted" });
        await signIn(context, desk, name);
        const often = { everyMs: minutes(20), untilMs: hours(8) };
        await pollUntil(context, desk, silently(context, name), often);
      }),
    );
  },
});

export const primaryReturnsSlowly = defineScenario({
  name: "backup-slow-return",
  title: "The primary comes back over two hours: ever fewer of its answers fail",
  story: {
    standsFor:
      "2021-03-15: a fix is rolled out region by region, and errors fade over hours (https://azure.status.microsoft/status/history)",
    asserts: "The backup bridges whatever still fails, request by request; nobody notices.",
    failureMeans: "The mix of two servers, good and bad, is worse for the client than an outage.",
    fix: "See which rule failed.",
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
  script: (context) => askUntil(context, "desk-app", hours(9)),
});

/** Two incidents in which a share of requests failed, as Microsoft's own reviews describe them. */
import { hours, minutes, seconds } from "../harness/core/time/duration.ts";
import { partialOutage } from "../harness/faults/presets.ts";
import type { Application } from "../harness/clients/application.ts";
import { defineScenario, type ScriptContext } from "../harness/runner/scenario.ts";
import { daemonToken, pollUntil, signIn, silently } from "./applications.ts";

/** Short-lived jobs, such as functions that start cold: each needs its own token. */
async function startJobs(
  context: ScriptContext,
  daemon: Application,
  options: { readonly everyMs: number; readonly untilMs: number },
): Promise<void> {
  while (context.clock.elapsed() < options.untilMs) {
    await daemon.attempt(daemonToken);
    await context.clock.sleep(options.everyMs);
    await daemon.restart();
  }
}

async function officeDay(
  context: ScriptContext,
  { untilMs, jobEveryMs }: { readonly untilMs: number; readonly jobEveryMs: number },
): Promise<void> {
  const portal = await context.open({ app: "portal" });
  const daemon = await context.open({ app: "nightly-daemon" });
  const people = ["adele", "megan", "alex", "crowd0", "crowd1"];
  for (const name of people) await signIn(context, portal, name);
  await Promise.all([
    ...people.map(async (name, index) => {
      await context.clock.sleep(seconds(7 * index));
      await pollUntil(context, portal, silently(context, name), { everyMs: minutes(5), untilMs });
    }),
    startJobs(context, daemon, { everyMs: jobEveryMs, untilMs }),
  ]);
}

export const september2020 = defineScenario({
  name: "partial-outage-2020-09-28",
  title: "83 % of sign-in and token requests fail for three hours",
  story: {
    standsFor:
      "2020-09-28, 21:25 to 00:23 UTC: about 17 % of sign-ins in the Americas succeeded (SM79-F88)",
    asserts:
      "Clients neither cause a retry storm nor stay down: they wait after each failure, and recover after the last one.",
    failureMeans:
      "One successful answer in six is not enough for a client that retries blindly, and its retries make the outage worse.",
    fix: "Serve from the cache, back off, and send one request at a time.",
  },
  needs: ["authorization-code", "silent", "client-credentials"],
  asserts: ["recovery", "retry-storm", "cached-token", "routing-hint"],
  startsAt: "2020-09-28T20:25:00Z",
  faults: [partialOutage({ from: hours(1), for: minutes(178), share: 0.83 })],
  script: (context) => officeDay(context, { untilMs: hours(6), jobEveryMs: minutes(1) }),
});

export const december2020 = defineScenario({
  name: "partial-outage-2020-12-14",
  title: "4.15 % of sign-in and token requests fail for 79 minutes",
  story: {
    standsFor:
      "2020-12-14, 08:01 to 09:20 UTC, Europe: 95.85 % of requests succeeded, the rest failed with AADSTS90033 (PS0T-790)",
    asserts: "One failure in twenty-four requests has little effect: the next attempt succeeds.",
    failureMeans:
      "A client makes a small incident large, for instance by a long block after one failure.",
    fix: "Retry once after a few seconds before failing a user's request.",
  },
  needs: ["authorization-code", "silent", "client-credentials"],
  asserts: ["recovery", "cached-token", "routing-hint"],
  startsAt: "2020-12-14T07:01:00Z",
  faults: [partialOutage({ from: hours(1), for: minutes(79), share: 0.0415 })],
  // Often enough for several failures at one in twenty-four.
  script: (context) => officeDay(context, { untilMs: hours(4), jobEveryMs: seconds(30) }),
});

/** Two incidents in which a share of requests failed, as Microsoft's own reviews tell them. */
import { hours, minutes, seconds } from "../harness/core/time/duration.ts";
import { partialOutage } from "../harness/faults/presets.ts";
import type { Application } from "../harness/clients/application.ts";
import { defineScenario, type ScriptContext } from "../harness/runner/scenario.ts";
import { daemonToken, pollUntil, signIn, silently } from "./applications.ts";

/** Short-lived jobs, such as functions that start cold: each needs a token of its own. */
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
      "Clients neither storm nor stay down: each failure is waited out, and after the last one all is well.",
    failureMeans:
      "One good answer in six is not enough for a client that retries blindly, and its retries make it worse.",
    fix: "Serve from the cache, back off, and let one request at a time try.",
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
      "2020-12-14, 08:01 to 09:20 UTC, Europe: 95.85 % of requests succeeded, the rest met AADSTS90033 (PS0T-790)",
    asserts: "A failure in twenty-four is hardly noticed: the next attempt succeeds.",
    failureMeans:
      "A client makes a small incident large, for instance by a long block after one failure.",
    fix: "Retry once after a few seconds before giving up on a person's request.",
  },
  needs: ["authorization-code", "silent", "client-credentials"],
  asserts: ["recovery", "cached-token", "routing-hint"],
  startsAt: "2020-12-14T07:01:00Z",
  faults: [partialOutage({ from: hours(1), for: minutes(79), share: 0.0415 })],
  // Often enough for a failure in twenty-four to be met several times.
  script: (context) => officeDay(context, { untilMs: hours(4), jobEveryMs: seconds(30) }),
});

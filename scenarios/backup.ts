/** The primary is down and the backup authentication system stands in: for whom, and for how long. */
import { hours, minutes } from "../harness/core/time/duration.ts";
import { tokenServerError } from "../harness/faults/presets.ts";
import { defineScenario } from "../harness/runner/scenario.ts";
import type { ConditionalAccessPolicy } from "../harness/entra/directory/world.ts";
import { contoso } from "../fixtures/worlds/contoso.ts";
import { askUntil, graphScopes, pollUntil, signIn, silently } from "./applications.ts";

const SYSTEM = "https://learn.microsoft.com/entra/architecture/backup-authentication-system";

export const backupWindowCloses = defineScenario({
  name: "backup-native-80h",
  title: "80 hours without the primary: the backup's three days end in mid-outage",
  story: {
    standsFor: `the backup knows a session for three days from its last success (${SYSTEM})`,
    asserts:
      "When the window closes the client takes the decline for what it is, without a storm and without a prompt, and comes back with the primary.",
    failureMeans:
      "The decline is mistaken for a dead session: people are sent to a sign-in page that is down, too.",
    fix: "Treat code 50033, temporarily_unavailable, as an outage and not as a revocation.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["backup-window", "silent-first", "routing-hint", "recovery", "backoff", "retry-storm"],
  settings: { backup: "2026-03" },
  faults: [tokenServerError({ from: hours(2), for: hours(80) })],
  script: (context) => askUntil(context, "desk-app", hours(84)),
});

/** Signs in, stays away until shortly before an outage of two hours, and comes back in it. */
function idleScenario(hoursAway: number, served: boolean) {
  return defineScenario({
    name: `backup-idle-${hoursAway}h`,
    title: `A native app opened ${hoursAway} hours after its last use, in an outage`,
    story: {
      standsFor: `a long weekend: the backup knows who used the app in the last three days (${SYSTEM})`,
      asserts: served
        ? "The backup still knows the session and renews it."
        : "The backup declines, nobody is asked to sign in for it, and the primary renews the session afterwards.",
      failureMeans: served
        ? "Whoever was away for the weekend is locked out, though the backup could help."
        : "An outage after a holiday turns into a flood of sign-ins.",
      fix: "Let the app renew its token in the background, at least once in three days.",
    },
    needs: ["authorization-code", "silent"],
    asserts: ["backup-window", "silent-first", "routing-hint", "recovery"],
    settings: { backup: "2026-03" },
    faults: [tokenServerError({ from: hours(hoursAway - 1), for: hours(2) })],
    async script(context) {
      const desk = await context.open({ app: "desk-app", cache: "persisted" });
      await signIn(context, desk, "megan");
      await context.clock.until(hours(hoursAway));
      const often = { everyMs: minutes(10), untilMs: hours(hoursAway + 3) };
      await pollUntil(context, desk, silently(context, "megan"), often);
    },
  });
}

export const backupAfterIdle71 = idleScenario(71, true);
export const backupAfterIdle73 = idleScenario(73, false);

export const backupAfterRevocation = defineScenario({
  name: "backup-revocation",
  title: "A user's sessions are revoked in the middle of an outage",
  story: {
    standsFor: `a revocation counts for the backup, too (${SYSTEM})`,
    asserts:
      "The backup serves until the revocation and not after it; when the primary is back, the user signs in again.",
    failureMeans:
      "Whoever was locked out for a reason works on through the outage; or the decline looks like an outage for ever.",
    fix: "On an interaction-required error, and only then, send the user to sign in.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["backup-window", "silent-first", "fallback-to-interaction", "routing-hint"],
  settings: { backup: "2026-03" },
  faults: [tokenServerError({ from: hours(1), for: hours(8) })],
  async script(context) {
    const { clock, world } = context;
    const user = world.user("megan");
    const desk = await context.open({ app: "desk-app", cache: "persisted" });
    await signIn(context, desk, "megan");
    const often = { everyMs: minutes(20), untilMs: hours(4) };
    await pollUntil(context, desk, silently(context, "megan"), often);
    world.revokeSessions([user]);
    while (clock.elapsed() < hours(11)) {
      const result = await desk.attempt(silently(context, "megan"));
      if (desk.needsInteraction(result)) {
        await desk.attempt({ flow: "authorization-code", scopes: graphScopes, user });
      }
      await clock.sleep(minutes(20));
    }
  },
});

const strictPolicy: ConditionalAccessPolicy = {
  name: "Board members sign in with care",
  state: "enabled",
  users: { include: [], groups: ["board"], roles: [] },
  apps: "all",
  conditions: [],
  controls: ["mfa"],
  resilienceDefaults: "disabled",
};

export const backupUnderStrictPolicy = defineScenario({
  name: "backup-policy-defaults-off",
  title: "A policy for one group, its resilience defaults off: everyone is out",
  story: {
    standsFor:
      "a policy on a group cannot be evaluated in an outage; with resilience defaults off it denies all users of the app (https://learn.microsoft.com/entra/identity/conditional-access/resilience-defaults)",
    asserts:
      "The backup declines a user who is not even in the group; the client takes it for an outage.",
    failureMeans: "A setting made for a few people takes everybody down, and nobody knew.",
    fix: "Scope the policy to named users, or leave its resilience defaults on.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["backup-window", "silent-first", "recovery"],
  settings: { backup: "2026-03" },
  world: {
    ...contoso,
    tenants: contoso.tenants.map((tenant) => ({ ...tenant, policies: [strictPolicy] })),
  },
  faults: [tokenServerError({ from: hours(1), for: hours(6) })],
  script: (context) => askUntil(context, "desk-app", hours(9)),
});

export const backupDownToo = defineScenario({
  name: "backup-down-too",
  title: "The backup fails for an hour in the middle of an outage of the primary",
  story: {
    standsFor:
      "2021-08-02: requests failed over to the backup, which could not serve them (microsoft-authentication-library-for-js#4019)",
    asserts:
      "The hour costs what it must and nothing more; the backup's return is noticed at once.",
    failureMeans: "A client that gave the backup up stays down for the rest of the outage.",
    fix: "Ask silently again after each back-off; do not count failures towards a sign-in.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["backup-window", "silent-first", "recovery", "retry-storm"],
  settings: { backup: "2026-03" },
  faults: [
    tokenServerError({ from: hours(1), for: hours(8) }),
    { ...tokenServerError({ id: "backup-down", from: hours(4), for: hours(1) }), at: "backup" },
  ],
  script: (context) => askUntil(context, "desk-app", hours(11)),
});

export const backupFlapping = defineScenario({
  name: "backup-flapping",
  title: "The primary comes and goes every ten minutes, with the backup behind it",
  story: {
    standsFor: "failover is per request: an unsteady primary is bridged request by request",
    asserts:
      "People notice nothing, and the session's three days begin anew with each success of the primary.",
    failureMeans: "The client takes the change of server for a change of session.",
    fix: "See which rule failed.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["backup-window", "availability", "silent-first", "routing-hint", "recovery"],
  settings: { backup: "2026-03" },
  faults: Array.from({ length: 24 }, (_, number) =>
    tokenServerError({
      id: `flap-${number + 1}`,
      from: minutes(60 + 20 * number),
      for: minutes(10),
    }),
  ),
  script: (context) => askUntil(context, "desk-app", hours(11)),
});

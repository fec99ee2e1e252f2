/** The primary is down and the backup authentication system serves: for how long, under which policies, and what happens when it fails, too. */
import { hours, minutes } from "../harness/core/time/duration.ts";
import { tokenServerError } from "../harness/faults/presets.ts";
import { defineScenario } from "../harness/runner/scenario.ts";
import type { ConditionalAccessPolicy } from "../harness/entra/directory/world.ts";
import { contoso } from "../fixtures/worlds/contoso.ts";
import { workUntil, graphScopes, pollUntil, signIn, silently } from "./applications.ts";

const SYSTEM = "https://learn.microsoft.com/entra/architecture/backup-authentication-system";

export const backupWindowCloses = defineScenario({
  name: "backup-native-80h",
  title: "80 hours without the primary: the backup's three days end during the outage",
  story: {
    standsFor: `the backup knows a session for three days from its last success (${SYSTEM})`,
    asserts:
      "When the three days are over, the client treats the decline as an outage, without a retry storm or a prompt, and works again when the primary is back.",
    failureMeans:
      "The app treats the decline as the end of the session and sends users to a sign-in page that is down, too.",
    fix: "Treat code 50033, temporarily_unavailable, as an outage and not as a revocation.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["backup-window", "silent-first", "routing-hint", "recovery", "backoff", "retry-storm"],
  settings: { backup: "2026-03" },
  faults: [tokenServerError({ from: hours(2), for: hours(80) })],
  script: (context) => workUntil(context, "desk-app", hours(84)),
});

/** Signs in, is idle until an outage of two hours, and returns during it. */
function idleScenario(hoursAway: number, served: boolean) {
  return defineScenario({
    name: `backup-idle-${hoursAway}h`,
    title: `A native app opened ${hoursAway} hours after its last use, in an outage`,
    story: {
      standsFor: `a long weekend: the backup serves users who used the app in the last three days (${SYSTEM})`,
      asserts: served
        ? "The backup still has the session and renews it."
        : "The backup declines, the app does not prompt because of it, and the primary renews the session afterwards.",
      failureMeans: served
        ? "Users who were away for the weekend are locked out, although the backup could serve them."
        : "An outage after a holiday turns into a flood of sign-ins.",
      fix: "Let the app renew its token in the background, at least once in three days.",
    },
    needs: ["authorization-code", "silent"],
    asserts: ["backup-window", "silent-first", "routing-hint", "recovery"],
    settings: { backup: "2026-03" },
    faults: [tokenServerError({ from: hours(hoursAway - 1), for: hours(2) })],
    async script(context) {
      const desktopApp = await context.open({ app: "desk-app", cache: "persisted" });
      await signIn(context, desktopApp, "megan");
      await context.clock.until(hours(hoursAway));
      const timing = { everyMs: minutes(10), untilMs: hours(hoursAway + 3) };
      await pollUntil(context, desktopApp, silently(context, "megan"), timing);
    },
  });
}

export const backupAfterIdle71 = idleScenario(71, true);
export const backupAfterIdle73 = idleScenario(73, false);

export const backupAfterRevocation = defineScenario({
  name: "backup-revocation",
  title: "A user's sessions are revoked in the middle of an outage",
  story: {
    standsFor: `a revocation applies to the backup, too (${SYSTEM})`,
    asserts:
      "The backup serves until the revocation and not after it; when the primary is back, the user signs in again.",
    failureMeans:
      "A user who was locked out on purpose keeps access through the outage, or the decline looks like an endless outage.",
    fix: "On an interaction-required error, and only then, send the user to sign in.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["backup-window", "silent-first", "fallback-to-interaction", "routing-hint"],
  settings: { backup: "2026-03" },
  faults: [tokenServerError({ from: hours(1), for: hours(8) })],
  async script(context) {
    const { clock, world } = context;
    const user = world.user("megan");
    const desktopApp = await context.open({ app: "desk-app", cache: "persisted" });
    await signIn(context, desktopApp, "megan");
    const timing = { everyMs: minutes(20), untilMs: hours(4) };
    await pollUntil(context, desktopApp, silently(context, "megan"), timing);
    world.revokeSessions([user]);
    while (clock.elapsed() < hours(11)) {
      const result = await desktopApp.attempt(silently(context, "megan"));
      if (desktopApp.needsInteraction(result)) {
        await desktopApp.attempt({ flow: "authorization-code", scopes: graphScopes, user });
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
  title: "A policy for one group with resilience defaults off: all users are declined",
  story: {
    standsFor:
      "a policy on a group cannot be evaluated in an outage; with resilience defaults off it denies all users of the app (https://learn.microsoft.com/entra/identity/conditional-access/resilience-defaults)",
    asserts:
      "The backup declines a user who is not in the group; the client treats it as an outage.",
    failureMeans: "A setting for a few users unexpectedly takes everyone down.",
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
  script: (context) => workUntil(context, "desk-app", hours(9)),
});

export const backupDownToo = defineScenario({
  name: "backup-down-too",
  title: "The backup fails for an hour in the middle of an outage of the primary",
  story: {
    standsFor:
      "2021-08-02: requests failed over to the backup, which could not serve them (microsoft-authentication-library-for-js#4019)",
    asserts: "Only the calls of that hour fail; the client uses the backup as soon as it is back.",
    failureMeans: "A client that has given up stays down for the rest of the outage.",
    fix: "Try silently again after each back-off; do not prompt after a number of failures.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["backup-window", "silent-first", "recovery", "retry-storm"],
  settings: { backup: "2026-03" },
  faults: [
    tokenServerError({ from: hours(1), for: hours(8) }),
    { ...tokenServerError({ id: "backup-down", from: hours(4), for: hours(1) }), at: "backup" },
  ],
  script: (context) => workUntil(context, "desk-app", hours(11)),
});

export const backupFlapping = defineScenario({
  name: "backup-flapping",
  title: "The primary fails and recovers every ten minutes, with the backup behind it",
  story: {
    standsFor:
      "failover is per request: the backup serves the requests that an unstable primary fails",
    asserts:
      "Users notice nothing, and each success of the primary restarts the three days of the session.",
    failureMeans: "The client treats an answer of the other server as another session.",
    fix: "Each failed rule names its own fix.",
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
  // Often enough to call in each of the ten minutes.
  script: (context) => workUntil(context, "desk-app", hours(11), { everyMs: minutes(10) }),
});

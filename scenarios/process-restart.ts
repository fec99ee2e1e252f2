/** The process ends and starts again while the service is down, with a cache on disk. */
import { hours, minutes } from "../harness/core/time/duration.ts";
import { outage } from "../harness/faults/presets.ts";
import { defineScenario } from "../harness/runner/scenario.ts";
import { pollUntil, signIn, silently } from "./applications.ts";

export const restartInOutage = defineScenario({
  name: "restart-in-outage",
  title: "A desktop app with a saved cache is restarted in the middle of an outage",
  story: {
    standsFor:
      "native apps are protected when they keep their tokens for three days and sign in silently (https://learn.microsoft.com/entra/architecture/backup-authentication-system-apps)",
    asserts: "After the restart the saved tokens are used, and no one is asked to sign in.",
    failureMeans: "Users who restart the app or the machine are locked out until the outage ends.",
    fix: "Give the client a cache plugin that writes to protected storage.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["persisted-cache", "cached-token", "silent-first", "availability", "recovery"],
  settings: { refreshIn: "never" },
  faults: [outage({ from: hours(1), for: hours(6) })],
  async script(context) {
    const desktopApp = await context.open({
      app: "desk-app",
      cache: "persisted",
      capabilities: ["cp1"],
    });
    await signIn(context, desktopApp, "megan");
    await pollUntil(context, desktopApp, silently(context, "megan"), {
      everyMs: minutes(15),
      untilMs: hours(3),
    });
    await desktopApp.restart();
    await pollUntil(context, desktopApp, silently(context, "megan"), {
      everyMs: minutes(15),
      untilMs: hours(8),
    });
  },
});

export const restartAfterWeekend = defineScenario({
  name: "restart-after-weekend",
  title: "A desktop app is closed on Friday and opened 70 hours later",
  story: {
    standsFor:
      "three days: the time for which the backup system serves a session (https://learn.microsoft.com/entra/architecture/backup-authentication-system)",
    asserts: "The refresh token survived on disk and renews the session without a prompt.",
    failureMeans: "Monday morning starts with a sign-in page for everyone.",
    fix: "Persist the whole cache, refresh tokens included.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["persisted-cache", "silent-first", "routing-hint", "token-expiry"],
  startsAt: "2026-03-06T16:00:00Z",
  faults: [],
  async script(context) {
    const desktopApp = await context.open({ app: "desk-app", cache: "persisted" });
    await signIn(context, desktopApp, "megan");
    await desktopApp.attempt(silently(context, "megan"));
    await context.clock.until(hours(70));
    await desktopApp.restart();
    await desktopApp.attempt(silently(context, "megan"));
    await pollUntil(context, desktopApp, silently(context, "megan"), {
      everyMs: minutes(30),
      untilMs: hours(74),
    });
  },
});

/** The primary is down and the backup authentication system stands in: for whom, and for how long. */
import { hours, minutes } from "../harness/clock/duration.ts";
import { tokenServerError } from "../harness/fault/presets.ts";
import { defineScenario, type ScriptContext } from "../harness/scenario.ts";
import { pollUntil, signIn, silently } from "./applications.ts";

const APPLICATIONS =
  "https://learn.microsoft.com/entra/architecture/backup-authentication-system-apps";
const SYSTEM = "https://learn.microsoft.com/entra/architecture/backup-authentication-system";

async function askUntil(context: ScriptContext, app: string, untilMs: number): Promise<void> {
  const application = await context.open({ app, cache: "persisted" });
  await signIn(context, application, "megan");
  const often = { everyMs: minutes(30), untilMs };
  await pollUntil(context, application, silently(context, "megan"), often);
}

export const backupServesNative = defineScenario({
  name: "backup-native-12h",
  title: "12 hours without the primary, a native app, and the backup system behind it",
  story: {
    standsFor: `native apps that keep their tokens and ask silently are protected (${APPLICATIONS})`,
    asserts: "People work on as if nothing had happened: the backup renews their tokens.",
    failureMeans:
      "The app does something that the backup cannot serve, and its users are out for half a day.",
    fix: "Persist the cache for three days, ask silently, with fixed scopes, under a covered host.",
  },
  needs: ["authorization-code", "silent"],
  asserts: [
    "availability",
    "silent-first",
    "routing-hint",
    "supported-host",
    "recovery",
    "token-expiry",
  ],
  settings: { backup: "2026-03" },
  faults: [tokenServerError({ from: hours(1), for: hours(12) })],
  script: (context) => askUntil(context, "desk-app", hours(15)),
});

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

export const backupDeclinesWeb = defineScenario({
  name: "backup-web-12h",
  title:
    "12 hours without the primary, a web app with access tokens: the backup does not know its flow",
  story: {
    standsFor: `confidential clients with authorization code and refresh tokens are not protected (${APPLICATIONS})`,
    asserts: "The client meets the primary's own failure and behaves as without a backup.",
    failureMeans: "Somebody counted on a protection that this kind of app does not have.",
    fix: "Plan with long-lived tokens (capability cp1) and a cache that survives; or use id tokens only.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["recovery", "routing-hint", "cached-token"],
  settings: { backup: "2026-03" },
  faults: [tokenServerError({ from: hours(1), for: hours(12) })],
  script: (context) => askUntil(context, "portal", hours(15)),
});

/** Twelve hours without the primary: with valid tokens, past refresh_in, with expired ones. */
import { hours, minutes, seconds } from "../harness/core/time/duration.ts";
import { hang, outage, tokenServerError, unreachable } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario, type ScriptContext } from "../harness/runner/scenario.ts";
import { daemonToken, pollUntil, signIn, silently } from "./applications.ts";

const twelveHours = { from: hours(1), for: hours(12) };
/** Often enough to call again while the client still holds back after a failed refresh. */
const halfMinutes = { everyMs: seconds(30), untilMs: hours(15) };
const fiveMinutes = { everyMs: minutes(5), untilMs: hours(15) };

interface Often {
  readonly everyMs: number;
  readonly untilMs: number;
}

/** A web app that signs adele in and then asks silently; `capable` ones get tokens that live a day. */
async function askForAdele(
  context: ScriptContext,
  client: "capable" | "plain",
  often: Often,
): Promise<void> {
  const capabilities = client === "capable" ? { capabilities: ["cp1"] } : {};
  const portal = await context.open({ app: "portal", ...capabilities });
  await signIn(context, portal, "adele");
  await pollUntil(context, portal, silently(context, "adele"), often);
}

async function askForDaemon(context: ScriptContext, often: Often): Promise<void> {
  const daemon = await context.open({ app: "nightly-daemon" });
  await pollUntil(context, daemon, daemonToken, often);
}

export const outageWithValidTokens = defineScenario({
  name: "outage-12h-valid-tokens",
  title: "12 hours of outage, with 24-hour tokens in the cache",
  story: {
    standsFor:
      "long-lived tokens of continuous access evaluation, the first line of defence in the resilience guidance (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
    asserts: "Every call is served from the cache, without the network, for the whole outage.",
    failureMeans: "People are locked out although their tokens are valid.",
    fix: "Ask the client for the token each time and let it use its cache; declare the client capability cp1.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["cached-token", "availability", "token-expiry", "recovery"],
  settings: { refreshIn: "never" },
  faults: [outage(twelveHours)],
  script: (context) => askForAdele(context, "capable", fiveMinutes),
});

export const outagePastRefreshIn = defineScenario({
  name: "outage-12h-past-refresh-in",
  title: "12 hours of outage, user tokens past refresh_in and still valid",
  story: {
    standsFor:
      "refresh_in: renew early so that an outage finds a token with hours to live (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
    asserts:
      "A failing early refresh neither fails nor delays the call, and does not become a storm.",
    failureMeans: "The hint that should bridge an outage turns it into failures.",
    fix: "Use the silent call for users; it falls back to the cached token.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["proactive-refresh", "cached-token", "availability", "recovery", "routing-hint"],
  settings: { refreshIn: { fromSeconds: 7_200, share: 0.25, tokens: "user" } },
  faults: [tokenServerError(twelveHours)],
  script: (context) => askForAdele(context, "capable", halfMinutes),
});

export const hangPastRefreshIn = defineScenario({
  name: "hang-past-refresh-in",
  title: "The token endpoint hangs while user tokens are past refresh_in",
  story: {
    standsFor:
      "an early refresh that is awaited: a hang of the service becomes a hang of the application",
    asserts: "A valid token is handed out at once, whatever the refresh behind it does.",
    failureMeans:
      "Requests queue up behind a refresh that nobody needs yet; the application looks down.",
    fix: "Hand out the cached token while it is valid and refresh beside the call, or bound the call by a time-out.",
  },
  needs: ["authorization-code", "silent"],
  clients: ["msal-node", "msal-browser"],
  asserts: ["proactive-refresh", "recovery"],
  settings: { refreshIn: { fromSeconds: 7_200, share: 0.25, tokens: "user" } },
  faults: [hang({ from: hours(6), for: hours(2), hangMs: seconds(60) })],
  script: (context) =>
    askForAdele(context, "capable", {
      everyMs: minutes(10),
      untilMs: hours(9),
    }),
});

/** A daemon whose valid token is past refresh_in, under an outage of one kind or another. */
function daemonPastRefreshIn(
  outageOf: Pick<Scenario, "name" | "title" | "faults"> & { readonly standsFor: string },
): Scenario {
  const { standsFor, ...rest } = outageOf;
  return defineScenario({
    ...rest,
    story: {
      standsFor,
      asserts: "The valid token is handed out for as long as it lives.",
      failureMeans:
        "Nightly jobs and services stop for hours while a valid token lies in their client's cache.",
      fix: "Keep the last token beside the client, and use it until expires_on when the client throws.",
    },
    needs: ["client-credentials"],
    asserts: ["proactive-refresh", "cached-token", "availability", "recovery"],
    settings: { refreshIn: { fromSeconds: 7_200, share: 0.25, tokens: "user-and-app" } },
    script: (context) => askForDaemon(context, halfMinutes),
  });
}

export const outageDaemonPastRefreshIn = daemonPastRefreshIn({
  name: "outage-12h-daemon-past-refresh-in",
  title: "12 hours of outage, daemon tokens past refresh_in and still valid",
  standsFor:
    "the same for client credentials, when the service sends refresh_in for app tokens (a setting: a recorded reply had none)",
  faults: [tokenServerError(twelveHours)],
});

export const unreachableDaemonPastRefreshIn = daemonPastRefreshIn({
  name: "unreachable-12h-daemon-past-refresh-in",
  title: "12 hours without a connection, daemon tokens past refresh_in and still valid",
  standsFor: "an outage without an HTTP answer, such as 2021-12-16 (Azure status history)",
  faults: [unreachable(twelveHours)],
});

export const outageWithExpiredTokens = defineScenario({
  name: "outage-12h-expired-tokens",
  title: "12 hours of outage, tokens that expire in it, with an extended lifetime of a day",
  story: {
    standsFor:
      "ext_expires_in: how long an expired token may still be used in an outage (sent with every recorded token reply)",
    asserts:
      "Expired tokens are used as long as the service extended them, and not a minute longer.",
    failureMeans: "A field that the service sends for this very day is thrown away.",
    fix: "APIs of your own may accept tokens in their extended life; otherwise plan with tokens that live a day (CAE).",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["extended-lifetime", "recovery"],
  settings: { extendedLifetimeSeconds: 86_400 },
  faults: [tokenServerError(twelveHours)],
  script: (context) => askForAdele(context, "plain", fiveMinutes),
});

export const longWeekend = defineScenario({
  name: "long-weekend",
  title: "72 hours of an app that asks every five minutes, with six hours of outage on Saturday",
  story: {
    standsFor:
      "an ordinary weekend: nobody watches, tokens are renewed dozens of times, and then the service is gone for a while",
    asserts: "Renewals before and after are quiet, the outage costs what it must and nothing more.",
    failureMeans: "Monday begins with an incident that was over on Saturday.",
    fix: "See which rule failed: each names its own remedy.",
  },
  needs: ["authorization-code", "silent", "client-credentials"],
  asserts: [
    "cached-token",
    "recovery",
    "retry-storm",
    "token-expiry",
    "routing-hint",
    "supported-host",
  ],
  faults: [tokenServerError({ from: hours(20), for: hours(6) })],
  async script(context) {
    const portal = await context.open({ app: "portal" });
    const daemon = await context.open({ app: "nightly-daemon" });
    await signIn(context, portal, "adele");
    const often = { everyMs: minutes(5), untilMs: hours(72) };
    await Promise.all([
      pollUntil(context, portal, silently(context, "adele"), often),
      pollUntil(context, daemon, daemonToken, often),
    ]);
  },
});

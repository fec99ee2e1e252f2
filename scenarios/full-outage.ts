/** Twelve hours without the primary: with valid tokens, past refresh_in, with expired ones. */
import { hours, minutes, seconds } from "../harness/core/time/duration.ts";
import { hang, outage, tokenServerError, unreachable } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario, type ScriptContext } from "../harness/runner/scenario.ts";
import { daemonToken, pollUntil, refreshInQuestion, signIn, silently } from "./applications.ts";

const twelveHours = { from: hours(1), for: hours(12) };
/** Often enough to call again while the client still waits after a failed refresh. */
const halfMinutes = { everyMs: seconds(30), untilMs: hours(15) };
const fiveMinutes = { everyMs: minutes(5), untilMs: hours(15) };

interface Timing {
  readonly everyMs: number;
  readonly untilMs: number;
}

/** A web app that signs adele in and then calls silently; a `capable` client gets tokens that are valid for a day. */
async function callForAdele(
  context: ScriptContext,
  client: "capable" | "plain",
  timing: Timing,
): Promise<void> {
  const capabilities = client === "capable" ? { capabilities: ["cp1"] } : {};
  const portal = await context.open({ app: "portal", ...capabilities });
  await signIn(context, portal, "adele");
  await pollUntil(context, portal, silently(context, "adele"), timing);
}

async function callForDaemon(context: ScriptContext, timing: Timing): Promise<void> {
  const daemon = await context.open({ app: "nightly-daemon" });
  await pollUntil(context, daemon, daemonToken, timing);
}

export const outageWithValidTokens = defineScenario({
  name: "outage-12h-valid-tokens",
  title: "12 hours of outage, with 24-hour tokens in the cache",
  story: {
    standsFor:
      "long-lived tokens of continuous access evaluation, the first line of defence in the resilience guidance (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
    asserts: "Every call is served from the cache, without the network, for the whole outage.",
    failureMeans: "Users are locked out although their tokens are valid.",
    fix: "Call the client for each token and let it use its cache; declare the client capability cp1.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["cached-token", "availability", "token-expiry", "recovery"],
  settings: { refreshIn: "never" },
  faults: [outage(twelveHours)],
  script: (context) => callForAdele(context, "capable", fiveMinutes),
});

export const outagePastRefreshIn = defineScenario({
  name: "outage-12h-past-refresh-in",
  title: "12 hours of outage, user tokens past refresh_in and still valid",
  story: {
    standsFor:
      "refresh_in: renew early, so that a token is still valid for hours when an outage begins (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
    asserts:
      "A failing early refresh neither fails nor delays the call, and does not become a retry storm.",
    failureMeans: "The hint that should help in an outage causes failures.",
    fix: "Use the silent call for users; it falls back to the cached token.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["proactive-refresh", "cached-token", "availability", "recovery", "routing-hint"],
  settings: { refreshIn: { fromSeconds: 7_200, share: 0.25, tokens: "user" } },
  faults: [tokenServerError(twelveHours)],
  script: (context) => callForAdele(context, "capable", halfMinutes),
});

export const hangPastRefreshIn = defineScenario({
  name: "hang-past-refresh-in",
  title: "The token endpoint hangs while user tokens are past refresh_in",
  story: {
    standsFor:
      "an early refresh that is awaited: a hang of the service becomes a hang of the application",
    asserts: "A valid token is handed out at once, without waiting for the refresh.",
    failureMeans:
      "Requests wait for a refresh that is not needed yet, and the application appears down.",
    fix: "Hand out the cached token while it is valid and refresh in the background, or limit the call by a time-out.",
  },
  needs: ["authorization-code", "silent"],
  clients: ["msal-node", "msal-browser"],
  asserts: ["proactive-refresh", "call-duration", "recovery"],
  settings: { refreshIn: { fromSeconds: 7_200, share: 0.25, tokens: "user" } },
  faults: [hang({ from: hours(6), for: hours(2), hangMs: seconds(60) })],
  script: (context) =>
    callForAdele(context, "capable", {
      everyMs: minutes(10),
      untilMs: hours(9),
    }),
});

/** A daemon whose valid token is past refresh_in, in one of several outages. */
function daemonPastRefreshIn(
  outageOf: Pick<Scenario, "name" | "title" | "faults"> & { readonly standsFor: string },
): Scenario {
  const { standsFor, ...rest } = outageOf;
  return defineScenario({
    ...rest,
    story: {
      standsFor,
      asserts: "The valid token is handed out until it expires.",
      failureMeans:
        "Nightly jobs and services stop for hours while there is a valid token in their client's cache.",
      fix: "Keep the last token outside the client, and use it until expires_on when the client throws.",
    },
    needs: ["client-credentials"],
    asserts: ["proactive-refresh", "cached-token", "availability", "recovery"],
    settings: { refreshIn: { fromSeconds: 7_200, share: 0.25, tokens: "user-and-app" } },
    script: (context) => callForDaemon(context, halfMinutes),
  });
}

export const outageDaemonPastRefreshIn = daemonPastRefreshIn({
  name: "outage-12h-daemon-past-refresh-in",
  title: "12 hours of outage, daemon tokens past refresh_in and still valid",
  standsFor:
    "the same for client credentials, when the service sends refresh_in for app tokens, as a live test expects since 2024",
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
  title:
    "12 hours of outage, with tokens that expire during it and have an extended lifetime of a day",
  story: {
    standsFor:
      "ext_expires_in: how long an expired token may still be used in an outage (sent with every recorded token reply)",
    asserts: "Expired tokens are used for their extended lifetime, and no longer.",
    failureMeans: "A field that the service sends for outages is ignored.",
    fix: "Your own APIs can accept tokens in their extended lifetime; otherwise use tokens that are valid for a day (CAE).",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["extended-lifetime", "recovery"],
  settings: { extendedLifetimeSeconds: 86_400 },
  faults: [tokenServerError(twelveHours)],
  script: (context) => callForAdele(context, "plain", fiveMinutes),
});

/** Three days of a portal and a daemon that call every five minutes, with an outage on the way. */
function weekend(
  name: string,
  { title, answer, ...own }: Pick<Scenario, "title" | "settings"> & { readonly answer: string },
): Scenario {
  return defineScenario({
    name,
    title,
    story: {
      standsFor:
        "an ordinary weekend: tokens are renewed dozens of times without supervision, and then the service is down for a while",
      asserts:
        "Renewals before and after the outage succeed, and only calls that need the service fail during it.",
      failureMeans:
        "On Monday the application is still down, although the outage ended on Saturday.",
      fix: "Each failed rule names its own fix.",
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
    side: { question: refreshInQuestion, answer },
    ...own,
    async script(context) {
      const portal = await context.open({ app: "portal" });
      const daemon = await context.open({ app: "nightly-daemon" });
      await signIn(context, portal, "adele");
      const timing = { everyMs: minutes(5), untilMs: hours(72) };
      await Promise.all([
        pollUntil(context, portal, silently(context, "adele"), timing),
        pollUntil(context, daemon, daemonToken, timing),
      ]);
    },
  });
}

export const longWeekend = weekend("long-weekend", {
  title: "72 hours of an app that calls every five minutes, with six hours of outage on Saturday",
  answer: "yes, after half of their life",
});

export const longWeekendWithoutRefreshIn = weekend("long-weekend-without-refresh-in", {
  title:
    "72 hours of an app that calls every five minutes, with six hours of outage on Saturday, and tokens of apps without refresh_in",
  answer: "no",
  settings: { refreshIn: "never" },
});

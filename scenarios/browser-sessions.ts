/**
 * What is left when the refresh token of a page is gone, which lives a day: the session at
 * the identity provider, asked by a hidden iframe, if the browser lets it take part.
 */
import { days, hours, minutes } from "../harness/core/time/duration.ts";
import type { FaultPlan } from "../harness/faults/plan.ts";
import { outage } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { askUntil, signedIn, workUntil } from "./pages.ts";

const TOKEN_LIFETIMES =
  "https://learn.microsoft.com/entra/identity-platform/refresh-tokens: 24 hours for single-page apps";

/** The pages that a hidden iframe needs are down, and token requests are answered. */
const pagesDown: FaultPlan = [
  {
    id: "pages-down",
    at: "primary",
    on: ["authorize"],
    from: hours(23),
    for: hours(3),
    effect: {
      kind: "server-error",
      status: 503,
      body: { form: "html", title: "Service Unavailable" },
    },
  },
];

function dayOld(
  own: Pick<Scenario, "name" | "title" | "asserts" | "settings"> & { readonly standsFor: string },
): Scenario {
  const { standsFor, settings, ...rest } = own;
  return defineScenario({
    ...rest,
    story: {
      standsFor: `${standsFor} (${TOKEN_LIFETIMES})`,
      asserts:
        "An outage of the pages sends nobody to sign in; the first call after it finds its way.",
      failureMeans:
        "Once a day a page depends on the sign-in pages, and an outage of these signs its people out.",
      fix: "Take a failed silent call for what its error says: only interaction-required means that the person has to act.",
    },
    needs: ["popup", "silent"],
    clients: ["msal-browser"],
    settings: { accessTokenLifetimeSeconds: 3_600, sessionHours: 90, ...settings },
    faults: pagesDown,
    async script(context) {
      const spa = await signedIn(context, { cache: "persisted" });
      await context.clock.until(hours(22));
      await workUntil(context, spa, { untilMs: hours(28), everyMs: minutes(30) });
    },
  });
}

const dayOldSession = dayOld({
  name: "browser-day-old-token",
  title: "A refresh token ends in an outage of the sign-in pages; iframes take part in the session",
  standsFor: "silent renewal by hidden iframe once the refresh token has ended",
  settings: { sessionInFrames: "visible" },
  asserts: ["prompts-caused", "screen", "recovery", "routing-hint"],
});

const dayOldSessionBlocked = dayOld({
  name: "browser-day-old-token-no-frames",
  title:
    "A refresh token ends in an outage of the sign-in pages; iframes are kept from the session",
  standsFor:
    "the same in browsers that block third-party cookies: no iframe finds the session, a popup does",
  settings: { sessionInFrames: "blocked" },
  asserts: ["fallback-to-interaction", "prompts-caused", "screen", "recovery"],
});

const threeDaysOff = defineScenario({
  name: "browser-three-days-off",
  title: "A tab stays open for three days, and the outage is on the morning of the fourth",
  story: {
    standsFor: `a long weekend: refresh token and session have both ended (${TOKEN_LIFETIMES})`,
    asserts:
      "Nobody is sent to a sign-in page that is down; after the outage one sign-in is enough.",
    failureMeans: "Monday morning begins with a popup that leads nowhere.",
    fix: "Ask silently first, wait when the service is ill, and let the person sign in when it says so.",
  },
  needs: ["popup", "silent"],
  clients: ["msal-browser"],
  asserts: ["fallback-to-interaction", "recovery", "screen"],
  faults: [outage({ from: days(3), for: hours(2) })],
  async script(context) {
    const spa = await signedIn(context, { cache: "persisted" });
    await askUntil(context, spa, hours(8), hours(1));
    await context.clock.until(days(3) + minutes(5));
    await workUntil(context, spa, { untilMs: days(3) + hours(4), everyMs: minutes(20) });
  },
});

const outageOfHours = defineScenario({
  name: "browser-outage",
  title: "Three hours of outage under a page whose tokens live an hour",
  story: {
    standsFor: "2021-03-15: hours in which no token could be had (Azure status history LN01-P8Z)",
    asserts: "Nobody is asked to sign in, requests stay few, and the page works again by itself.",
    failureMeans:
      "The page sends people to a sign-in that is down, or needs a reload to come back.",
    fix: "Show in words that sign-in is down, keep the account, and ask silently again after a while.",
  },
  needs: ["popup", "silent"],
  clients: ["msal-browser"],
  asserts: ["prompts-caused", "screen", "recovery", "retry-storm", "supported-host"],
  faults: [outage({ from: hours(2), for: hours(3) })],
  async script(context) {
    const spa = await signedIn(context, { cache: "persisted" });
    await workUntil(context, spa, { untilMs: hours(6), everyMs: minutes(10) });
  },
});

export const sessionScenarios: readonly Scenario[] = [
  outageOfHours,
  dayOldSession,
  dayOldSessionBlocked,
  threeDaysOff,
];

/**
 * What a page has after its refresh token has expired, after a day: the session at the identity
 * provider, which a hidden iframe can use if the browser allows it.
 */
import { days, hours, minutes } from "../harness/core/time/duration.ts";
import type { FaultPlan } from "../harness/faults/plan.ts";
import { outage } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { callUntil, signedIn, workUntil } from "./browser-app.ts";

const TOKEN_LIFETIMES =
  "https://learn.microsoft.com/entra/identity-platform/refresh-tokens: 24 hours for single-page apps";

/** The sign-in pages, which a hidden iframe needs, are down; token requests are answered. */
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
        "The page prompts no one during an outage of the sign-in pages, and the first call after it succeeds.",
      failureMeans:
        "Once a day a page depends on the sign-in pages, and an outage of these signs its users out.",
      fix: "Handle a failed silent call by its error: only interaction-required means that the user has to act.",
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
  title: "A refresh token expires in an outage of the sign-in pages; iframes can use the session",
  standsFor: "silent renewal by hidden iframe after the refresh token has expired",
  settings: { sessionInFrames: "visible" },
  asserts: ["prompts-caused", "screen", "recovery", "routing-hint"],
});

const dayOldSessionBlocked = dayOld({
  name: "browser-day-old-token-no-frames",
  title:
    "A refresh token expires in an outage of the sign-in pages; iframes cannot use the session",
  standsFor:
    "the same in browsers that block third-party cookies: a popup can use the session, an iframe cannot",
  settings: { sessionInFrames: "blocked" },
  asserts: ["fallback-to-interaction", "prompts-caused", "screen", "recovery"],
});

const threeDaysOff = defineScenario({
  name: "browser-three-days-off",
  title: "A tab stays open for three days, and the outage is on the morning of the fourth",
  story: {
    standsFor: `a long weekend: refresh token and session have both expired (${TOKEN_LIFETIMES})`,
    asserts:
      "The page sends no one to a sign-in page that is down; after the outage one sign-in is enough.",
    failureMeans: "Monday morning starts with a popup that does not work.",
    fix: "Call silently first, wait while the service fails, and let the user sign in when the service requires it.",
  },
  needs: ["popup", "silent"],
  clients: ["msal-browser"],
  asserts: ["fallback-to-interaction", "recovery", "screen"],
  faults: [outage({ from: days(3), for: hours(2) })],
  async script(context) {
    const spa = await signedIn(context, { cache: "persisted" });
    await callUntil(context, spa, hours(8), hours(1));
    await context.clock.until(days(3) + minutes(5));
    await workUntil(context, spa, { untilMs: days(3) + hours(4), everyMs: minutes(20) });
  },
});

const outageOfHours = defineScenario({
  name: "browser-outage",
  title: "Three hours of outage for a page whose tokens are valid for an hour",
  story: {
    standsFor: "2021-03-15: hours in which no tokens were issued (Azure status history LN01-P8Z)",
    asserts:
      "No one is asked to sign in, there are few requests, and the page works again by itself.",
    failureMeans:
      "The page sends users to a sign-in page that is down, or needs a reload to work again.",
    fix: "Show a message that sign-in is down, keep the account, and try silently again after a while.",
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

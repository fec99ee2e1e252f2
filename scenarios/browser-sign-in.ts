/**
 * Interactive sign-in of a page in an outage: popups and redirects to sign-in pages that are down
 * or never load, and what the user sees.
 */
import { hours, minutes } from "../harness/core/time/duration.ts";
import type { FaultEffect } from "../harness/faults/plan.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import type { World } from "../harness/entra/directory/world.ts";
import { callUntil, RESILIENT_CLIENT, signIn } from "./browser-app.ts";
import { worldWithPolicies } from "./second-factor.ts";

const pageDown: FaultEffect = {
  kind: "server-error",
  status: 503,
  body: { form: "html", title: "Service Unavailable" },
};

/** Ten minutes without a sign-in page; then the user tries again. */
function signInDuring(
  own: Pick<Scenario, "name" | "title" | "script"> & {
    readonly standsFor: string;
    readonly expectation: string;
    readonly effect: FaultEffect;
    /** Where; default: the sign-in pages. */
    readonly at?: "second-factor";
    readonly world?: World;
  },
): Scenario {
  const { standsFor, expectation, effect, at = "primary", ...rest } = own;
  return defineScenario({
    ...rest,
    story: {
      standsFor: `${standsFor} (${RESILIENT_CLIENT})`,
      asserts: expectation,
      failureMeans:
        "Users wait at a window in which nothing happens, close it, and try again at once.",
      fix: "Shorten the wait (system.popupBridgeTimeout), show a message that sign-in is down, and offer to try again later.",
    },
    needs: ["popup", "redirect", "silent"],
    clients: ["msal-browser"],
    asserts: ["screen", "recovery", "empty-token"],
    faults: [
      {
        id: "sign-in-down",
        at,
        on: ["authorize"],
        from: 0,
        for: minutes(10),
        effect,
      },
    ],
  });
}

/** The user tries every four minutes, with the flow of the application. */
function triesAgain(flow: "popup" | "redirect"): Scenario["script"] {
  return async (context) => {
    const spa = await context.open({ app: "spa" });
    for (const minute of [1, 5, 11]) {
      await context.clock.until(minutes(minute));
      const signedIn = await spa.attempt(signIn(context, flow));
      if (!(signedIn instanceof Error)) break;
    }
    await callUntil(context, spa, hours(2));
  };
}

const popupDown = signInDuring({
  name: "browser-popup-down",
  title: "The sign-in popup shows an error page of the service",
  standsFor: "an outage of the sign-in pages: the popup never returns to the application",
  expectation: "The call ends, no dead window stays open, and the next sign-in works.",
  effect: pageDown,
  script: triesAgain("popup"),
});

const popupHangs = signInDuring({
  name: "browser-popup-hangs",
  title: "The sign-in popup stays blank",
  standsFor: "a sign-in page that never answers",
  expectation: "The call ends, no blank window stays open, and the next sign-in works.",
  effect: { kind: "hang" },
  script: triesAgain("popup"),
});

const redirectIntoOutage = signInDuring({
  name: "browser-redirect-down",
  title: "A redirect from the application ends at an error page of the service",
  standsFor:
    "the application is gone and cannot explain the error: the user sees the error page of the service",
  expectation:
    "The user sees an error message, and is signed in after a reload when the outage is over.",
  effect: pageDown,
  async script(context) {
    const spa = await context.open({ app: "spa" });
    await context.clock.until(minutes(1));
    const signingIn = spa.attempt(signIn(context, "redirect"));
    await context.clock.until(minutes(11));
    await spa.tabs.reload();
    await signingIn;
    await callUntil(context, spa, hours(2));
  },
});

const popupSecondFactorDown = signInDuring({
  name: "browser-mfa-down",
  title: "The sign-in popup takes the password, and its second step ends at an error page",
  standsFor:
    "an outage of multi-factor authentication alone, as on 2025-01-13 (OP978247): the person gets halfway",
  expectation: "The call ends, no dead window stays open, and the next sign-in works.",
  effect: pageDown,
  at: "second-factor",
  world: worldWithPolicies([{}]),
  script: triesAgain("popup"),
});

export const signInScenarios: readonly Scenario[] = [
  popupDown,
  popupHangs,
  redirectIntoOutage,
  popupSecondFactorDown,
];

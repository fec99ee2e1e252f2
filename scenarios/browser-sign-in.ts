/**
 * Interactive sign-in of a page in an outage: popups and redirects into pages that are down or
 * never come, and what the person is left with.
 */
import { hours, minutes } from "../harness/core/time/duration.ts";
import type { FaultEffect } from "../harness/faults/plan.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { askUntil, RESILIENT_CLIENT, signIn } from "./pages.ts";

const pageDown: FaultEffect = {
  kind: "server-error",
  status: 503,
  body: { form: "html", title: "Service Unavailable" },
};

/** Ten minutes without a sign-in page; then the person tries again. */
function signInMeets(
  own: Pick<Scenario, "name" | "title" | "script"> & {
    readonly standsFor: string;
    readonly says: string;
    readonly effect: FaultEffect;
  },
): Scenario {
  const { standsFor, says, effect, ...rest } = own;
  return defineScenario({
    ...rest,
    story: {
      standsFor: `${standsFor} (${RESILIENT_CLIENT})`,
      asserts: says,
      failureMeans:
        "People stare at a window in which nothing will ever happen, close it, and try again at once.",
      fix: "Shorten the wait (system.popupBridgeTimeout), say in words that sign-in is down, and offer to try again later.",
    },
    needs: ["popup", "redirect", "silent"],
    clients: ["msal-browser"],
    asserts: ["screen", "recovery", "empty-token"],
    faults: [
      {
        id: "sign-in-down",
        at: "primary",
        on: ["authorize"],
        from: 0,
        for: minutes(10),
        effect,
      },
    ],
  });
}

/** The person tries every four minutes; `flow` as the application has it. */
function triesAgain(flow: "popup" | "redirect"): Scenario["script"] {
  return async (context) => {
    const spa = await context.open({ app: "spa" });
    for (const minute of [1, 5, 11]) {
      await context.clock.until(minutes(minute));
      const signedIn = await spa.attempt(signIn(context, flow));
      if (!(signedIn instanceof Error)) break;
    }
    await askUntil(context, spa, hours(2));
  };
}

const popupDown = signInMeets({
  name: "browser-popup-down",
  title: "The sign-in popup shows an error page of the service",
  standsFor: "an outage of the sign-in pages: the popup never comes back to the application",
  says: "The call ends, nobody is left before a dead window, and the next sign-in works.",
  effect: pageDown,
  script: triesAgain("popup"),
});

const popupHangs = signInMeets({
  name: "browser-popup-hangs",
  title: "The sign-in popup stays white",
  standsFor: "a sign-in page that never answers",
  says: "The call ends, nobody is left before a white window, and the next sign-in works.",
  effect: { kind: "hang" },
  script: triesAgain("popup"),
});

const redirectIntoOutage = signInMeets({
  name: "browser-redirect-down",
  title: "A redirect leaves the application for an error page of the service",
  standsFor: "the page that would have said what is wrong is gone: the service's own words stand",
  says: "The person sees words, and comes back signed in by reloading the page when the outage is over.",
  effect: pageDown,
  async script(context) {
    const spa = await context.open({ app: "spa" });
    await context.clock.until(minutes(1));
    const signingIn = spa.attempt(signIn(context, "redirect"));
    await context.clock.until(minutes(11));
    await spa.tabs.reload();
    await signingIn;
    await askUntil(context, spa, hours(2));
  },
});

export const signInScenarios: readonly Scenario[] = [popupDown, popupHangs, redirectIntoOutage];

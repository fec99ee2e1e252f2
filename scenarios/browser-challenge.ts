/** What the service demands of a page in bad times: claims, metadata, a window parted from its opener. */
import { hours, minutes } from "../harness/core/time/duration.ts";
import type { TokenResult } from "../harness/clients/client.ts";
import { discoveryDown, outage } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { silently } from "./applications.ts";
import { askUntil, PERSON, signedIn, signIn } from "./pages.ts";

const challengeInOutage = defineScenario({
  name: "browser-claims-in-outage",
  title: "An API turns a token away with a claims challenge while nothing can be signed in",
  story: {
    standsFor:
      "continuous access evaluation in an outage: a challenge is past the cache, and asks for what cannot be had (https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation)",
    asserts:
      "The challenge reaches the token endpoint, the person is asked to sign in when the service says so and not before, and works again after the outage.",
    failureMeans:
      "The page loops on a token that will not be accepted, or sends people to a dead sign-in.",
    fix: "Keep the claims of the 401, and pass them on again when the service is back.",
  },
  needs: ["popup", "silent"],
  clients: ["msal-browser"],
  asserts: ["claims-challenge", "fallback-to-interaction", "recovery", "screen"],
  faults: [outage({ from: hours(1), for: hours(1) })],
  async script(context) {
    const { world, clock } = context;
    const spa = await signedIn(context, { cache: "persisted", capabilities: ["cp1"] });
    await clock.until(minutes(70));
    world.revokeSessions([world.user(PERSON)]);
    let challenge: { readonly claims?: string } = {};
    let token: TokenResult | Error = await spa.attempt(silently(context, PERSON));
    for (let minute = 70; minute < 150; minute += 15) {
      await clock.until(minutes(minute));
      if (!(token instanceof Error)) {
        const { claims } = await spa.callApi(token, "graph");
        challenge = claims === undefined ? {} : { claims };
      }
      token = await spa.attempt({ ...silently(context, PERSON), ...challenge });
      if (spa.needsInteraction(token))
        token = await spa.attempt({ ...signIn(context), ...challenge });
    }
  },
});

const metadataOnLoad = defineScenario({
  name: "browser-metadata-down",
  title: "Discovery is down while a page is loaded anew",
  story: {
    standsFor:
      "2021-12-16: metadata endpoints failed while tokens could be had (AADSTS90041); msal 1.x asks for metadata on every load of a page",
    asserts: "Tokens go on being renewed: what never changes is not asked for each time.",
    failureMeans: "Whoever reloads the page is signed out of an application whose sign-in works.",
    fix: "Use a library that knows the metadata of the public cloud, or hand it over in the configuration (authorityMetadata).",
  },
  needs: ["popup", "silent"],
  clients: ["msal-browser", "msal"],
  asserts: ["metadata", "availability", "screen", "recovery"],
  settings: { accessTokenLifetimeSeconds: 3_600, sessionHours: 90 },
  // The browser keeps what it was told for a day.
  faults: [discoveryDown({ from: hours(26), for: hours(2) })],
  async script(context) {
    const spa = await signedIn(context, { cache: "persisted" });
    await askUntil(context, spa, hours(2));
    await context.clock.until(hours(25));
    await askUntil(context, spa, hours(27));
    await spa.tabs.reload();
    await askUntil(context, spa, hours(29));
  },
});

const partedWindow = defineScenario({
  name: "browser-parted-window",
  title: "The sign-in page parts its window from the one that opened it",
  story: {
    standsFor:
      "Cross-Origin-Opener-Policy: same-origin on sign-in pages: a popup that its opener can neither see nor close (a setting, both sides tested)",
    asserts: "Sign-in by popup works, before and after an outage.",
    failureMeans:
      "The library takes the window for closed: people sign in, and are told that they gave up.",
    fix: "Use a library whose popups answer by BroadcastChannel (msal-browser 5), or sign in by redirect.",
  },
  needs: ["popup", "silent"],
  clients: ["msal-browser", "msal"],
  asserts: ["recovery"],
  settings: { loginOpenerPolicy: "same-origin" },
  faults: [outage({ from: minutes(10), for: minutes(10) })],
  async script(context) {
    for (const [browser, minute] of [
      ["desk", 0],
      ["other", 21],
    ] as const) {
      const spa = await context.open({ app: "spa", browser });
      await context.clock.until(minutes(minute));
      await spa.attempt(signIn(context));
    }
  },
});

export const challengeScenarios: readonly Scenario[] = [
  challengeInOutage,
  metadataOnLoad,
  partedWindow,
];

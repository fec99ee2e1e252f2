/** What a page needs from the service apart from tokens: answers to claims challenges, metadata, and popups that stay connected to their opener. */
import { hours, minutes, seconds } from "../harness/core/time/duration.ts";
import type { TokenResult } from "../harness/clients/client.ts";
import { discoveryDown, outage } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { silently } from "./applications.ts";
import { callUntil, USER, signedIn, signIn } from "./browser-app.ts";

const challengeInOutage = defineScenario({
  name: "browser-claims-in-outage",
  title: "An API rejects a token with a claims challenge while sign-in is down",
  story: {
    standsFor:
      "continuous access evaluation in an outage: a challenge bypasses the cache, and requires a token that the service cannot issue (https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation)",
    asserts:
      "The challenge reaches the token endpoint, the user is prompted only when the service requires it, and the page works again after the outage.",
    failureMeans:
      "The page keeps presenting a rejected token, or sends users to a sign-in page that is down.",
    fix: "Keep the claims of the 401, and pass them again when the service is back.",
  },
  needs: ["popup", "silent"],
  clients: ["msal-browser"],
  asserts: ["claims-challenge", "fallback-to-interaction", "recovery", "screen"],
  faults: [outage({ from: hours(1), for: hours(1) })],
  async script(context) {
    const { world, clock } = context;
    const spa = await signedIn(context, { cache: "persisted", capabilities: ["cp1"] });
    await clock.until(minutes(70));
    world.revokeSessions([world.user(USER)]);
    let challenge: { readonly claims?: string } = {};
    let token: TokenResult | Error = await spa.attempt(silently(context, USER));
    for (let minute = 70; minute < 150; minute += 15) {
      await clock.until(minutes(minute));
      if (!(token instanceof Error)) {
        const { claims } = await spa.callApi(token, "graph");
        challenge = claims === undefined ? {} : { claims };
      }
      token = await spa.attempt({ ...silently(context, USER), ...challenge });
      if (spa.needsInteraction(token))
        token = await spa.attempt({ ...signIn(context), ...challenge });
    }
  },
});

const metadataOnLoad = defineScenario({
  name: "browser-metadata-down",
  title: "Discovery is down while a page is reloaded",
  story: {
    standsFor:
      "2021-12-16: metadata endpoints failed while tokens were issued (AADSTS90041); msal 1.x requests metadata on every page load",
    asserts: "Tokens are still renewed, because metadata is not requested each time.",
    failureMeans: "A reload signs the user out although sign-in works.",
    fix: "Use a library with built-in metadata of the public cloud, or set it in the configuration (authorityMetadata).",
  },
  needs: ["popup", "silent"],
  clients: ["msal-browser", "msal"],
  notApplicableTo: [
    {
      client: "msal-browser",
      why: "it has the metadata of the public hosts built in and requests none",
    },
  ],
  asserts: ["metadata", "availability", "screen", "recovery"],
  settings: { accessTokenLifetimeSeconds: 3_600, sessionHours: 90 },
  // The browser caches the metadata for a day.
  faults: [discoveryDown({ from: hours(26), for: hours(2) })],
  async script(context) {
    const spa = await signedIn(context, { cache: "persisted" });
    await callUntil(context, spa, hours(2));
    await context.clock.until(hours(25));
    await callUntil(context, spa, hours(27));
    await spa.tabs.reload();
    await callUntil(context, spa, hours(29));
  },
});

const partedWindow = defineScenario({
  name: "browser-parted-window",
  title: "The sign-in page cuts its window off from the one that opened it",
  story: {
    standsFor:
      "Cross-Origin-Opener-Policy: same-origin on sign-in pages: a popup that its opener can neither observe nor close (a setting; both values are tested)",
    asserts: "Sign-in by popup works: while the sign-in pages are slow, before and after.",
    failureMeans:
      "The library treats the popup as closed: users sign in, and the page reports that they cancelled.",
    fix: "Use a library whose popups answer over BroadcastChannel (msal-browser 5), or sign in by redirect.",
  },
  needs: ["popup", "silent"],
  clients: ["msal-browser", "msal"],
  asserts: ["recovery"],
  settings: { loginOpenerPolicy: "same-origin" },
  faults: [
    {
      id: "slow-pages",
      at: "primary",
      on: ["authorize"],
      from: minutes(10),
      for: minutes(10),
      effect: { kind: "latency", delay: seconds(5) },
    },
  ],
  async script(context) {
    for (const [browser, minute] of [
      ["office", 0],
      ["train", 12],
      ["home", 21],
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

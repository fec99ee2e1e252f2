/** Faults that only a page can have, or that it has in its own way: no network, a full storage, calls that wait for one another, blocks. */
import { hours, minutes, seconds } from "../harness/core/time/duration.ts";
import { cacheStoreFull, offline } from "../harness/faults/device-presets.ts";
import { throttled } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { silently } from "./applications.ts";
import { CACHING, callUntil, RESILIENT_CLIENT, signedIn, signIn, USER } from "./browser-app.ts";

const hourly = { accessTokenLifetimeSeconds: 3_600 } as const;

const offlinePage = defineScenario({
  name: "browser-offline",
  title: "A page is offline for half an hour, and its token expires meanwhile",
  story: {
    standsFor: `a train in a tunnel, a laptop that wakes up: navigator.onLine is false (${RESILIENT_CLIENT})`,
    asserts:
      "The page works with its token as long as it is valid, asks no one to sign in, and renews it once it is online.",
    failureMeans: "Users who were offline for a while have to sign in again.",
    fix: "Do not start a sign-in while navigator.onLine is false; call again on the event `online`.",
  },
  needs: ["popup", "silent"],
  clients: ["msal-browser"],
  asserts: ["cached-token", "recovery", "prompts-caused", "screen"],
  settings: hourly,
  faults: [offline({ from: minutes(40), for: minutes(30) })],
  async script(context) {
    const spa = await signedIn(context);
    await callUntil(context, spa, hours(2), minutes(5));
  },
});

const storageFull = defineScenario({
  name: "browser-storage-full",
  title: "The storage of a page has reached its quota when tokens are renewed",
  story: {
    standsFor: `an origin whose applications share five megabytes (${CACHING})`,
    asserts: "A renewed token reaches the application, although it cannot be stored.",
    failureMeans: "A full storage signs users out, and the service has nothing to do with it.",
    fix: "Remove what the application itself stores, and let several applications not share an origin.",
  },
  needs: ["popup", "silent"],
  clients: ["msal-browser"],
  asserts: ["availability", "recovery", "prompts-caused", "screen"],
  settings: hourly,
  faults: [cacheStoreFull({ from: minutes(30), for: minutes(90) })],
  async script(context) {
    const spa = await signedIn(context, { cache: "persisted" });
    await callUntil(context, spa, hours(3), minutes(15));
  },
});

const sharedHang = defineScenario({
  name: "browser-shared-hang",
  title: "One request hangs for twenty minutes, while the service answers all others",
  story: {
    standsFor: `a connection that lies open without an answer: silent calls for one token share one request (${RESILIENT_CLIENT})`,
    asserts: "Later calls do not wait for the request that hangs.",
    failureMeans: "One lost answer keeps the whole page waiting, although the service is up.",
    fix: "Give every silent call a time-out, and reload the page when it passes twice.",
  },
  needs: ["popup", "silent"],
  clients: ["msal-browser"],
  asserts: ["screen", "recovery", "availability"],
  settings: hourly,
  faults: [
    {
      id: "one-hangs",
      at: "primary",
      on: ["token"],
      from: minutes(58),
      for: minutes(20),
      first: 1,
      effect: { kind: "hang" },
    },
  ],
  async script(context) {
    const spa = await signedIn(context);
    const withTimeout = { ...silently(context, USER), timeoutMs: seconds(30) };
    for (let minute = 60; minute <= 84; minute += 4) {
      await context.clock.until(minutes(minute));
      await spa.attempt(withTimeout);
    }
  },
});

const signInLiftsBlock = defineScenario({
  name: "browser-sign-in-after-block",
  title: "A user signs in while the library still blocks silent calls after a 429",
  story: {
    standsFor: `Retry-After of half an hour for renewals, and a user who signs in meanwhile: the page has new tokens (${RESILIENT_CLIENT})`,
    asserts:
      "After the sign-in, silent calls return the new token; a renewal waits until Retry-After is over.",
    failureMeans:
      "Users who have just signed in are still shown an error, or each sign-in ends the wait that the service asked for.",
    fix: "Offer a sign-in when silent calls are refused for long, and call silently afterwards.",
  },
  needs: ["popup", "silent"],
  clients: ["msal-browser"],
  asserts: ["cached-token", "retry-after", "recovery", "screen"],
  expects: [
    {
      rule: "fallback-to-interaction",
      because: "The script signs the user in during the block, to see what becomes of it.",
    },
  ],
  settings: { ...hourly, retryAfterExposed: "yes" },
  faults: [
    throttled({
      from: minutes(58),
      for: minutes(5),
      retryAfter: { form: "seconds", seconds: 1_800 },
      body: { form: "aadsts", code: 90055 },
    }),
  ],
  async script(context) {
    const { clock } = context;
    const spa = await signedIn(context);
    await clock.until(minutes(60));
    await spa.attempt(silently(context, USER));
    await clock.until(minutes(70));
    await spa.attempt(signIn(context));
    await spa.attempt(silently(context, USER));
    await clock.until(minutes(75));
    await spa.attempt({ ...silently(context, USER), forceRefresh: true });
    await callUntil(context, spa, hours(2), minutes(10));
  },
});

export const deviceScenarios: readonly Scenario[] = [
  offlinePage,
  storageFull,
  sharedHang,
  signInLiftsBlock,
];

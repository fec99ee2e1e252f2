/** Faults of the client's own side: the store of its tokens, its clock, answers that are lost on the way to it. */
import { days, hours, minutes } from "../harness/core/time/duration.ts";
import {
  cacheStoreDown,
  cacheStoreFull,
  cacheStoreSlow,
  clockWrong,
} from "../harness/faults/device-presets.ts";
import { answerLost } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { daemonToken, pollUntil, signIn, silently } from "./applications.ts";

const RESILIENT_CLIENT = "https://learn.microsoft.com/entra/architecture/resilience-client-app";
const CACHES = "https://learn.microsoft.com/entra/msal/javascript/node/caching";

const storeDown = defineScenario({
  name: "cache-store-down",
  title: "The shared cache of a web app does not answer for half an hour",
  story: {
    standsFor: `a Redis that restarts or is out of reach: the token cache of a web app is a service of its own (${CACHES})`,
    asserts: "The app goes on with the tokens in its memory, and with the store afterwards.",
    failureMeans: "An outage of the cache is an outage of the app, although tokens are issued.",
    fix: "Catch what the store throws in the cache plugin, note it, and go on without the store.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["cached-token", "availability", "recovery"],
  faults: [cacheStoreDown({ from: minutes(10), for: minutes(30) })],
  async script(context) {
    const portal = await context.open({ app: "portal", cache: "persisted" });
    await signIn(context, portal, "adele");
    await pollUntil(context, portal, silently(context, "adele"), {
      everyMs: minutes(5),
      untilMs: hours(1),
    });
  },
});

/** A web app whose users' tokens are in a Redis, through the plugin of MSAL Node for distributed caches. */
function sharedCache(
  own: Pick<Scenario, "name" | "title" | "asserts" | "faults"> & {
    readonly standsFor: string;
    readonly expectation: string;
    readonly failureMeans: string;
  },
): Scenario {
  const { standsFor, expectation, failureMeans, ...rest } = own;
  return defineScenario({
    ...rest,
    story: {
      standsFor: `${standsFor} (DistributedCachePlugin, ${CACHES})`,
      asserts: expectation,
      failureMeans,
      fix: "Give the plugin a client that bounds its time, catches what the store throws, and answers from memory meanwhile.",
    },
    needs: ["authorization-code", "silent"],
    async script(context) {
      const portal = await context.open({ app: "portal", cache: "shared" });
      for (const user of ["adele", "megan"]) await signIn(context, portal, user);
      while (context.clock.elapsed() < hours(1)) {
        for (const user of ["adele", "megan"]) await portal.attempt(silently(context, user));
        await context.clock.sleep(minutes(5));
      }
    },
  });
}

const sharedCacheDown = sharedCache({
  name: "shared-cache-down",
  title: "The Redis with the tokens of all users of a web app is down for half an hour",
  standsFor: "a distributed token cache whose server restarts, or is out of reach",
  expectation: "Users whose tokens the app has had keep working, and the others can sign in.",
  failureMeans: "Every user of every instance of the app is out, although tokens are issued.",
  asserts: ["cached-token", "availability", "recovery"],
  faults: [cacheStoreDown({ from: minutes(10), for: minutes(30) })],
});

const sharedCacheSlow = sharedCache({
  name: "shared-cache-slow",
  title: "The Redis with the tokens of all users of a web app answers after a minute",
  standsFor: "a distributed token cache that is overloaded, or whose network loses packets",
  expectation: "Calls end in time: with a token, or with an error that the app can handle.",
  failureMeans: "Requests of users pile up in the app, each waiting for the cache.",
  asserts: ["call-duration", "recovery"],
  faults: [cacheStoreSlow({ from: minutes(10), for: minutes(30), delay: minutes(1) })],
});

const storeFull = defineScenario({
  name: "cache-store-full",
  title: "The disk with the token cache of a daemon is full for two hours",
  story: {
    standsFor: `a disk without space, or a cache with a limit: reads succeed, writes fail (${CACHES})`,
    asserts: "A token that was issued reaches the application, although it cannot be saved.",
    failureMeans: "A full disk stops a daemon to which the service gives every token.",
    fix: "Catch what a write throws in the cache plugin, and go on with the cache in memory.",
  },
  needs: ["client-credentials"],
  asserts: ["availability", "recovery", "empty-token"],
  faults: [cacheStoreFull({ from: 0, for: hours(2) })],
  async script(context) {
    const daemon = await context.open({ app: "nightly-daemon", cache: "persisted" });
    await pollUntil(context, daemon, daemonToken, { everyMs: minutes(10), untilMs: hours(3) });
  },
});

const clockSetBack = defineScenario({
  name: "clock-set-back",
  title: "The clock of a daemon's machine is set back by an hour in mid-run",
  story: {
    standsFor:
      "a machine that resumes from a snapshot, or whose time service has failed: tokens look an hour younger than they are",
    asserts: "The client hands out no token that has expired.",
    failureMeans: "For an hour, every call to an API ends with 401.",
    fix: "Keep the machine's time right; after a 401 for an unexpired token, request a new one (forceRefresh).",
  },
  needs: ["client-credentials"],
  asserts: ["token-expiry", "recovery"],
  settings: { appTokenLifetimeSeconds: 3_600 },
  faults: [clockWrong({ from: minutes(30), for: hours(2), byMs: -hours(1) })],
  async script(context) {
    const daemon = await context.open({ app: "nightly-daemon" });
    while (context.clock.elapsed() < hours(4)) {
      const result = await daemon.attempt(daemonToken);
      if (!(result instanceof Error)) await daemon.callApi(result, "graph");
      await context.clock.sleep(minutes(10));
    }
  },
});

const answersLost = defineScenario({
  name: "answers-lost",
  title: "The service renews tokens for a quarter of an hour, and its answers do not arrive",
  story: {
    standsFor: `a connection that breaks after the service has acted: refresh tokens are replaced, codes are used up (${RESILIENT_CLIENT})`,
    asserts: "Renewals that got no answer are repeated with growing waits, and succeed afterwards.",
    failureMeans: "Users have to sign in again because of one lost packet.",
    fix: "Treat a renewal without an answer as not made, keep the refresh token that it was made with, and back off.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["recovery", "silent-first", "empty-token"],
  settings: { accessTokenLifetimeSeconds: 3_600 },
  faults: [answerLost({ from: minutes(50), for: minutes(15) })],
  async script(context) {
    const portal = await context.open({ app: "portal" });
    await signIn(context, portal, "adele");
    await pollUntil(context, portal, silently(context, "adele"), {
      everyMs: minutes(2),
      untilMs: hours(2),
    });
  },
});

const overlappingScopes = defineScenario({
  name: "overlapping-scopes",
  title: "An app asks for overlapping scopes just before an outage",
  story: {
    standsFor: `two parts of one app that ask for different scopes of one API (${CACHES})`,
    asserts: "Each part keeps its token through the outage: it is valid for a day.",
    failureMeans: "The second request has removed the token of the first part, which stands still.",
    fix: "Ask for all scopes of an API together, so that there is one token for all parts.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["cached-token", "availability", "recovery"],
  // Where a reply names all consented scopes, both parts share one token, and none is removed.
  settings: {
    grantedScopes: "asked",
    refreshIn: "never",
    accessTokenLifetimeSeconds: days(1) / 1_000,
  },
  faults: [
    {
      id: "token-down",
      at: "primary",
      on: ["token"],
      from: hours(1),
      for: hours(6),
      effect: { kind: "server-error", status: 503, body: { form: "aadsts", code: 90033 } },
    },
  ],
  async script(context) {
    const portal = await context.open({ app: "portal", capabilities: ["cp1"] });
    await signIn(context, portal, "adele");
    const user = context.world.user("adele");
    const graph = "https://graph.microsoft.com/";
    const mail = {
      flow: "silent",
      scopes: [`${graph}User.Read`, `${graph}Mail.Read`],
      user,
    } as const;
    const calendar = { ...mail, scopes: [`${graph}User.Read`, `${graph}Calendars.Read`] };
    await portal.attempt(mail);
    await context.clock.until(minutes(30));
    await portal.attempt(calendar);
    for (const hour of [2, 4, 6, 8]) {
      await context.clock.until(hours(hour));
      await portal.attempt(mail);
      await portal.attempt(calendar);
    }
  },
});

export const clientSide: readonly Scenario[] = [
  storeDown,
  sharedCacheDown,
  sharedCacheSlow,
  storeFull,
  clockSetBack,
  answersLost,
  overlappingScopes,
];

/** Many users on one confidential client, many callers at once, and callers that stand in for each other. */
import { hours, minutes, seconds } from "../harness/core/time/duration.ts";
import { throttled } from "../harness/faults/presets.ts";
import { defineScenario } from "../harness/runner/scenario.ts";
import { daemonToken, pollUntil, signIn, silently } from "./applications.ts";

const people = Array.from({ length: 12 }, (_, index) => `crowd${index}`);

export const manyUsers = defineScenario({
  name: "many-users",
  title: "Twelve users on one web app, one of them throttled for half an hour",
  story: {
    standsFor:
      "throttles are counted per user and app (AADSTS50196, https://learn.microsoft.com/entra/identity-platform/reference-breaking-changes)",
    asserts: "The other eleven users keep working, with their own tokens and routing hints.",
    failureMeans: "One throttled user takes the whole app down.",
    fix: "Key every block and every circuit breaker by user, tenant and scope.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["isolation", "routing-hint", "retry-after", "recovery", "retry-storm"],
  settings: { accessTokenLifetimeSeconds: 3_600 },
  faults: [
    {
      id: "one-user-throttled",
      at: "primary",
      on: ["token"],
      where: { user: "crowd3@contoso.example" },
      from: minutes(50),
      for: minutes(30),
      effect: {
        kind: "throttle",
        retryAfter: { form: "seconds", seconds: 300 },
        body: { form: "aadsts", code: 90055 },
      },
    },
  ],
  limits: { recoveryWithinMs: minutes(6) },
  async script(context) {
    const portal = await context.open({ app: "portal" });
    for (const name of people) await signIn(context, portal, name);
    await Promise.all(
      people.map(async (name, index) => {
        // One after the other, so that it is no race whether a block affects another user.
        await context.clock.sleep(seconds(2 * index));
        const timing = { everyMs: minutes(1), untilMs: minutes(100) };
        await pollUntil(context, portal, silently(context, name), timing);
      }),
    );
  },
});

const burstStory = {
  standsFor: "a web server whose token expires under load: every request in flight needs a new one",
  asserts: "Concurrent calls for one token make one request.",
  failureMeans:
    "Each renewal is a burst of requests to the token endpoint, and in an outage a retry storm.",
  fix: "Share one promise per user and scope among all callers.",
};

export const burstOfUserCalls = defineScenario({
  name: "concurrent-burst-user",
  title: "Twelve silent calls at once for one user whose token has expired",
  story: burstStory,
  needs: ["authorization-code", "silent"],
  clients: ["msal-node", "msal-browser"],
  asserts: ["single-flight", "empty-token"],
  faults: [],
  async script(context) {
    const portal = await context.open({ app: "portal" });
    await signIn(context, portal, "adele");
    await context.clock.until(hours(2));
    await Promise.all(people.map(() => portal.attempt(silently(context, "adele"))));
  },
});

export const burstOfDaemonCalls = defineScenario({
  name: "concurrent-burst-daemon",
  title: "Twelve client-credential calls at once with an empty cache, while answers are slow",
  story: burstStory,
  needs: ["client-credentials"],
  asserts: ["single-flight", "empty-token", "recovery"],
  faults: [
    {
      id: "slow",
      at: "primary",
      on: ["token"],
      from: 0,
      for: minutes(1),
      effect: { kind: "latency", delay: seconds(2) },
    },
  ],
  async script(context) {
    const daemon = await context.open({ app: "nightly-daemon" });
    await Promise.all(people.map(() => daemon.attempt(daemonToken)));
    await context.clock.until(minutes(2));
    await daemon.attempt(daemonToken);
  },
});

export const sharedHang = defineScenario({
  name: "shared-hang",
  title: "One request of a web app hangs for twenty minutes, while the service answers all others",
  story: {
    standsFor:
      "a connection that lies open without an answer, under a client whose silent calls for one token share one request (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
    asserts: "Later calls do not wait for the request that hangs.",
    failureMeans: "One lost answer keeps a user out for minutes, although the service is up.",
    fix: "Give the client a transport with a time-out (networkClient), so that a shared request ends with its first caller's patience.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["call-duration", "recovery", "availability"],
  settings: { accessTokenLifetimeSeconds: 3_600 },
  faults: [
    {
      id: "one-hangs",
      at: "primary",
      on: ["token"],
      from: minutes(50),
      for: minutes(20),
      first: 1,
      effect: { kind: "hang" },
    },
  ],
  async script(context) {
    const portal = await context.open({ app: "portal" });
    await signIn(context, portal, "adele");
    const withTimeout = { ...silently(context, "adele"), timeoutMs: seconds(30) };
    for (let minute = 60; minute <= 84; minute += 1) {
      await context.clock.until(minutes(minute));
      await portal.attempt(withTimeout);
    }
  },
});

export const scopesInTwoOrders = defineScenario({
  name: "scopes-in-two-orders",
  title: "Two parts of an app ask for the same scopes in two orders, while their user is throttled",
  story: {
    standsFor:
      "code that names scopes in several places: to the service both requests are the same (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
    asserts: "A Retry-After that one part was given holds for the other part.",
    failureMeans: "Each order of the scopes has a block of its own, so the user stays throttled.",
    fix: "Name the scopes of an API once, in one constant, or sort them.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["retry-after", "recovery"],
  settings: { accessTokenLifetimeSeconds: 3_600 },
  faults: [
    throttled({
      from: minutes(55),
      for: minutes(10),
      retryAfter: { form: "seconds", seconds: 90 },
      body: { form: "aadsts", code: 90055 },
    }),
  ],
  async script(context) {
    const portal = await context.open({ app: "portal" });
    await signIn(context, portal, "adele");
    const mail = silently(context, "adele");
    const scopes = ["User.Read", "Mail.Read"].map((name) => `https://graph.microsoft.com/${name}`);
    const parts = [
      { ...mail, scopes },
      { ...mail, scopes: scopes.toReversed() },
    ];
    for (const part of parts) await portal.attempt(part);
    await context.clock.until(minutes(62));
    while (context.clock.elapsed() < minutes(75)) {
      for (const part of parts) {
        await portal.attempt(part);
        await context.clock.sleep(seconds(15));
      }
    }
  },
});

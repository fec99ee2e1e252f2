/**
 * The token endpoint throttles a daemon for five minutes, with each form of Retry-After and each
 * kind of body. The daemon calls every ten seconds and leaves waiting to its client, as most code
 * does.
 */
import { days, hours, minutes, seconds } from "../harness/core/time/duration.ts";
import type { ErrorBody, RetryAfter } from "../harness/faults/plan.ts";
import { throttled } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { daemonToken, pollUntil } from "./applications.ts";

interface Variant {
  readonly name: string;
  readonly title: string;
  readonly retryAfter: RetryAfter;
  readonly body: ErrorBody;
  readonly standsFor: string;
  /** Without a Retry-After, the client's own back-off is judged. */
  readonly rule: "retry-after" | "backoff";
}

const json: ErrorBody = { form: "aadsts", code: 90055 };
const ninetySeconds: RetryAfter = { form: "seconds", seconds: 90 };

const variants: readonly Variant[] = [
  {
    name: "token-throttled",
    title: "429 with Retry-After in seconds, JSON body",
    retryAfter: ninetySeconds,
    body: json,
    rule: "retry-after",
    standsFor:
      "Entra answers 429 or 503 with Retry-After when it is too busy (ESTS team in microsoft-authentication-library-for-dotnet#3907)",
  },
  {
    name: "token-throttled-text",
    title: "429 with Retry-After in seconds, plain-text body, as ESTS throttles client credentials",
    retryAfter: ninetySeconds,
    body: { form: "text", text: "Too Many Requests" },
    rule: "retry-after",
    standsFor:
      "the recorded throttle of client credentials: text body, Retry-After: 60 (microsoft-authentication-library-for-dotnet#2855)",
  },
  {
    name: "token-throttled-html",
    title: "429 with Retry-After in seconds, HTML body",
    retryAfter: ninetySeconds,
    body: { form: "html", title: "Too Many Requests" },
    rule: "retry-after",
    standsFor:
      "a gateway that throttles in front of the token service (gateway replies of real incidents: microsoft-authentication-library-for-js#4297, ms-rest-nodeauth#108)",
  },
  {
    name: "token-throttled-empty",
    title: "429 with Retry-After in seconds, empty body",
    retryAfter: ninetySeconds,
    body: { form: "empty" },
    rule: "retry-after",
    standsFor:
      "a gateway that throttles with an empty body (gateway replies of real incidents: microsoft-authentication-library-for-js#4297, ms-rest-nodeauth#108)",
  },
  {
    name: "token-throttled-http-date",
    title: "429 with Retry-After as an HTTP-date three minutes ahead",
    retryAfter: { form: "http-date", seconds: 180 },
    body: json,
    rule: "retry-after",
    standsFor:
      "the second form of Retry-After in RFC 9110 section 10.2.3, which proxies and gateways send",
  },
  {
    name: "token-throttled-no-retry-after",
    title: "429 without Retry-After",
    retryAfter: { form: "absent" },
    body: json,
    rule: "backoff",
    standsFor:
      "the client resilience guidance: without Retry-After, wait at least 5 s, then longer (https://learn.microsoft.com/entra/architecture/resilience-client-app)",
  },
  {
    name: "token-throttled-zero",
    title: "429 with Retry-After: 0",
    retryAfter: { form: "zero" },
    body: json,
    rule: "backoff",
    standsFor: "a Retry-After that allows an immediate retry, which a good client does not use",
  },
  {
    name: "token-throttled-garbage",
    title: "429 with an invalid Retry-After",
    retryAfter: { form: "garbage", text: "soon" },
    body: json,
    rule: "backoff",
    standsFor: "a header that was corrupted on its way; a client treats it as absent",
  },
];

function throttledScenario(variant: Variant): Scenario {
  const { name, title, retryAfter, body, standsFor, rule } = variant;
  return defineScenario({
    name,
    title,
    story: {
      standsFor,
      asserts:
        rule === "retry-after"
          ? "No request before Retry-After has passed; tokens again soon after the throttle ends."
          : "The first retry at least 5 s later, then growing waits; tokens again soon after the throttle ends.",
      failureMeans:
        "The client keeps sending requests although it was asked to wait: the throttle lasts longer, for this app and for others in the tenant.",
      fix: "Store the time of the next allowed attempt outside the client, and do not call it before.",
    },
    needs: ["client-credentials"],
    asserts: [rule, "recovery", "retry-storm", "supported-host"],
    faults: [throttled({ from: 0, for: minutes(5), retryAfter, body })],
    async script(context) {
      const daemon = await context.open({ app: "nightly-daemon" });
      await pollUntil(context, daemon, daemonToken, { everyMs: seconds(10), untilMs: minutes(12) });
    },
  });
}

const huge = defineScenario({
  name: "token-throttled-huge",
  title: "429 with a Retry-After of six hours",
  story: {
    standsFor: "a long throttle: the service may name any time, and long times matter most",
    asserts: "No request before the six hours have passed.",
    failureMeans:
      "The client stops waiting long before Retry-After has passed, and is throttled again.",
    fix: "Treat a long Retry-After as an outage: inform users, serve from the cache, and send no requests.",
  },
  needs: ["client-credentials"],
  asserts: ["retry-after", "retry-storm"],
  faults: [
    throttled({
      from: 0,
      for: hours(6),
      retryAfter: { form: "seconds", seconds: 21_600 },
      body: json,
    }),
  ],
  async script(context) {
    const daemon = await context.open({ app: "nightly-daemon" });
    await pollUntil(context, daemon, daemonToken, { everyMs: minutes(5), untilMs: days(1) });
  },
});

const crashLoop = defineScenario({
  name: "token-throttled-crash-loop",
  title: "A throttled daemon whose process is restarted every twenty seconds",
  story: {
    standsFor:
      "an orchestrator that restarts a failing container: a client that stores Retry-After only in memory loses it each time",
    asserts: "Retry-After is honoured across restarts of the process.",
    failureMeans: "Every restart sends a request at once; a fleet in a crash loop stays throttled.",
    fix: "Do not exit on a failed token request; or keep the time of the next allowed attempt outside the process.",
  },
  needs: ["client-credentials"],
  asserts: ["retry-after", "recovery"],
  faults: [throttled({ from: 0, for: minutes(5), retryAfter: ninetySeconds, body: json })],
  async script(context) {
    const daemon = await context.open({ app: "nightly-daemon" });
    while (context.clock.elapsed() < minutes(10)) {
      const result = await daemon.attempt(daemonToken);
      await context.clock.sleep(seconds(20));
      if (result instanceof Error) await daemon.restart();
    }
  },
});

export const tokenThrottled: readonly Scenario[] = [
  ...variants.map(throttledScenario),
  huge,
  crashLoop,
];

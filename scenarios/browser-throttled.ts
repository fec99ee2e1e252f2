/**
 * The token endpoint rejects a page for five minutes: it throttles, with a Retry-After that the
 * page can or cannot read, or answers with errors with various bodies. The page calls every
 * fifteen seconds and leaves waiting to its library, as most code does.
 */
import { hours, minutes, seconds } from "../harness/core/time/duration.ts";
import type { ServiceSettings } from "../harness/entra/directory/service-settings.ts";
import type { ErrorBody, FaultEffect } from "../harness/faults/plan.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { callUntil, RESILIENT_CLIENT, signedIn } from "./browser-app.ts";

interface Variant {
  readonly suffix: string;
  readonly title: string;
  readonly effect: FaultEffect;
  readonly exposed?: ServiceSettings["retryAfterExposed"];
  readonly standsFor: string;
  /** Without a Retry-After, the library's own back-off is judged. */
  readonly rule: "retry-after" | "backoff";
  readonly expects?: Scenario["expects"];
}

const json: ErrorBody = { form: "aadsts", code: 90055 };
const twoMinutes = { form: "seconds", seconds: 120 } as const;

const variants: readonly Variant[] = [
  {
    suffix: "throttled",
    title: "429 with Retry-After in seconds, which the page can read",
    effect: { kind: "throttle", retryAfter: twoMinutes, body: json },
    exposed: "yes",
    rule: "retry-after",
    standsFor:
      "the throttle as Node clients see it; whether Entra lets pages read Retry-After is not recorded",
  },
  {
    suffix: "throttled-unexposed",
    title: "429 with Retry-After in seconds, which the page cannot read",
    effect: { kind: "throttle", retryAfter: twoMinutes, body: json },
    exposed: "no",
    rule: "retry-after",
    expects: [
      {
        rule: "retry-after",
        because:
          "CORS does not expose Retry-After here, so that no page can read how long to wait.",
      },
    ],
    standsFor:
      "the recorded list of headers that pages can read, which does not contain Retry-After (a setting; both values are tested)",
  },
  {
    suffix: "throttled-http-date",
    title: "429 with Retry-After as an HTTP-date three minutes ahead",
    effect: { kind: "throttle", retryAfter: { form: "http-date", seconds: 180 }, body: json },
    exposed: "yes",
    rule: "retry-after",
    standsFor: "the second form of Retry-After in RFC 9110 section 10.2.3",
  },
  {
    suffix: "throttled-no-retry-after",
    title: "429 without Retry-After",
    effect: { kind: "throttle", retryAfter: { form: "absent" }, body: json },
    rule: "backoff",
    standsFor: `without Retry-After, wait at least 5 s, then longer (${RESILIENT_CLIENT})`,
  },
  {
    suffix: "error-json",
    title: "503 with AADSTS90033 in JSON",
    effect: { kind: "server-error", status: 503, body: { form: "aadsts", code: 90033 } },
    rule: "backoff",
    standsFor:
      "2020-09-28: temporarily_unavailable, AADSTS90033 (Azure/azure-sdk-for-python#14241)",
  },
  {
    suffix: "error-html",
    title: "503 with an HTML page that the page can read",
    effect: {
      kind: "server-error",
      status: 503,
      body: { form: "html", title: "Service Unavailable" },
    },
    rule: "backoff",
    standsFor: "the service's own error page where JSON is expected",
  },
  {
    suffix: "gateway",
    title: "503 of a gateway without CORS headers",
    effect: {
      kind: "server-error",
      status: 503,
      body: { form: "html", title: "Service Unavailable" },
      cors: "absent",
    },
    rule: "backoff",
    standsFor:
      "a gateway that answers for a token service it cannot reach: the browser hides the answer from the page (gateway replies of real incidents: microsoft-authentication-library-for-js#4297)",
  },
];

function rejected(variant: Variant): Scenario {
  const { suffix, title, effect, exposed, standsFor, rule, expects } = variant;
  return defineScenario({
    name: `browser-${suffix}`,
    title,
    story: {
      standsFor,
      asserts:
        rule === "retry-after"
          ? "No request before Retry-After has passed; tokens again soon after."
          : "The first retry at least 5 s later, then growing waits; tokens again soon after.",
      failureMeans:
        "Every open tab of every user sends a request every few seconds to an overloaded service.",
      fix: "Wait in the application: after a failed silent call, make no other until Retry-After has passed, else wait 5 s, then double.",
    },
    needs: ["popup", "silent"],
    clients: ["msal-browser"],
    asserts: [rule, "recovery", "retry-storm", "prompts-caused"],
    ...(expects === undefined ? {} : { expects }),
    settings: {
      accessTokenLifetimeSeconds: 3_600,
      ...(exposed === undefined ? {} : { retryAfterExposed: exposed }),
    },
    faults: [{ id: "shut", at: "primary", on: ["token"], from: hours(1), for: minutes(5), effect }],
    async script(context) {
      const spa = await signedIn(context);
      await context.clock.until(hours(1));
      await callUntil(context, spa, hours(1) + minutes(8), seconds(15));
    },
  });
}

export const rejectedScenarios: readonly Scenario[] = variants.map(rejected);

/**
 * Five minutes of 5xx from the token endpoint, with each kind of body, with and without
 * Retry-After. The daemon calls every ten seconds.
 */
import { minutes, seconds } from "../harness/core/time/duration.ts";
import type { ErrorBody, FaultEffect } from "../harness/faults/plan.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { daemonToken, pollUntil } from "./applications.ts";

type ServerError = Extract<FaultEffect, { readonly kind: "server-error" }>;

interface Variant {
  readonly suffix: string;
  readonly title: string;
  readonly effect: Omit<ServerError, "kind">;
  readonly standsFor: string;
}

const json: ErrorBody = { form: "aadsts", code: 90033 };
const html: ErrorBody = { form: "html", title: "Service Unavailable" };
const twoMinutes = { form: "seconds", seconds: 120 } as const;

const variants: readonly Variant[] = [
  {
    suffix: "json",
    title: "503 with AADSTS90033 in JSON",
    effect: { status: 503, body: json },
    standsFor:
      "2020-09-28: temporarily_unavailable, AADSTS90033 (Azure/azure-sdk-for-python#14241)",
  },
  {
    suffix: "html",
    title: "503 with an HTML page",
    effect: { status: 503, body: html },
    standsFor:
      "a gateway that answers for a token service it cannot reach (gateway replies of real incidents: microsoft-authentication-library-for-js#4297, ms-rest-nodeauth#108)",
  },
  {
    suffix: "text",
    title: "502 with plain text",
    effect: { status: 502, body: { form: "text", text: "The service is unavailable." } },
    standsFor:
      "the message of the edge in several incidents (gateway replies of real incidents: microsoft-authentication-library-for-js#4297, ms-rest-nodeauth#108)",
  },
  {
    suffix: "empty",
    title: "500 with no body at all",
    effect: { status: 500, body: { form: "empty" } },
    standsFor:
      "a crash behind the gateway (gateway replies of real incidents: microsoft-authentication-library-for-js#4297, ms-rest-nodeauth#108)",
  },
  {
    suffix: "gateway-timeout",
    title: "504 with an HTML page",
    effect: { status: 504, body: { form: "html", title: "Gateway Timeout" } },
    standsFor: "bare 504s on 2020-09-28 (microsoft/vscode#107627)",
  },
  {
    suffix: "json-retry-after",
    title: "503 in JSON with Retry-After: 120",
    effect: { status: 503, retryAfter: twoMinutes, body: json },
    standsFor:
      '"too busy": 503 with Retry-After (microsoft-authentication-library-for-dotnet#3907)',
  },
  {
    suffix: "html-retry-after",
    title: "503 with an HTML page and Retry-After: 120",
    effect: { status: 503, retryAfter: twoMinutes, body: html },
    standsFor: '"too busy", from a gateway: Retry-After is in the header, with any body',
  },
];

function serverErrorScenario({ suffix, title, effect, standsFor }: Variant): Scenario {
  const instructed = effect.retryAfter !== undefined;
  return defineScenario({
    name: `server-error-${suffix}`,
    title,
    story: {
      standsFor,
      asserts: instructed
        ? "No request before Retry-After has passed; tokens again soon after the errors end."
        : "The first retry at least 5 s later, then growing waits; tokens again soon after the errors end.",
      failureMeans: "The client adds load to a service that is trying to recover.",
      fix: "Back off in the application: 5 s, then doubling, after every error that the client throws.",
    },
    needs: ["client-credentials"],
    asserts: [instructed ? "retry-after" : "backoff", "recovery", "retry-storm"],
    faults: [
      {
        id: "storm",
        at: "primary",
        on: ["token"],
        from: 0,
        for: minutes(5),
        effect: { kind: "server-error", ...effect },
      },
    ],
    async script(context) {
      const daemon = await context.open({ app: "nightly-daemon" });
      await pollUntil(context, daemon, daemonToken, { everyMs: seconds(10), untilMs: minutes(12) });
    },
  });
}

export const serverErrors: readonly Scenario[] = variants.map(serverErrorScenario);

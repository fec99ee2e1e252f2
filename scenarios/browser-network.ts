/**
 * Failures below HTTP for a page: broken connections, names that do not resolve, answers that
 * never come or are incomplete. The page has a time-out of thirty seconds for each call.
 */
import { hours, minutes, seconds } from "../harness/core/time/duration.ts";
import type { FaultEffect, FaultSite } from "../harness/faults/plan.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { silently } from "./applications.ts";
import { USER, RESILIENT_CLIENT, signedIn } from "./browser-app.ts";

interface Variant {
  readonly suffix: string;
  readonly title: string;
  readonly effect: FaultEffect;
  readonly at?: FaultSite;
  readonly standsFor: string;
  /** Present when the library sends one request and waits, so that there are no retries to judge. */
  readonly sendsOne?: true;
}

const variants: readonly Variant[] = [
  {
    suffix: "reset",
    title: "Connections to the token endpoint are reset",
    effect: { kind: "reset" },
    standsFor: "a load balancer that drops connections",
  },
  {
    suffix: "dns-failure",
    title: "The name of the login host does not resolve",
    effect: { kind: "dns-failure" },
    at: "dns",
    standsFor: "2025-02-25: names of login hosts did not resolve (TMS9-J_8)",
  },
  {
    suffix: "hang",
    title: "The token endpoint accepts requests and never answers",
    effect: { kind: "hang" },
    standsFor:
      "a service that is overloaded behind its gateway; msal-browser has no time-out for token requests",
    sendsOne: true,
  },
  {
    suffix: "truncated",
    title: "The answer ends in the middle of its JSON",
    effect: { kind: "truncated-body", bytes: 200 },
    standsFor: "a proxy that truncates an answer and closes the connection normally",
  },
  {
    suffix: "slow",
    title: "The answer takes twenty seconds",
    effect: { kind: "latency", delay: seconds(20) },
    standsFor: "a service at its limit: everything works slowly",
    sendsOne: true,
  },
];

function broken({ suffix, title, effect, at = "primary", standsFor, sendsOne }: Variant): Scenario {
  return defineScenario({
    name: `browser-${suffix}`,
    title,
    story: {
      standsFor: `${standsFor} (${RESILIENT_CLIENT})`,
      asserts:
        "No success without a usable token, growing waits between attempts, no spinner for longer than thirty seconds, and tokens again soon after.",
      failureMeans: "Users see an endless spinner, and reload the page.",
      fix: "Give every silent call a time-out, and show an error message that says what does not work.",
    },
    needs: ["popup", "silent"],
    clients: ["msal-browser"],
    asserts: [
      ...(sendsOne === true ? [] : ["backoff"]),
      "screen",
      "call-duration",
      "recovery",
      "empty-token",
      "prompts-caused",
    ],
    settings: { accessTokenLifetimeSeconds: 3_600 },
    faults: [{ id: "broken", at, on: ["token"], from: hours(1), for: minutes(5), effect }],
    async script(context) {
      const { clock } = context;
      const spa = await signedIn(context);
      const withTimeout = { ...silently(context, USER), timeoutMs: seconds(30) };
      for (const minute of [0, 1, 2, 4, 6, 8]) {
        await clock.until(hours(1) + minutes(minute));
        const result = await spa.attempt(withTimeout);
        if (!(result instanceof Error)) break;
      }
      await clock.until(hours(1) + minutes(10));
      await spa.attempt(withTimeout);
    },
  });
}

export const networkScenarios: readonly Scenario[] = variants.map(broken);

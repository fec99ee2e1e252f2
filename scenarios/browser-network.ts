/**
 * Faults below HTTP, as a page meets them: connections that break, names that do not resolve,
 * answers that never come or come in part. The page gives up on a call after thirty seconds.
 */
import { hours, minutes, seconds } from "../harness/core/time/duration.ts";
import type { FaultEffect, FaultSite } from "../harness/faults/plan.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { silently } from "./applications.ts";
import { PERSON, RESILIENT_CLIENT, signedIn } from "./pages.ts";

interface Variant {
  readonly suffix: string;
  readonly title: string;
  readonly effect: FaultEffect;
  readonly at?: FaultSite;
  readonly standsFor: string;
  /** The library asks once and waits, so that there are no gaps to judge. */
  readonly asksOnce?: true;
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
    title: "The token endpoint takes requests and never answers",
    effect: { kind: "hang" },
    standsFor:
      "a service that is overloaded behind its gateway; msal-browser has no time-out for token requests",
    asksOnce: true,
  },
  {
    suffix: "truncated",
    title: "The answer ends in mid-JSON",
    effect: { kind: "truncated-body", bytes: 200 },
    standsFor: "a proxy that cuts an answer and closes it well",
  },
  {
    suffix: "slow",
    title: "The answer takes twenty seconds",
    effect: { kind: "latency", delay: seconds(20) },
    standsFor: "a service at its limit: everything works, nothing is quick",
    asksOnce: true,
  },
];

function broken({ suffix, title, effect, at = "primary", standsFor, asksOnce }: Variant): Scenario {
  return defineScenario({
    name: `browser-${suffix}`,
    title,
    story: {
      standsFor: `${standsFor} (${RESILIENT_CLIENT})`,
      asserts:
        "No success without a usable token, growing gaps between attempts, nobody before a spinner for longer than thirty seconds, and tokens again soon after.",
      failureMeans: "People look at a spinner that nothing will ever end, and press reload.",
      fix: "Give every silent call a time-out of your own, and show in words what does not work.",
    },
    needs: ["popup", "silent"],
    clients: ["msal-browser"],
    asserts: [
      ...(asksOnce === true ? [] : ["backoff"]),
      "screen",
      "recovery",
      "empty-token",
      "prompts-caused",
    ],
    settings: { accessTokenLifetimeSeconds: 3_600 },
    faults: [{ id: "broken", at, on: ["token"], from: hours(1), for: minutes(5), effect }],
    async script(context) {
      const { clock } = context;
      const spa = await signedIn(context);
      const impatiently = { ...silently(context, PERSON), timeoutMs: seconds(30) };
      for (const minute of [0, 1, 2, 4, 6, 8]) {
        await clock.until(hours(1) + minutes(minute));
        const asked = await spa.attempt(impatiently);
        if (!(asked instanceof Error)) break;
      }
      await clock.until(hours(1) + minutes(10));
      await spa.attempt(impatiently);
    },
  });
}

export const networkScenarios: readonly Scenario[] = variants.map(broken);

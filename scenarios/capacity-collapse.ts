/**
 * The recovery of a service can be another outage: twelve daemons without a token send requests to
 * a service whose capacity collapses under too many of them. Three variants differ in the answer
 * to rejected requests and in what the operators do.
 */
import { hours, minutes, seconds } from "../harness/core/time/duration.ts";
import type { CapacityEffect, FaultPlan } from "../harness/faults/plan.ts";
import { outage, overloadedOnReturn, trafficRampedUp } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { daemonToken } from "./applications.ts";
import { capacityGuesses, runFleet } from "./fleet.ts";

const incident =
  "2026-02-03, managed identities in two regions (FNJ8-VQZ, Azure status history): the recovery spike and aggressive retries of clients overwhelmed the capacity, which came back by shedding load; here with client credentials, and with figures of our own";

const failureMeans =
  "The fleet that waits for the service keeps it down: the outage lasts as long as the clients keep sending requests.";

interface Variant {
  readonly name: string;
  readonly title: string;
  readonly standsFor: string;
  readonly asserts: string;
  readonly fix: string;
  readonly rules: readonly string[];
  /** Default: that of `overloadedOnReturn`. */
  readonly shed?: CapacityEffect["shed"];
  /** What the operators do. */
  readonly remedy?: FaultPlan;
}

const withoutRetryAfter: CapacityEffect["shed"] = {
  status: 503,
  retryAfter: { form: "absent" },
  body: { form: "html", title: "Service Unavailable" },
};

function capacityScenario({ rules, shed, remedy = [], ...variant }: Variant): Scenario {
  const { name, title, standsFor, asserts, fix } = variant;
  return defineScenario({
    name,
    title,
    story: { standsFor, asserts, failureMeans, fix },
    needs: ["client-credentials"],
    asserts: rules,
    // The tokens of the fleet expire during the outage.
    settings: { appTokenLifetimeSeconds: 3_600 },
    faults: [
      outage({ from: minutes(50), for: minutes(12) }),
      ...remedy,
      // From the start: before the outage the service can serve the fleet.
      overloadedOnReturn({
        from: 0,
        for: hours(2),
        requests: 3,
        perMs: seconds(10),
        ...(shed === undefined ? {} : { shed }),
      }),
    ],
    limits: { recoveryWithinMs: minutes(10), recoveryRequestsPerMinuteMax: 18 },
    guesses: capacityGuesses,
    script: (context) =>
      runFleet(context, {
        instances: 12,
        open: (number) => ({ app: "nightly-daemon", process: `instance ${number}` }),
        request: daemonToken,
        startsOverMs: minutes(1),
        everyMs: minutes(1),
        retryEveryMs: seconds(10),
        untilMs: minutes(82),
      }),
  });
}

export const capacityCollapse = capacityScenario({
  name: "capacity-collapse",
  title:
    "The token service returns to twelve daemons, collapses, and rejects requests with Retry-After",
  standsFor: incident,
  asserts:
    "Rejected clients wait for Retry-After: within ten minutes the capacity is back and all have tokens.",
  fix: "Honour Retry-After in every instance, and back off with jitter in an outage so that the fleet does not return all at once.",
  rules: ["retry-after", "recovery", "retry-storm"],
});

export const capacityCollapseWithoutWord = capacityScenario({
  name: "capacity-collapse-without-word",
  title:
    "The same recovery, but a gateway rejects requests with an HTML page and without Retry-After",
  standsFor: `${incident}, and the replies of gateways in real incidents (microsoft-authentication-library-for-js#4297)`,
  asserts:
    "Clients that are rejected without Retry-After back off: within ten minutes the capacity is back and all have tokens.",
  fix: "Back off in the application, 5 s, then doubling with jitter, after any failed answer: the client may not recognise it as throttling.",
  rules: ["backoff", "recovery", "retry-storm"],
  shed: withoutRetryAfter,
});

export const capacityCollapseRampedUp = capacityScenario({
  name: "capacity-collapse-ramped-up",
  title:
    "The same recovery, with help of the operators: traffic is removed, then ramped up over ten minutes",
  standsFor: incident,
  asserts:
    "After traffic was removed and ramped up again, all have tokens and the clients do not overwhelm the service again.",
  fix: "Back off in the application, 5 s, then doubling with jitter: do not rely on operators to reduce the load.",
  rules: ["backoff", "recovery", "retry-storm"],
  shed: withoutRetryAfter,
  remedy: [trafficRampedUp({ from: minutes(67), for: minutes(10) })],
});

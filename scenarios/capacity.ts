/**
 * The return of a service is an outage of its own: twelve daemons without a token meet a
 * capacity that collapses under too many requests. Three times the same, but for the answer to
 * those who are turned away and for what the operators do about it.
 */
import { hours, minutes, seconds } from "../harness/core/time/duration.ts";
import type { CapacityEffect, FaultPlan } from "../harness/faults/plan.ts";
import { outage, overloadedOnReturn, trafficRampedUp } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { daemonToken } from "./applications.ts";
import { runFleet } from "./fleet.ts";

const incident =
  "2026-02-03, managed identities in two regions (FNJ8-VQZ, Azure status history): the recovery spike and aggressive retries of clients overwhelmed the capacity, which came back by shedding load; here with client credentials, and with figures of our own";

const failureMeans =
  "The fleet that waits for the service is what keeps it down: the outage lasts as long as the clients go on asking.";

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

const withoutWord: CapacityEffect["shed"] = {
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
    // Tokens of the fleet end within the outage.
    settings: { appTokenLifetimeSeconds: 3_600 },
    faults: [
      outage({ from: minutes(50), for: minutes(12) }),
      ...remedy,
      // From the beginning: before the outage the fleet is what this service bears.
      overloadedOnReturn({
        from: 0,
        for: hours(2),
        requests: 3,
        perMs: seconds(10),
        ...(shed === undefined ? {} : { shed }),
      }),
    ],
    limits: { recoveryWithinMs: minutes(10), recoveryRequestsPerMinuteMax: 18 },
    script: (context) =>
      runFleet(context, {
        instances: 12,
        open: () => ({ app: "nightly-daemon" }),
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
  title: "The token service returns to twelve daemons, collapses, and sheds with Retry-After",
  standsFor: incident,
  asserts:
    "Whoever is turned away waits as long as it is told: within ten minutes the capacity is back and all have tokens.",
  fix: "Honour Retry-After in every instance, and back off with chance in an outage so that the fleet does not come back at once.",
  rules: ["retry-after", "recovery", "retry-storm"],
});

export const capacityCollapseWithoutWord = capacityScenario({
  name: "capacity-collapse-without-word",
  title: "The same return, where a gateway sheds with a page and no Retry-After",
  standsFor: `${incident}, and the replies of gateways in real incidents (microsoft-authentication-library-for-js#4297)`,
  asserts:
    "Whoever is turned away without a word backs off by itself: within ten minutes the capacity is back and all have tokens.",
  fix: "Back off in the application, 5 s and doubling with chance, whatever the answer looks like: the client may not know it as a refusal.",
  rules: ["backoff", "recovery", "retry-storm"],
  shed: withoutWord,
});

export const capacityCollapseRampedUp = capacityScenario({
  name: "capacity-collapse-ramped-up",
  title:
    "The same return, ended by the operators: traffic removed, then ramped up over ten minutes",
  standsFor: incident,
  asserts:
    "Once traffic was taken off and let back bit by bit, all have tokens and nobody overwhelms the service again.",
  fix: "Back off in the application, 5 s and doubling with chance: do not rely on operators to do it for you.",
  rules: ["backoff", "recovery", "retry-storm"],
  shed: withoutWord,
  remedy: [trafficRampedUp({ from: minutes(67), for: minutes(10) })],
});

/**
 * The incident of 2026-02-03: the service behind managed identities returns in two regions to
 * machines that all need tokens, collapses under their requests, and recovers by shedding load.
 * Machines of a third region show that the outage stays in its regions.
 */
import { contoso } from "../fixtures/worlds/contoso.ts";
import type { TokenRequest } from "../harness/clients/client.ts";
import { hours, minutes, seconds } from "../harness/core/time/duration.ts";
import type { World } from "../harness/entra/directory/world.ts";
import type { FaultPlan } from "../harness/faults/plan.ts";
import { overloadedOnReturn, tokenServerError } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { capacityGuesses, runFleet } from "./fleet.ts";

const identityToken: TokenRequest = {
  flow: "managed-identity",
  scopes: ["https://graph.microsoft.com/.default"],
};

/** Ten machines in each of two regions that fail, two in one that does not. */
const regions = [
  ...Array.from({ length: 20 }, (_, number) => (number % 2 === 0 ? "eastus" : "westus")),
  "northeurope",
  "northeurope",
];

const nameOf = (number: number): string => `fleet-vm-${number + 1}`;

const world: World = {
  ...contoso,
  machines: regions.map((region, number) => ({
    name: nameOf(number),
    source: "imds",
    region,
    tenant: "contoso",
    identities: ["shop-identity"],
  })),
};

const where = { region: ["eastus", "westus"] };

interface Variant {
  readonly name: string;
  readonly title: string;
  readonly asserts: string;
  readonly rules: readonly string[];
  /** What the operators do. */
  readonly remedy?: FaultPlan;
}

function storm({ rules, remedy = [], ...variant }: Variant): Scenario {
  const { name, title, asserts } = variant;
  return defineScenario({
    name,
    title,
    story: {
      standsFor:
        "2026-02-03, managed identities in East US and West US (FNJ8-VQZ, Azure status history): the recovery spike and aggressive retries of clients overwhelmed the capacity, which came back by shedding load; the figures are our own",
      asserts,
      failureMeans:
        "The machines that wait for the service keep it down: the outage lasts as long as they keep sending requests.",
      fix: "Back off between calls, 5 s, then doubling with jitter: the client adds its own quick retries to each call.",
    },
    needs: ["managed-identity"],
    clients: ["msal-node", "azure-identity"],
    asserts: rules,
    world,
    // The tokens of the fleet expire during the outage, and nothing caches them for longer.
    settings: { managedIdentityTokenSeconds: 3_600 },
    faults: [
      tokenServerError({ id: "regions-down", from: minutes(50), for: minutes(12), where }),
      ...remedy,
      overloadedOnReturn({ from: 0, for: hours(2), requests: 10, perMs: seconds(10), where }),
    ],
    limits: { recoveryWithinMs: minutes(15), recoveryRequestsPerMinuteMax: 120 },
    guesses: capacityGuesses,
    script: (context) =>
      runFleet(context, {
        instances: regions.length,
        open: (number) => ({ app: "shop-identity", machine: nameOf(number) }),
        request: identityToken,
        startsOverMs: minutes(2),
        everyMs: minutes(1),
        retryEveryMs: seconds(20),
        untilMs: minutes(82),
      }),
  });
}

const untouched = storm({
  name: "managed-identity-storm",
  title:
    "The service of managed identities returns in two regions to twenty machines, and collapses",
  asserts:
    "The machines send few enough requests for the service to recover: within a quarter of an hour all have tokens.",
  rules: ["recovery", "identity-endpoint"],
});

const shed = storm({
  name: "managed-identity-storm-shed",
  title:
    "The same recovery, with help of the operators: load is shed, then allowed again over ten minutes",
  asserts: "After load was shed and gradually allowed again, all have tokens.",
  rules: ["recovery", "identity-endpoint"],
  remedy: [
    {
      ...tokenServerError({ id: "load-shed", from: minutes(67), for: minutes(10), where }),
      ramp: { from: 1, to: 0 },
    },
  ],
});

export const identityStorms: readonly Scenario[] = [untouched, shed];

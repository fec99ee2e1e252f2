/**
 * The incident of 2026-02-03: the service behind managed identities comes back in two regions
 * to machines that all want tokens, collapses under them, and recovers by shedding. Machines
 * of a third region are there to show that trouble stays where it is.
 */
import { contoso } from "../fixtures/worlds/contoso.ts";
import type { TokenRequest } from "../harness/clients/client.ts";
import { hours, minutes, seconds } from "../harness/core/time/duration.ts";
import type { World } from "../harness/entra/directory/world.ts";
import type { FaultPlan } from "../harness/faults/plan.ts";
import { overloadedOnReturn, tokenServerError } from "../harness/faults/presets.ts";
import { defineScenario, type Scenario } from "../harness/runner/scenario.ts";
import { runFleet } from "./fleet.ts";

const identityToken: TokenRequest = {
  flow: "managed-identity",
  scopes: ["https://graph.microsoft.com/.default"],
};

/** Ten machines in each region that fails, two in one that does not. */
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
        "The machines that wait for the service are what keeps it down: the outage lasts as long as they go on asking.",
      fix: "Back off between calls, 5 s and doubling with chance: a client's own quick retries add to each of them.",
    },
    needs: ["managed-identity"],
    clients: ["msal-node", "azure-identity"],
    asserts: rules,
    world,
    // Tokens of the fleet end within the outage, and nobody keeps them for longer.
    settings: { managedIdentityTokenSeconds: 3_600 },
    faults: [
      tokenServerError({ id: "regions-down", from: minutes(50), for: minutes(12), where }),
      ...remedy,
      overloadedOnReturn({ from: 0, for: hours(2), requests: 10, perMs: seconds(10), where }),
    ],
    limits: { recoveryWithinMs: minutes(15), recoveryRequestsPerMinuteMax: 120 },
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
    "The machines leave the service enough peace to come back: within a quarter of an hour all have tokens.",
  rules: ["recovery", "identity-endpoint"],
});

const shed = storm({
  name: "managed-identity-storm-shed",
  title: "The same return, ended by the operators: load shed, then let back over ten minutes",
  asserts: "Once load is shed and let back bit by bit, all have tokens.",
  rules: ["recovery", "identity-endpoint"],
  remedy: [
    {
      ...tokenServerError({ id: "load-shed", from: minutes(67), for: minutes(10), where }),
      ramp: { from: 1, to: 0 },
    },
  ],
});

export const identityStorms: readonly Scenario[] = [untouched, shed];

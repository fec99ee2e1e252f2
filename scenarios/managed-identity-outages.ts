/** Programs on Azure without a credential of their own: outages of their machine's identity endpoint, and of the service behind it. */
import { hours, minutes, seconds } from "../harness/core/time/duration.ts";
import type { TokenRequest } from "../harness/clients/client.ts";
import {
  identityEndpointDown,
  identityEndpointThrottled,
  identityEndpointUpdating,
  primaryDown,
  tokenServerError,
} from "../harness/faults/presets.ts";
import { defineScenario, type Scenario, type ScriptContext } from "../harness/runner/scenario.ts";
import { pollUntil } from "./applications.ts";
import { row } from "./twelve-hours-row.ts";

const SYSTEM = "https://learn.microsoft.com/entra/architecture/backup-authentication-system";
const GUIDANCE =
  "https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token";

/** The token request of a program on a machine: everything that its identity was granted at Microsoft Graph. */
const identityToken: TokenRequest = {
  flow: "managed-identity",
  scopes: ["https://graph.microsoft.com/.default"],
};

const both = ["msal-node", "azure-identity"];

/** Calls for a token every half hour, from the start. */
async function callOften(
  context: ScriptContext,
  { app, machine }: { readonly app: string; readonly machine: string },
  untilMs: number,
): Promise<void> {
  const application = await context.open({ app, machine });
  await pollUntil(context, application, identityToken, { everyMs: minutes(30), untilMs });
}

/** The machine and the identity for each source. */
const places = [
  ["imds", "IMDS, the machine's own identity", "web-vm", "web-vm-identity"],
  ["imds-user-assigned", "IMDS, a user-assigned identity", "web-vm", "shop-identity"],
  ["app-service", "App Service", "shop-site", "shop-identity"],
  ["service-fabric", "Service Fabric", "cart-fabric", "cart-fabric-identity"],
  ["azure-arc", "Azure Arc", "till-arc", "till-arc-identity"],
  ["cloud-shell", "Cloud Shell", "admin-shell", "admin-shell-identity"],
  ["machine-learning", "Azure Machine Learning", "forecast-ml", "forecast-ml-identity"],
] as const;

/**
 * Tokens are valid for a day and the endpoint caches them for as long: the outage begins before the
 * first ones expire, so that all are renewed during it.
 */
function outageOn([source, title, machine, app]: (typeof places)[number]): Scenario {
  return row(`managed-identity-${source}`, {
    title: `12 hours without the primary: a managed identity on ${title}`,
    row: { flow: "managed-identity", as: `a program on ${title}` },
    says: "applications that use managed identities, system- or user-assigned, are protected",
    isServed: true,
    needs: ["managed-identity"],
    clients: both,
    asserts: ["availability", "cached-token", "recovery", "token-expiry"],
    faults: primaryDown({ from: hours(20), for: hours(12) }),
    script: (context) => callOften(context, { app, machine }, hours(34)),
  });
}

/** Clients support Azure Arc only on Windows and Linux. */
const supported = places.filter(
  ([source]) =>
    source !== "azure-arc" || process.platform === "linux" || process.platform === "win32",
);

/** A row of the flow table for each source. */
export const identityRows: readonly Scenario[] = supported.map(outageOn);

const withoutBackup = defineScenario({
  name: "managed-identity-no-backup",
  title: "12 hours without the primary and without a backup, for a managed identity",
  story: {
    standsFor:
      "an identity or a cloud that the backup does not serve: the endpoint answers 500, failed to retrieve token",
    asserts:
      "The client waits between its retries as the guidance for the endpoint says, and works again with the service.",
    failureMeans: "Each machine adds a retry storm to the outage.",
    fix: "Retry with growing waits, a second or more after a 5xx, and use the token until it expires.",
  },
  needs: ["managed-identity"],
  clients: both,
  asserts: ["identity-endpoint", "cached-token", "recovery", "token-expiry"],
  faults: [tokenServerError({ from: hours(20), for: hours(12) })],
  script: (context) => callOften(context, { app: "web-vm-identity", machine: "web-vm" }, hours(34)),
});

/** Enough programs for the random waits of some clients to be short. */
const PROGRAMS = 10;

const updating = defineScenario({
  name: "identity-endpoint-updating",
  title: "IMDS is updated for 69 seconds just when the programs of a machine start",
  story: {
    standsFor: `410: the endpoint is being updated and back within 70 seconds (${GUIDANCE})`,
    asserts: "Each client retries for 70 seconds, and then its program has a token.",
    failureMeans: "A program cannot start in that minute.",
    fix: "After a 410, retry for 70 seconds before you give up.",
  },
  needs: ["managed-identity"],
  clients: both,
  asserts: ["identity-endpoint"],
  faults: [identityEndpointUpdating({ from: 0, for: seconds(69) })],
  async script(context) {
    const { open, clock } = context;
    const programs: Promise<void>[] = [];
    for (let number = 0; number < PROGRAMS; number += 1) {
      await clock.until(seconds(number / 2));
      const process = `program ${number}`;
      const program = await open({ app: "web-vm-identity", machine: "web-vm", process });
      const timing = { everyMs: minutes(30), untilMs: hours(2) };
      programs.push(pollUntil(context, program, identityToken, timing));
    }
    await Promise.all(programs);
  },
});

const throttled = defineScenario({
  name: "identity-endpoint-throttled",
  title: "IMDS throttles for ten seconds just when a program starts",
  story: {
    standsFor: `429: more than 20 requests in a second, or 5 at once (${GUIDANCE})`,
    asserts: "The client retries with growing waits, and at most once immediately.",
    failureMeans: "The program overloads the endpoint that it waits for.",
    fix: "Retry after 0, 2, 6, 14 and 30 seconds, and share one token among all callers.",
  },
  needs: ["managed-identity"],
  clients: both,
  asserts: ["identity-endpoint", "recovery"],
  faults: [identityEndpointThrottled({ from: 0, for: seconds(10) })],
  script: (context) => callOften(context, { app: "web-vm-identity", machine: "web-vm" }, hours(2)),
});

const throttledWithAdvice = defineScenario({
  name: "identity-endpoint-retry-after",
  title: "The endpoint of App Service throttles with Retry-After",
  story: {
    standsFor: `429 with Retry-After: no attempt before it ends (https://learn.microsoft.com/entra/architecture/resilience-client-app)`,
    asserts: "The client waits for Retry-After.",
    failureMeans:
      "The client sends requests while the endpoint recovers, which then throttles for longer.",
    fix: "Read Retry-After without regard to the case of its name, and wait.",
  },
  needs: ["managed-identity"],
  clients: both,
  asserts: ["retry-after"],
  faults: [
    identityEndpointThrottled({
      from: 0,
      for: minutes(1),
      retryAfter: { form: "seconds", seconds: 20 },
    }),
  ],
  script: (context) =>
    callOften(context, { app: "shop-site-identity", machine: "shop-site" }, hours(2)),
});

const oneRegion = defineScenario({
  name: "managed-identity-one-region",
  title: "One region's authentication is down, without a backup; another region works",
  story: {
    standsFor: `a regionally isolated authentication service: an outage of one region does not affect others (${SYSTEM})`,
    asserts: "The machine of the other region gets its tokens as if nothing had happened.",
    failureMeans: "A machine depends on another region.",
    fix: "Use managed identities where the machine is; do not fetch tokens through another region.",
  },
  needs: ["managed-identity"],
  clients: both,
  asserts: ["availability", "recovery"],
  faults: [
    tokenServerError({
      from: hours(20),
      for: hours(12),
      where: { region: "northeurope" },
    }),
  ],
  async script(context) {
    const timing = { everyMs: minutes(30), untilMs: hours(34) };
    const [west, north] = [
      await context.open({ app: "web-vm-identity", machine: "web-vm" }),
      await context.open({ app: "batch-vm-identity", machine: "batch-vm" }),
    ];
    await Promise.all([
      pollUntil(context, west, identityToken, timing),
      pollUntil(context, north, identityToken, timing),
    ]);
  },
});

const pastHalfLife = defineScenario({
  name: "identity-endpoint-past-half-life",
  title: "IMDS fails for six hours when the token of a program is older than half its life",
  story: {
    standsFor: `tokens of managed identities live for a day, and clients renew them after half of it, from an endpoint that can be out of order (${GUIDANCE})`,
    asserts:
      "The program goes on with its token, which is valid for hours, and no retry storm meets the endpoint.",
    failureMeans: "A failed renewal stops a program that needs none.",
    fix: "When a renewal ahead of time fails, return the token that is still valid.",
  },
  needs: ["managed-identity"],
  clients: both,
  asserts: ["cached-token", "availability", "recovery", "token-expiry"],
  faults: [identityEndpointDown({ from: hours(12), for: hours(6) })],
  script: (context) => callOften(context, { app: "web-vm-identity", machine: "web-vm" }, hours(26)),
});

export const managedIdentity: readonly Scenario[] = [
  withoutBackup,
  updating,
  throttled,
  throttledWithAdvice,
  oneRegion,
  pastHalfLife,
];

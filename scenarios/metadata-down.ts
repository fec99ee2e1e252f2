/**
 * Metadata endpoints fail while tokens are issued: for clients that have read the metadata, and
 * for new processes. The applications are for customers, at a host of External ID: libraries have
 * the metadata of the public hosts built in, so that at these no request would meet the fault.
 */
import { hours, minutes } from "../harness/core/time/duration.ts";
import { discoveryDown } from "../harness/faults/presets.ts";
import { defineScenario } from "../harness/runner/scenario.ts";
import { daemonToken, pollUntil, signIn, silently } from "./applications.ts";

const expects = [
  {
    rule: "supported-host",
    because:
      "The scenario signs customers in at a host of External ID, which the backup system does not cover.",
  },
];

/** The sign-in host of an external tenant; its metadata is in no library (`docs/sources.md#g6`). */
const customerHost = "contoso.ciamlogin.com";

const notApplicableTo = ["msal-python", "azure-identity-python"].map((client) => ({
  client,
  why: "MSAL for Python, as Debian 12 has it, refuses the hosts of External ID as unknown",
}));

export const metadataDownWarm = defineScenario({
  name: "metadata-down-warm",
  title: "openid-configuration fails for six hours for clients that read it a day before",
  story: {
    standsFor:
      "2021-12-16: openid-configuration answered server_error, AADSTS90041 (microsoft-authentication-library-for-js#4329)",
    asserts: "Clients that know the endpoints keep renewing tokens.",
    failureMeans: "A document that changes once a year stops renewals that are needed every hour.",
    fix: "Keep one client instance for the lifetime of the process and use the metadata that it has when they cannot be read again, or set them in its configuration.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["availability", "cached-token", "recovery"],
  expects,
  notApplicableTo,
  // Metadata are kept for a day: these clients read them again in the outage.
  faults: [discoveryDown({ from: hours(22), for: hours(6) })],
  async script(context) {
    const portal = await context.open({ app: "portal", host: customerHost });
    await signIn(context, portal, "adele");
    await pollUntil(context, portal, silently(context, "adele"), {
      everyMs: minutes(15),
      untilMs: hours(30),
    });
  },
});

export const metadataDownCold = defineScenario({
  name: "metadata-down-cold",
  title: "A new process starts while openid-configuration fails",
  story: {
    standsFor:
      "the same, for a deployment or scale-out during the incident (Azure status history, 2021-12-16)",
    asserts: "A new process gets a token, although it cannot read the metadata of its host.",
    failureMeans:
      "No new process can start until the metadata is back, although tokens are issued.",
    fix: "Pass the metadata in the configuration (authorityMetadata), or use a public host, whose metadata clients have built in.",
  },
  needs: ["client-credentials"],
  asserts: ["availability", "recovery"],
  expects,
  notApplicableTo,
  faults: [discoveryDown({ from: 0, for: hours(1) })],
  async script(context) {
    const daemon = await context.open({ app: "nightly-daemon", host: customerHost });
    await pollUntil(context, daemon, daemonToken, { everyMs: minutes(5), untilMs: hours(2) });
  },
});

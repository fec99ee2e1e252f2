/** Metadata endpoints fail while tokens are issued: for clients that have read the metadata, and for new processes. */
import { hours, minutes } from "../harness/core/time/duration.ts";
import { discoveryDown } from "../harness/faults/presets.ts";
import { defineScenario } from "../harness/runner/scenario.ts";
import { daemonToken, pollUntil, signIn, silently } from "./applications.ts";

export const metadataDownWarm = defineScenario({
  name: "metadata-down-warm",
  title: "openid-configuration fails for six hours for clients that have read it",
  story: {
    standsFor:
      "2021-12-16: openid-configuration answered server_error, AADSTS90041 (microsoft-authentication-library-for-js#4329)",
    asserts: "Clients that know the endpoints keep renewing tokens.",
    failureMeans: "A document that changes once a year stops renewals that are needed every hour.",
    fix: "Keep one client instance for the lifetime of the process, or set the metadata in its configuration.",
  },
  needs: ["authorization-code", "silent"],
  asserts: ["availability", "cached-token", "recovery"],
  faults: [discoveryDown({ from: minutes(30), for: hours(6) })],
  async script(context) {
    const portal = await context.open({ app: "portal" });
    await signIn(context, portal, "adele");
    await pollUntil(context, portal, silently(context, "adele"), {
      everyMs: minutes(5),
      untilMs: hours(8),
    });
  },
});

export const metadataDownCold = defineScenario({
  name: "metadata-down-cold",
  title: "A new process starts while openid-configuration fails",
  story: {
    standsFor:
      "the same, for a deployment or scale-out during the incident (Azure status history, 2021-12-16)",
    asserts: "A client of a well-known host needs no discovery to get a token.",
    failureMeans:
      "No new process can start until the metadata is back, although tokens are issued.",
    fix: "Use the public hosts, whose metadata clients have built in, or pass authorityMetadata.",
  },
  needs: ["client-credentials"],
  asserts: ["availability", "recovery"],
  faults: [discoveryDown({ from: 0, for: hours(1) })],
  async script(context) {
    const daemon = await context.open({ app: "nightly-daemon" });
    await daemon.attempt(daemonToken);
    await daemon.restart();
    await pollUntil(context, daemon, daemonToken, { everyMs: minutes(5), untilMs: hours(2) });
  },
});

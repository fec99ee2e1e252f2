/** Many callers begin at once, at a host whose metadata have to be read. */
import { minutes, seconds } from "../harness/core/time/duration.ts";
import { defineScenario } from "../harness/runner/scenario.ts";
import { daemonToken, pollUntil } from "./applications.ts";

const CALLERS = 12;

export const discoveryBurst = defineScenario({
  name: "concurrent-burst-discovery",
  title:
    "Twelve calls at once in a new process, at a host whose metadata have to be read, while answers are slow",
  story: {
    standsFor:
      "a deployment at a host of External ID, whose metadata no library has built in: every first request in flight needs them",
    asserts: "Concurrent calls read each discovery document once.",
    failureMeans: "Each new process reads each document once for every caller.",
    fix: "Make one call before the others, or pass the metadata in the configuration (authorityMetadata).",
  },
  needs: ["client-credentials"],
  asserts: ["metadata", "recovery", "empty-token"],
  expects: [
    {
      rule: "supported-host",
      because: "The scenario uses a host of External ID, which the backup system does not cover.",
    },
  ],
  notApplicableTo: ["msal-python", "azure-identity-python"].map((client) => ({
    client,
    why: "MSAL for Python, as Debian 12 has it, refuses the hosts of External ID as unknown",
  })),
  faults: [
    {
      id: "slow",
      at: "primary",
      on: ["instance-discovery", "openid-configuration", "token"],
      from: 0,
      for: minutes(1),
      effect: { kind: "latency", delay: seconds(2) },
    },
  ],
  async script(context) {
    const daemon = await context.open({ app: "nightly-daemon", host: "contoso.ciamlogin.com" });
    await Promise.all(Array.from({ length: CALLERS }, () => daemon.attempt(daemonToken)));
    await pollUntil(context, daemon, daemonToken, { everyMs: minutes(5), untilMs: minutes(20) });
  },
});

/** The same scenarios under every mount: the same journal twice, and the same verdicts everywhere. */
import { describe, expect, it } from "vitest";
import { judgeHistory } from "../harness/check/rules.ts";
import { mountNames } from "../harness/mount/mount.ts";
import { describeEachMount } from "../harness/worker/each-mount-suite.ts";

const chosen = [
  "token-throttled",
  "token-throttled-http-date",
  "server-error-html",
  "token-fin-mid-body",
  "token-refused",
  "dns-failure",
  "outage-12h-past-refresh-in",
  "outage-12h-daemon-past-refresh-in",
  "restart-in-outage",
  "partial-outage-2020-12-14",
  "cae-revocation",
  "device-code",
  "many-users",
  "twelve-hours-managed-identity-imds",
  "twelve-hours-managed-identity-app-service",
  "twelve-hours-managed-identity-service-fabric",
  "twelve-hours-managed-identity-cloud-shell",
  "identity-endpoint-updating",
];

if (process.platform === "linux" || process.platform === "win32")
  chosen.push("twelve-hours-managed-identity-azure-arc");

/** Clients that do not jitter by `Math.random` would not notice who else draws from it. */
const jittering = ["identity-endpoint-updating", "managed-identity-no-backup"];

const verdicts = new Map<string, string>();
const jittered = new Map<string, string>();

describeEachMount("a scenario", ({ mount, run }) => {
  it.each(chosen)("%s gives one journal for one seed, byte for byte", async (scenario) => {
    const first = await run(scenario);
    const second = await run(scenario);
    expect(second.text).toBe(first.text);
    expect(first.history.header.mount).toBe(mount);
    const findings = judgeHistory(first.history).map(({ rule, verdict }) => `${rule}: ${verdict}`);
    verdicts.set(`${mount} ${scenario}`, findings.join(", "));
  });

  it.each(jittering)("%s draws the pauses of azure-identity by the seed", async (scenario) => {
    const { text, history } = await run(scenario, { client: "azure-identity" });
    expect(history.header.client.name).toBe("azure-identity");
    const [, ...events] = text.split("\n");
    jittered.set(`${mount} ${scenario}`, events.join("\n"));
  });
});

describe("the pauses of azure-identity", () => {
  it.each(jittering)("in %s are the same under every mount", (scenario) => {
    const all = mountNames.map((mount) => jittered.get(`${mount} ${scenario}`));
    expect(all[0]).toContain("exchange-ended");
    expect(new Set(all).size).toBe(1);
  });
});

describe("the verdict on a scenario", () => {
  it.each(chosen)("%s does not depend on the mount", (scenario) => {
    const all = mountNames.map((mount) => verdicts.get(`${mount} ${scenario}`));
    expect(all[0]).not.toBe("");
    expect(new Set(all)).toEqual(new Set([all[0]]));
  });
});

/** The same scenarios under every mount: the same journal for the same seed, and the same verdicts under all mounts. */
import { describe, expect, it } from "vitest";
import { judgeHistory } from "../harness/rules/rules.ts";
import { processMounts } from "../harness/network/mount-names.ts";
import { describeEachMount } from "../test/support/each-mount-suite.ts";

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
  "twelve-hours-saml-from-entra",
  "twelve-hours-web-id-token",
  "backup-partial-outage",
  "capacity-collapse",
];

if (process.platform === "linux" || process.platform === "win32")
  chosen.push("twelve-hours-managed-identity-azure-arc");

/**
 * Scenarios that show whether time or chance differs under a mount: a body in pieces, and the
 * waits of a client with jitter by `Math.random`, which msw and nock use, too.
 */
const alike = [
  ["token-slow-body", "msal-node"],
  ["identity-endpoint-updating", "azure-identity"],
  ["managed-identity-no-backup", "azure-identity"],
] as const;

const verdicts = new Map<string, string>();
const histories = new Map<string, string>();

describeEachMount("a scenario", ({ mount, run }) => {
  it.each(chosen)("%s gives one journal for one seed, byte for byte", async (scenario) => {
    const first = await run(scenario);
    const second = await run(scenario);
    expect(second.text).toBe(first.text);
    expect(first.history.header.mount).toBe(mount);
    const findings = judgeHistory(first.history).map(({ rule, verdict }) => `${rule}: ${verdict}`);
    verdicts.set(`${mount} ${scenario}`, findings.join(", "));
  });

  it.each(alike)("%s runs with %s", async (scenario, client) => {
    const { text, history } = await run(scenario, { client });
    expect(history.header.client.name).toBe(client);
    histories.set(`${mount} ${scenario}`, text.slice(text.indexOf("\n")));
  });
});

describe("the history", () => {
  it.each(alike)("of %s with %s is the same under every mount", (scenario) => {
    const all = processMounts.map((mount) => histories.get(`${mount} ${scenario}`));
    expect(all[0]).toContain("exchange-ended");
    expect(new Set(all).size).toBe(1);
  });
});

describe("the verdict on a scenario", () => {
  it.each(chosen)("%s does not depend on the mount", (scenario) => {
    const all = processMounts.map((mount) => verdicts.get(`${mount} ${scenario}`));
    expect(all[0]).not.toBe("");
    expect(new Set(all)).toEqual(new Set([all[0]]));
  });
});

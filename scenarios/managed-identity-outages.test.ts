/**
 * The scenarios of managed identities, apart from the baseline, which `node-library.test.ts`
 * compares: one seed gives one journal although the client has jitter, `bare-fetch` passes every
 * rule, and its defects are caught.
 */
import { describe, expect, it } from "vitest";
import { judgeHistory } from "../harness/rules/rules.ts";
import { loadAzureIdentity } from "../harness/clients/azure-identity.ts";
import { createBareFetch } from "../harness/clients/reference/bare-fetch.ts";
import type { ClientDefect } from "../harness/clients/reference/client-defects.ts";
import type { ClientUnderTest } from "../harness/clients/client.ts";
import { runScenario } from "../harness/runner/run.ts";
import type { Scenario } from "../harness/runner/scenario.ts";
import { identityRows, managedIdentity } from "./managed-identity-outages.ts";

const all = [...identityRows, ...managedIdentity].map(
  (scenario) => [scenario.name, scenario] as const,
);

async function failuresOf(client: ClientUnderTest, scenario: Scenario): Promise<string[]> {
  const { history } = await runScenario(scenario, { client, mount: "direct", seed: "1" });
  const findings = judgeHistory(history);
  expect(findings.filter(({ verdict }) => verdict === "inconclusive")).toEqual([]);
  return findings.flatMap(({ rule, verdict }) => (verdict === "fail" ? [rule] : [])).toSorted();
}

describe("a library with jitter by Math.random", () => {
  it("gives one journal for one seed, and another for another", async () => {
    const scenario = managedIdentity.find(({ name }) => name === "identity-endpoint-updating");
    if (scenario === undefined) throw new Error("no such scenario");
    const play = async (seed: string): Promise<string> => {
      const client = await loadAzureIdentity();
      const { history } = await runScenario(scenario, { client, mount: "direct", seed });
      return JSON.stringify(history.events);
    };
    const [once, again, other] = [await play("1"), await play("1"), await play("2")];
    expect(again).toBe(once);
    expect(other).not.toBe(once);
  });
});

describe("bare-fetch", () => {
  it.each(all)("passes every rule in %s", async (_, scenario) => {
    expect(await failuresOf(createBareFetch(), scenario)).toEqual([]);
  });

  it.each<readonly [ClientDefect, string, string]>([
    ["gives-up-on-gone", "identity-endpoint-updating", "identity-endpoint"],
    ["hammers-identity-endpoint", "managed-identity-no-backup", "identity-endpoint"],
    ["hammers-identity-endpoint", "identity-endpoint-retry-after", "retry-after"],
    ["never-caches", "twelve-hours-managed-identity-imds", "cached-token"],
  ])("that %s is caught in %s by %s", async (defect, name, rule) => {
    const [, scenario] = all.find(([known]) => known === name) ?? [];
    if (scenario === undefined) throw new Error(`no scenario ${name}`);
    expect(await failuresOf(createBareFetch(defect), scenario)).toContain(rule);
  });
});

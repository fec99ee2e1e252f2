/** Which clients keep the service of managed identities down when it returns, and which let it recover. */
import { describe, expect, it } from "vitest";
import { judgeHistory } from "../harness/rules/rules.ts";
import { createBareFetch } from "../harness/clients/reference/bare-fetch.ts";
import type { ClientUnderTest } from "../harness/clients/client.ts";
import { loadMsalNode } from "../harness/clients/msal-node/msal-node.ts";
import { minutes } from "../harness/core/time/duration.ts";
import { runScenario } from "../harness/runner/run.ts";
import { identityStorms } from "./identity-storm.ts";

async function play(name: string, client: ClientUnderTest) {
  const scenario = identityStorms.find((candidate) => candidate.name === name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  const { history } = await runScenario(scenario, { client, mount: "direct", seed: "1" });
  const { startedAt } = history.header;
  const calls = history.events.filter((event) => event.kind === "operation-invoked");
  const ends = history.events.filter((event) => event.kind === "operation-completed");
  /** Failed calls in these minutes, of the machines with these numbers. */
  const failed = (from: number, to: number, numbers: readonly number[]): number => {
    const names = new Set(numbers.map((number) => `shop-identity-${number}`));
    const theirs = new Set(
      calls.filter(({ client: who }) => names.has(who)).map(({ operation }) => operation),
    );
    return ends.filter(
      ({ at, outcome, operation }) =>
        outcome !== "ok" &&
        theirs.has(operation) &&
        at >= startedAt + minutes(from) &&
        at < startedAt + minutes(to),
    ).length;
  };
  const rules = new Map(judgeHistory(history).map(({ rule, verdict }) => [rule, verdict]));
  return { failed, recovery: rules.get("recovery") };
}

const troubled = Array.from({ length: 20 }, (_, number) => number + 1);
const elsewhere = [21, 22];

describe("the return of managed identities to twenty machines", () => {
  it("succeeds with the waits of the guidance", async () => {
    const { failed, recovery } = await play("managed-identity-storm", createBareFetch());
    expect(failed(56, 62, troubled)).toBeGreaterThan(0);
    expect(failed(64, 82, troubled)).toBe(0);
    expect(recovery).toBe("pass");
  });

  it("never succeeds with the retries of the real msal-node, while each program calls every twenty seconds", async () => {
    const { failed, recovery } = await play("managed-identity-storm", await loadMsalNode());
    expect(failed(81, 82, troubled)).toBeGreaterThan(10);
    expect(failed(0, 82, elsewhere)).toBe(0);
    expect(recovery).toBe("fail");
  });

  it("succeeds when the operators shed the load and ramp it up again", async () => {
    const { failed, recovery } = await play("managed-identity-storm-shed", await loadMsalNode());
    expect(failed(64, 67, troubled)).toBeGreaterThan(10);
    expect(failed(79, 82, troubled)).toBe(0);
    expect(recovery).toBe("pass");
  });
});

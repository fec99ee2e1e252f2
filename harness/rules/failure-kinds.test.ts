/** Each kind of failure in a run that shows it, and in no run that breaks the same rule in another way. */
import { describe, expect, it } from "vitest";
import type { ClientUnderTest } from "../clients/client.ts";
import { loadClient } from "../clients/registry.ts";
import { seconds } from "../core/time/duration.ts";
import { runScenario } from "../runner/run.ts";
import type { Scenario } from "../runner/scenario.ts";
import { loadScenario } from "../../scenarios/find-scenario.ts";
import { daemonToken, scenario } from "../../test/support/run.ts";
import { buildRun } from "../../test/support/run-builder.ts";
import { failureKinds, kindsOfFailure } from "./failure-kinds.ts";
import { judgeHistory, ruleById } from "./rules.ts";

const waitsForNothing: ClientUnderTest = {
  name: "waits-for-nothing",
  version: "1",
  flows: ["client-credentials"],
  open: () => Promise.resolve({ acquire: () => new Promise(() => undefined) }),
};

const oneCall = scenario(async ({ open, clock }) => {
  const daemon = await open({ app: "nightly-daemon" });
  await daemon.attempt({ ...daemonToken, timeoutMs: seconds(30) });
  await clock.sleep(seconds(90));
});

async function kindsIn(wanted: Scenario, client: ClientUnderTest): Promise<readonly string[]> {
  const { history } = await runScenario(wanted, { client, mount: "direct", seed: "1" });
  return kindsOfFailure(history, judgeHistory(history)).map(({ rule, kind }) => `${rule} ${kind}`);
}

/** The kinds that a scenario shows of the rule that it is about. */
const shown: readonly (readonly [scenario: string, client: string, ...kinds: string[]])[] = [
  [
    "shared-hang",
    "msal-node",
    "call-duration shared-hung-request",
    "call-duration outlasts-its-caller",
  ],
  ["token-hang", "msal-node", "call-duration outlasts-its-caller"],
  ["hang-past-refresh-in", "msal-node", "call-duration ends-late"],
  ["overlapping-scopes", "msal-node", "cached-token evicted-token"],
  ["outage-12h-daemon-past-refresh-in", "msal-node", "cached-token kept-token-unused"],
  ["metadata-down-warm", "msal-node", "metadata user-lost-at-discovered-host"],
  ["long-weekend", "bare-fetch-refetches-metadata", "metadata read-twice"],
  ["token-throttled-crash-loop", "msal-node", "retry-after second-instance"],
  ["scopes-in-two-orders", "msal-node", "retry-after other-scopes"],
  ["token-throttled-text", "msal-node", "retry-after no-block"],
  ["server-error-html", "msal-node", "backoff backoff"],
];

describe("kinds of failure", () => {
  it.each(shown)("%s shows with %s what it is about", async (name, client, ...kinds) => {
    const wanted = await loadScenario(name);
    const rule = kinds[0]?.split(" ")[0];
    const seen = await kindsIn(wanted, await loadClient(client, wanted));
    expect(seen.filter((kind) => kind.startsWith(`${rule} `))).toEqual(kinds);
  });

  it("another instance in the same process goes round a block as well", () => {
    const kindsOf = (second: string): readonly string[] => {
      const run = buildRun({ sharedProcesses: { "app-2": "app-1" } });
      run.exchange({ by: run.operation(), status: 429, retryAfter: 300 });
      run.after(1_000);
      run.exchange({ by: run.operation({ client: second }) });
      const history = run.history();
      return kindsOfFailure(history, [{ rule: "retry-after", verdict: "fail" }]).map(
        ({ kind }) => kind,
      );
    };
    expect(kindsOf("app-1")).toEqual(["no-block"]);
    expect(kindsOf("app-2")).toEqual(["second-instance"]);
  });

  it("a call that waits for nothing never ends", async () => {
    expect(await kindsIn(oneCall, waitsForNothing)).toContain("call-duration never-ends");
  });

  it("are each of a rule, named once, and shown by a run of this file", () => {
    const named = failureKinds.map(({ rule, id }) => `${rule} ${id}`);
    expect(new Set(named).size).toBe(named.length);
    for (const { rule } of failureKinds) expect(ruleById(rule).id).toBe(rule);
    const seen = shown.flatMap(([, , ...kinds]) => kinds);
    expect([...seen, "call-duration never-ends"]).toEqual(expect.arrayContaining(named));
  });
});

/** The user's own code under test: under any names, its requests are one client's. */
import { describe, expect, it } from "vitest";
import { judgeHistory } from "../../rules/rules.ts";
import { minutes, seconds } from "../../core/time/duration.ts";
import { throttled } from "../../faults/presets.ts";
import { loadClient } from "../../clients/registry.ts";
import { runScenario } from "../run.ts";
import type { Scenario } from "../scenario.ts";
import { only, scenario } from "../../../test/support/run.ts";

const TOKEN = "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token";

async function getToken(): Promise<string> {
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: "33333333-cccc-4ccc-8ccc-000000000011",
    client_secret: "fixture-secret-of-nightly-daemon",
    scope: "https://graph.microsoft.com/.default",
  });
  const response = await fetch(TOKEN, { method: "POST", body });
  if (!response.ok) throw new Error(`the token endpoint says ${response.status}`);
  return ((await response.json()) as { access_token: string }).access_token;
}

/** Asks every so often in three minutes of 429, each time by the next of the names. */
async function play(names: readonly string[], everyMs: number, more: Partial<Scenario> = {}) {
  const wanted = scenario(
    async ({ operate, clock }) => {
      for (let call = 0; clock.elapsed() < minutes(4); call += 1) {
        await operate(names[call % names.length] ?? "", getToken).catch(() => undefined);
        await clock.sleep(everyMs);
      }
    },
    { needs: [], faults: [throttled({ from: 0, for: minutes(3) })], ...more },
  );
  const client = await loadClient(undefined, wanted);
  return runScenario(wanted, { client, mount: "msw", seed: "1" });
}

const manyNames = Array.from({ length: 20 }, (_, index) => `job ${index}`);
const failures = ({ history }: Awaited<ReturnType<typeof play>>) =>
  judgeHistory(history).flatMap(({ rule, verdict }) => (verdict === "fail" ? [rule] : []));

describe("the user's own code", () => {
  it.each([["sync"], manyNames])(
    "is one client: a storm is caught under %s, …",
    async (...names) => {
      const outcome = await play(names, seconds(1));
      const clients = only(outcome, "exchange-began").map(({ client }) => client);
      expect(new Set(clients)).toEqual(new Set(["own-code"]));
      expect(failures(outcome)).toEqual(expect.arrayContaining(["retry-storm", "retry-after"]));
    },
  );

  it("passes when it waits as long as Retry-After says, also under many names", async () => {
    expect(failures(await play(manyNames, seconds(100)))).toEqual([]);
  });

  it("is named by the scenario, and each call by the script", async () => {
    const outcome = await play(["sync"], minutes(3), { app: { name: "orders", version: "2" } });
    expect(only(outcome, "operation-invoked")[0]).toMatchObject({ client: "orders", app: "sync" });
  });
});

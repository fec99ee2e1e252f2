import { describe, expect, it } from "vitest";
import { refusedTwice } from "../../../test/support/excuse-abuses-of-tokens.ts";
import { loadClient } from "../../clients/registry.ts";
import { hours, minutes } from "../../core/time/duration.ts";
import { keyReplicasDisagree } from "../../faults/sign-in-presets.ts";
import type { History } from "../../history/event.ts";
import { runScenario } from "../../runner/run.ts";
import { defineScenario } from "../../runner/scenario.ts";
import { availability } from "../availability.ts";
import { cachedToken } from "../cached-token.ts";
import { judgeHistory } from "../rules.ts";
import { exchangesOf } from "./exchanges.ts";
import { isReadWithoutKey } from "./withheld-keys.ts";

describe("a service whose last read of the keys lacked the one that signs", () => {
  it("may refuse tokens until it can be expected to read them again", () => {
    const verdicts = [299_999, 300_000].map((laterMs) => {
      const history = refusedTwice(laterMs).history();
      return [availability, cachedToken].map((rule) => rule.judge(history).verdict);
    });
    expect(verdicts).toEqual([
      ["pass", "inconclusive"],
      ["fail", "fail"],
    ]);
  });

  const text = "Replicas of the key set disagree after a rollover.";
  const scenario = defineScenario({
    name: "key-replicas",
    title: text,
    story: { standsFor: text, asserts: text, failureMeans: text, fix: text },
    needs: ["client-credentials"],
    asserts: [],
    // In it the signing key is not the first one.
    settings: { keySet: "recorded" },
    faults: [keyReplicasDisagree({ from: minutes(30), for: hours(42) })],
    script: async ({ open, clock, world }) => {
      const app = await open({ app: "nightly-daemon" });
      for (let hour = 0; hour < 50; hour += 1) {
        await clock.until(hours(hour));
        if (hour === 5) world.rotateKeys();
        await app.attempt({
          flow: "client-credentials",
          scopes: ["https://graph.microsoft.com/.default"],
        });
      }
    },
  });
  const play = async (name: string): Promise<History> => {
    const client = await loadClient(name, scenario);
    return (await runScenario(scenario, { client, mount: "direct", seed: "1" })).history;
  };
  const failedRules = (history: History): readonly string[] =>
    judgeHistory(history).flatMap(({ rule, verdict }) => (verdict === "fail" ? [rule] : []));

  it("breaks no rule when it reads them again for each unknown key", async () => {
    const history = await play("bare-validator");
    expect(exchangesOf(history).some((read) => isReadWithoutKey(history, read))).toBe(true);
    expect(failedRules(history)).toEqual([]);
  });

  it.each([
    ["bare-validator-keeps-keys", "key-rollover"],
    ["bare-validator-first-key-only", "key-rollover"],
    ["bare-validator-reads-keys-each-time", "metadata"],
  ])("%s is caught all the same, by %s", async (name, rule) => {
    expect(failedRules(await play(name))).toContain(rule);
  });
});

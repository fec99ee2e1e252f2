/** Remedies around clients in whole runs: what they fix, and that only what was in effect is counted. */
import { describe, expect, it } from "vitest";
import { runScenario } from "../../runner/run.ts";
import { parseJournal, writeJournal } from "../../history/journal.ts";
import { costOf } from "../../reporting/model/cost.ts";
import { judgeHistory } from "../../rules/rules.ts";
import { loadScenario } from "../../../scenarios/find-scenario.ts";
import { HarnessError } from "../../core/errors.ts";
import { loadClient } from "../registry.ts";
import { type RemedyName, remedyNames } from "./remedy-names.ts";

async function play(name: string, remedies: readonly string[], wanted?: string) {
  const scenario = await loadScenario(name);
  const client = await loadClient(wanted, scenario);
  const outcome = await runScenario(scenario, {
    client,
    mount: "direct",
    seed: "1",
    variation: { remedies },
  });
  const { history } = outcome;
  const uses = new Map(outcome.remedies?.map((use) => [use.remedy, use]));
  return {
    history,
    uses,
    cost: costOf(history),
    requests: history.events.filter(({ kind }) => kind === "exchange-began").length,
    failing: judgeHistory(history).flatMap(({ rule, verdict }) =>
      verdict === "fail" ? [rule] : [],
    ),
  };
}

/** The rules of a scenario that fail before, and that no longer do with the remedy. */
async function fixed(name: string, remedy: RemedyName, wanted?: string) {
  const before = await play(name, [], wanted);
  const after = await play(name, [remedy], wanted);
  expect(after.uses.get(remedy)?.acts).toBeGreaterThan(0);
  return before.failing.filter((rule) => !after.failing.includes(rule));
}

describe("a run with remedies", () => {
  it("has no minute without a token where there were 4 h 40 m, once the last good token is kept", async () => {
    const before = await play("outage-12h-daemon-past-refresh-in", []);
    const after = await play("outage-12h-daemon-past-refresh-in", ["last-good-token"]);
    expect(before.cost.withoutTokenMs).toBe(16_800_000);
    expect(after.cost.withoutTokenMs).toBe(0);
    expect(after.failing).toEqual([]);
    expect(after.requests).toBe(before.requests);
    expect(after.uses.get("last-good-token")).toEqual({
      remedy: "last-good-token",
      calls: 1_800,
      acts: 560,
    });
  });

  it.each<[RemedyName, string, string, string?]>([
    ["retry-after", "token-throttled-html", "retry-after"],
    ["retry-after", "token-throttled-crash-loop", "retry-after"],
    ["jittered-backoff", "server-error-html", "backoff"],
    ["retry-budget", "server-error-html", "retry-storm", "bare-fetch-tight-loop"],
    ["single-flight", "concurrent-burst-daemon", "single-flight"],
    ["persisted-cache", "cache-store-down", "availability"],
    ["bounded-wait", "token-hang", "call-duration"],
  ])("with %s in %s fixes %s", async (remedy, name, rule, wanted) => {
    expect(await fixed(name, remedy, wanted)).toContain(rule);
  });

  it("counts a remedy that had nothing to do as called and not as acting, and leaves the run as it was", async () => {
    const before = await play("server-error-html", []);
    const after = await play("server-error-html", ["regional-fallback"]);
    const { calls, acts } = after.uses.get("regional-fallback") ?? {};
    expect([calls, acts]).toEqual([expect.any(Number), 0]);
    expect(calls).toBeGreaterThan(0);
    expect(after.history.events).toEqual(before.history.events);
  });

  it("counts a remedy whose code never ran as not called", async () => {
    const { uses } = await play("twelve-hours-web-id-token", ["last-good-token"], "openid-client");
    expect(uses.get("last-good-token")).toEqual({ remedy: "last-good-token", calls: 0, acts: 0 });
  });

  it("is the same again with the same seed, and says in its journal which remedies there were", async () => {
    const names = [...remedyNames];
    const [one, other] = [
      await play("server-error-html", names),
      await play("server-error-html", names),
    ];
    expect(writeJournal(one.history)).toBe(writeJournal(other.history));
    expect(parseJournal(writeJournal(one.history), "x.jsonl").header.variation).toEqual({
      remedies: names,
    });
  });

  it("refuses a name that is none, with the nearest one", async () => {
    const error = await play("token-throttled", ["last-good-tokens"]).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(HarnessError);
    expect(error).toMatchObject({
      place: "variation.remedies",
      message: expect.stringContaining("last-good-tokens"),
    });
    expect((error as HarnessError).hint).toContain("last-good-token");
  });
});

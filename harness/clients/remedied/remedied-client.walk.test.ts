/** A renewal while a user is away, hour by hour for three days: what the backup then serves. */
import { expect, it } from "vitest";
import { costOf } from "../../reporting/model/cost.ts";
import { runScenario } from "../../runner/run.ts";
import { loadScenario } from "../../../scenarios/find-scenario.ts";
import { loadClient } from "../registry.ts";

async function play(remedies: readonly string[]) {
  const scenario = await loadScenario("backup-idle-73h");
  const client = await loadClient(undefined, scenario);
  const variation = { remedies };
  const { history } = await runScenario(scenario, {
    client,
    mount: "direct",
    seed: "1",
    variation,
  });
  const { events } = history;
  return {
    withoutTokenMs: costOf(history).withoutTokenMs,
    requests: events.filter(({ kind }) => kind === "exchange-began").length,
    fromBackup: events.filter(
      (event) =>
        event.kind === "exchange-ended" &&
        event.servedBy === "backup" &&
        event.issued !== undefined,
    ).length,
  };
}

it("keeps a session inside the backup's three days by renewing while its user is away", async () => {
  const before = await play([]);
  const after = await play(["early-renewal"]);
  expect(before).toMatchObject({ withoutTokenMs: 3_600_000, fromBackup: 0 });
  expect(after.withoutTokenMs).toBe(0);
  expect(after.fromBackup).toBeGreaterThan(0);
  expect(after.requests).toBeGreaterThan(before.requests);
});

/** The user's own code with a managed identity, on the machine that the scenario names. */
import { ManagedIdentityCredential } from "@azure/identity";
import { describe, expect, it } from "vitest";
import { hours, minutes } from "../../core/time/duration.ts";
import { primaryDown } from "../../faults/presets.ts";
import { runScenario } from "../run.ts";
import { loadMsalNode } from "../../clients/msal-node/msal-node.ts";
import type { Scenario } from "../scenario.ts";
import { only, scenario } from "../../../test/support/run.ts";

async function play(more: Partial<Scenario>) {
  const wanted = scenario(
    async ({ operate, clock }) => {
      const credential = new ManagedIdentityCredential();
      while (clock.elapsed() < hours(34)) {
        const ask = () => credential.getToken("https://graph.microsoft.com/.default");
        await operate("our-worker", async () => (await ask()).token).catch(() => undefined);
        await clock.sleep(minutes(30));
      }
    },
    { faults: primaryDown({ from: hours(20), for: hours(12) }), ...more },
  );
  const client = await loadMsalNode();
  return runScenario(wanted, { client, mount: "https", seed: "1" });
}

describe("own code with a managed identity", () => {
  it("gets its tokens on the machine that the scenario names, also through an outage", async () => {
    const before = { ...process.env };
    const outcome = await play({ machine: "web-vm", settings: { backup: "2026-03" } });
    const ends = only(outcome, "operation-completed");
    expect(ends.length).toBe(68);
    expect(ends.filter((end) => end.outcome !== "ok")).toEqual([]);
    const by = only(outcome, "exchange-ended").map(({ servedBy }) => servedBy);
    expect([by[0], by.at(-1)]).toEqual(["primary", "backup"]);
    expect(process.env).toEqual(before);
  });
});

describe("the machine of own code", () => {
  it("is refused when it is not in the world, with the names of those that are", async () => {
    await expect(play({ machine: "web-wm" })).rejects.toMatchObject({
      code: "unknown-name",
      place: "machine",
      hint: expect.stringContaining("web-vm"),
    });
  });
});

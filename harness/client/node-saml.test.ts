/** The real node-saml signs a person in, both ways, with apps that are signed for in each way. */
import { describe, expect, it } from "vitest";
import type { Flow } from "../history/event.ts";
import { only, scenario } from "../run/testing.ts";
import { runScenario } from "../run.ts";
import type { Scenario } from "../scenario.ts";
import { loadNodeSaml } from "./node-saml.ts";

async function run(script: Scenario["script"], more: Partial<Scenario> = {}) {
  return runScenario(scenario(script, more), {
    client: await loadNodeSaml(),
    mount: "direct",
    seed: "1",
  });
}

describe.each<Flow>(["saml-sp-initiated", "saml-idp-initiated"])("%s", (flow) => {
  it.each(["expenses", "travel"])(
    "signs a person in to %s, once at a page, then by session",
    async (app) => {
      const outcome = await run(async ({ open, world }) => {
        const provider = await open({ app });
        const user = world.user("megan");
        const first = await provider.acquire({ flow, scopes: [], user });
        const second = await provider.acquire({ flow, scopes: [], user });
        expect(first.homeAccountId).toBe(`${user.id}.${world.tenant().id}`);
        expect(second.accessToken).not.toBe(first.accessToken);
      });
      expect(only(outcome, "prompt-shown")).toHaveLength(1);
      expect(only(outcome, "operation-completed").map((event) => event.outcome)).toEqual([
        "ok",
        "ok",
      ]);
    },
  );
});

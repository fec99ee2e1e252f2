import { describe, expect, it } from "vitest";
import { hours, minutes } from "../core/time/duration.ts";
import { loadClient } from "./registry.ts";
import { runScenario } from "../runner/run.ts";
import { graph, only, scenario } from "../../test/support/run.ts";
import type { Scenario } from "../runner/scenario.ts";

async function runWith(name: string, script: Scenario["script"]) {
  const wanted = scenario(script);
  const client = await loadClient(name, wanted);
  return runScenario(wanted, { client, mount: "direct", seed: "1" });
}

describe.each(["msal-node", "bare-fetch"])("signing in through %s", (name) => {
  it("prompts a user once a day, also for several applications", async () => {
    const outcome = await runWith(name, async ({ open, world, clock }) => {
      const signIn = {
        flow: "authorization-code",
        scopes: graph,
        user: world.user("adele"),
      } as const;
      await (await open({ app: "portal" })).acquire(signIn);
      await clock.sleep(hours(12));
      const desktop = await open({ app: "desk-app" });
      await desktop.acquire(signIn);
      await clock.sleep(hours(24) - minutes(1));
      await desktop.acquire(signIn);
      await clock.sleep(hours(24));
      await desktop.acquire(signIn);
    });
    const startedAt = outcome.history.header.startedAt;
    expect(only(outcome, "prompt-shown").map(({ at }) => at - startedAt)).toEqual([
      0,
      hours(60) - minutes(1),
    ]);
  });

  it("prompts again for prompt=login, for another user, and after a revocation", async () => {
    const outcome = await runWith(name, async ({ open, world }) => {
      const user = world.user("adele");
      const portal = await open({ app: "portal" });
      const signIn = { flow: "authorization-code", scopes: graph, user } as const;
      await portal.acquire(signIn);
      await portal.acquire({ ...signIn, prompt: "login" });
      await portal.acquire({ ...signIn, user: world.user("megan") });
      world.revokeSessions([user]);
      await portal.acquire(signIn);
    });
    expect(only(outcome, "prompt-shown")).toHaveLength(4);
  });

  it("identifies a guest by the account of the home tenant", async () => {
    const outcome = await runWith(name, async ({ open, world, clock }) => {
      const user = world.user("frank");
      const portal = await open({ app: "portal" });
      await portal.acquire({ flow: "authorization-code", scopes: graph, user });
      await clock.sleep(hours(2));
      await portal.acquire({ flow: "silent", scopes: graph, user });
    });
    const home = "55555555-eeee-4eee-8eee-000000000201";
    const account = `${home}.22222222-bbbb-4bbb-8bbb-000000000002`;
    expect(only(outcome, "operation-invoked").map(({ user }) => user)).toEqual([account, account]);
    expect(only(outcome, "operation-completed")).toMatchObject([
      { outcome: "ok", user: account },
      { outcome: "ok", user: account },
    ]);
    const renewal = only(outcome, "exchange-began").at(-1);
    expect([renewal?.grant, renewal?.user]).toEqual(["refresh_token", home]);
  });
});

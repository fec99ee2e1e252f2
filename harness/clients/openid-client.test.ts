/** The real openid-client, signing users in for an id token: with a healthy service, in an outage, and on sockets. */
import { describe, expect, it } from "vitest";
import { hours, minutes } from "../core/time/duration.ts";
import { outage } from "../faults/presets.ts";
import type { MountName } from "../network/mount-names.ts";
import { runScenario } from "../runner/run.ts";
import { only, scenario } from "../../test/support/run.ts";
import type { Scenario, ScriptContext } from "../runner/scenario.ts";
import { loadOpenidClient } from "./openid-client.ts";

async function run(
  script: Scenario["script"],
  { mount = "direct", ...more }: Partial<Scenario> & { readonly mount?: MountName } = {},
) {
  const client = await loadOpenidClient();
  return runScenario(scenario(script, more), { client, mount, seed: "1" });
}

/** Opens the app and signs Megan in, twice. */
const twice =
  (app: string) =>
  async ({ open, world, clock }: ScriptContext): Promise<void> => {
    const portal = await open({ app });
    const request = { flow: "id-token", scopes: ["profile"], user: world.user("megan") } as const;
    await portal.acquire(request);
    await clock.sleep(minutes(30));
    await portal.attempt(request);
  };

describe.each(["direct", "https"] as const)("openid-client through the mount %s", (mount) => {
  it.each(["portal", "spa"])("signs in at %s, and prompts the user once", async (app) => {
    const outcome = await run(twice(app), { mount });
    const ends = only(outcome, "operation-completed");
    expect(ends.map((end) => end.outcome)).toEqual(["ok", "ok"]);
    expect(only(outcome, "prompt-shown")).toHaveLength(1);
    const invoked = only(outcome, "operation-invoked");
    expect(ends.map((end) => end.outcome === "ok" && end.user)).toEqual(
      invoked.map(({ user }) => user),
    );
  });
});

describe("openid-client in an outage", () => {
  it("fails without prompting the user", async () => {
    const faults = [outage({ from: minutes(20), for: hours(1) })];
    const outcome = await run(twice("portal"), { faults });
    const last = only(outcome, "operation-completed").at(-1);
    expect(last).toMatchObject({
      outcome: "fail",
      error: { code: "sign_in_page", interactionRequired: false },
    });
    expect(only(outcome, "prompt-shown")).toHaveLength(1);
  });

  it("reports that interaction is required", async () => {
    const outcome = await run(async ({ open, world }) => {
      const portal = await open({ app: "portal" });
      const user = world.user("megan");
      await portal.attempt({ flow: "id-token", scopes: [], user, prompt: "none" });
    });
    expect(only(outcome, "operation-completed")[0]).toMatchObject({
      outcome: "fail",
      error: { code: "login_required", interactionRequired: true },
    });
  });
});

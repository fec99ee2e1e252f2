/** The world of `examples/page/my-world.ts`, which the guide shows, in a scenario and in a Vitest suite; `page-example-suite.ts` has it in Playwright's. */
import { PublicClientApplication } from "@azure/msal-node";
import { describe, expect, it } from "vitest";
import { world } from "../examples/page/my-world.ts";
import { wantsNoBrowser } from "../harness/browser/launch/find-browser.ts";
import { minutes } from "../harness/core/time/duration.ts";
import type { World } from "../harness/entra/directory/world.ts";
import { throttled } from "../harness/faults/presets.ts";
import { loadClient } from "../harness/clients/registry.ts";
import { runScenario } from "../harness/runner/run.ts";
import { defineScenario } from "../harness/runner/scenario.ts";
import { useEntra } from "../harness/integrations/vitest.ts";
import { readPage } from "./support/guides.ts";

/** An app with that registration, as far as it can be one without a browser. */
function createApp(): () => Promise<string> {
  const client = new PublicClientApplication({
    auth: {
      authority: "https://login.microsoftonline.com/7c1d2a90-4b1e-4c55-9a7e-2f8f0f5c9d11",
      clientId: "0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d3",
    },
  });
  return async () => {
    const result = await client.acquireTokenByUsernamePassword({
      scopes: ["api://orders/Orders.Read"],
      username: "adele@example.com",
      password: "fixture-password-of-adele",
    });
    return result?.accessToken ?? "";
  };
}

it("is short enough to be written by hand", () => {
  expect(readPage("examples/page/my-world.ts").trim().split("\n").length).toBeLessThanOrEqual(15);
});

it("serves a scenario", async () => {
  const signIn = createApp();
  const scenario = defineScenario({
    name: "own-world",
    title: "A world of our own",
    story: { standsFor: "x", asserts: "x", failureMeans: "x", fix: "x" },
    needs: [],
    asserts: [],
    faults: [throttled({ from: minutes(1), for: minutes(5) })],
    world,
    async script({ operate, world: here }) {
      expect(here.user("adele").upn).toBe("adele@example.com");
      await operate("own-app", signIn);
    },
  });
  const client = await loadClient("msal-node", scenario);
  const { history } = await runScenario(scenario, { client, mount: "msw", seed: "1" });
  expect(history.events).toContainEqual(
    expect.objectContaining({ kind: "operation-completed", outcome: "ok" }),
  );
});

describe.skipIf(wantsNoBrowser())("a scenario that opens the page itself", () => {
  const open = async (there: World) => {
    const scenario = defineScenario({
      name: "own-page",
      title: "A page of our own",
      story: { standsFor: "x", asserts: "x", failureMeans: "x", fix: "x" },
      needs: ["popup"],
      asserts: [],
      faults: [],
      world: there,
      async script({ open: openApp, world: here }) {
        const page = await openApp({ app: "spa" });
        const scopes = ["https://graph.microsoft.com/User.Read"];
        await page.acquire({ flow: "popup", scopes, user: here.user("adele") });
      },
    });
    const client = await loadClient("msal-browser", scenario);
    return runScenario(scenario, { client, mount: "proxy", seed: "1" });
  };

  it("is refused without a redirect URI for it", async () => {
    await expect(open(world)).rejects.toMatchObject({
      message: "spa has redirect URIs on localhost only, where a scenario serves no pages",
    });
  });

  it("signs in at the one that the guide names", { timeout: 60_000 }, async () => {
    const [, uri = ""] =
      /second redirect URI, `(.+?)`/.exec(readPage("docs/guide/worlds.md")) ?? [];
    const more = { type: "spa", uri } as const;
    const tenants = world.tenants.map((tenant) => ({
      ...tenant,
      apps: tenant.apps.map((app) => ({ ...app, redirectUris: [...app.redirectUris, more] })),
    }));
    const { history } = await open({ ...world, tenants });
    expect(history.events).toContainEqual(
      expect.objectContaining({ kind: "operation-completed", outcome: "ok" }),
    );
  });
});

describe("a Vitest suite", () => {
  const entra = useEntra({ world });

  it("has it as well", async () => {
    expect(entra.world.app("spa").clientId).toBe("0f4b2c6e-93c7-4d3a-8a55-51b7f7a1c2d3");
    await expect(entra.operate("sign in", createApp())).resolves.toMatch(/^ey/);
  });
});

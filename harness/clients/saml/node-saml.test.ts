/** The real node-saml signs a user in, started by the provider and by Entra, with each way of signing. */
import { describe, expect, it, vi } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { createDirectory } from "../../entra/directory/directory.ts";
import { createEsts } from "../../entra/token-service/ests.ts";
import { createRequest, createResponse } from "../../core/http/message.ts";
import { createRandom } from "../../core/random.ts";
import { primaryDown } from "../../faults/presets.ts";
import type { Flow } from "../../history/event.ts";
import { only, scenario } from "../../../test/support/run.ts";
import { runScenario } from "../../runner/run.ts";
import type { Scenario } from "../../runner/scenario.ts";
import { loadNodeSaml } from "./node-saml.ts";

/** A provider whose browser always returns the same response, for every user. */
async function withOneAnswer() {
  const [tenant] = contoso.tenants;
  const app = tenant?.apps.find(({ name }) => name === "expenses");
  const [user] = tenant?.users ?? [];
  if (tenant === undefined || user === undefined) throw new Error("no such tenant");
  if (app?.saml === undefined) throw new Error("no such app");
  const nowMs = Date.UTC(2026, 2, 2, 8);
  const clock = { now: () => nowMs, sleep: () => Promise.resolve() };
  const random = createRandom("one answer");
  const directory = createDirectory(contoso, clock);
  const settings = { ...contoso.settings, signInPage: "automatic" as const };
  const ests = createEsts({ directory, clock, random, settings });
  const hint = `appid=${app.clientId}&login_hint=${user.upn}`;
  const page = await ests(
    createRequest(`https://login.microsoftonline.com/${tenant.id}/saml2/launch?${hint}`),
  );
  const html = await page.text();
  const client = await loadNodeSaml();
  const provider = await client.open(
    { app, tenant, cache: "memory" },
    {
      world: contoso,
      clock,
      random,
      authorityHost: "https://login.microsoftonline.com",
      browse: () => Promise.resolve(createResponse(html, { status: 200, headers: [] })),
      cookiesOf: () => new Map(),
      prompted: () => undefined,
      certificateOf: () => ({ thumbprintSha256: "", thumbprint: "", privateKeyFile: "" }),
      storage: new Map(),
      cacheStore: { read: async () => undefined, write: async () => undefined },
    },
  );
  return () =>
    provider.acquire(
      { flow: "saml-idp-initiated", scopes: [], user },
      new AbortController().signal,
    );
}

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

describe("a strict service provider", () => {
  it("accepts no assertion twice, also in unsolicited responses", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 2, 2, 8) });
    try {
      const acquire = await withOneAnswer();
      await acquire();
      await expect(acquire()).rejects.toThrow("used before");
    } finally {
      vi.useRealTimers();
    }
  });

  it("accepts the service principal name that Entra makes of its bare name", async () => {
    const tenants = contoso.tenants.map((tenant) => ({
      ...tenant,
      apps: tenant.apps.map(({ saml, ...app }) => ({
        ...app,
        ...(saml === undefined ? {} : { saml: { ...saml, identifiers: [app.name] } }),
      })),
    }));
    const outcome = await run(
      async ({ open, world }) => {
        const expenses = await open({ app: "expenses" });
        for (const flow of ["saml-sp-initiated", "saml-idp-initiated"] as const) {
          const result = await expenses.acquire({ flow, scopes: [], user: world.user("megan") });
          const xml = Buffer.from(result.accessToken, "base64").toString("utf8");
          expect(xml).toContain("<Audience>spn:expenses</Audience>");
        }
      },
      { world: { ...contoso, tenants } },
    );
    expect(only(outcome, "operation-completed")).toHaveLength(2);
  });

  it("reports that the sign-in page failed, because of the service or the user", async () => {
    const outcome = await run(
      async ({ open, world }) => {
        const user = world.user("megan");
        const request = { flow: "saml-sp-initiated", scopes: [], user } as const;
        const expenses = await open({ app: "expenses" });
        await expenses.attempt(request);
        const travel = await open({ app: "travel", tenant: "contoso" });
        await travel.attempt({ ...request, user: world.user("joni") });
      },
      { faults: primaryDown({ from: 0, for: 1_000 }) },
    );
    const codes = only(outcome, "operation-completed").map((event) =>
      event.outcome === "fail" ? event.error.code : event.outcome,
    );
    expect(codes).toEqual(["sign_in_page", "sign_in_page"]);
  });

  it.each([
    ["portal", "saml-idp-initiated", "has no SAML registration"],
    ["expenses", "silent", "does not support silent"],
  ] as const)("rejects an app or flow that it does not support: %s, %s", async (app, flow, why) => {
    const asked = run(async ({ open, world }) => {
      const provider = await open({ app });
      await provider.attempt({ flow, scopes: [], user: world.user("megan") });
    });
    await expect(asked).rejects.toThrow(why);
  });
});

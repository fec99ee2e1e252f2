/**
 * Refusals that the fixture world never meets, and those that travel in a redirect: there the
 * app reads the OAuth error, and the AADSTS code in its description (`docs/sources.md#a10`).
 */
import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { createDirectory } from "../directory/directory.ts";
import type { AppRegistration, World } from "../directory/world.ts";
import { createRequest } from "../../core/http/message.ts";
import { createRandom } from "../../core/random.ts";
import { createEsts } from "./ests.ts";
import { START_MS, startEsts, type Answer, type EstsBench } from "../../../test/support/ests.ts";
import { graph, redeem, secretOf, TOKEN, userScopes } from "../../../test/support/ests-grants.ts";

describe("a world with unusual apps", () => {
  const worldWith = (portal: Partial<AppRegistration>, resources = contoso.resources): World => ({
    ...contoso,
    resources,
    tenants: contoso.tenants.map((tenant) => ({
      ...tenant,
      apps: tenant.apps.map((app) => (app.name === "portal" ? { ...app, ...portal } : app)),
    })),
  });

  /** A password grant by the portal of that world, eight o'clock. */
  async function askIn(world: World, scope: string): Promise<unknown[]> {
    const clock = { now: () => START_MS, sleep: () => Promise.resolve() };
    const directory = createDirectory(world, clock);
    const random = createRandom("refusals");
    const ests = createEsts({ directory, clock, random, settings: world.settings });
    const tenant = world.tenants[0]?.id ?? "";
    const form = {
      grant_type: "password",
      ...secretOf(startEsts(), "portal"),
      scope,
      username: "adele@contoso.example",
      password: "fixture-password-of-adele",
    };
    const response = await ests(
      createRequest(`https://login.microsoftonline.com/${tenant}/${TOKEN}`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams(form).toString(),
      }),
    );
    const json = (await response.json()) as Record<string, unknown>;
    return [response.status, json["error"], json["error_codes"], json["suberror"]];
  }

  it("requires consent for each permission", async () => {
    const world = worldWith({ delegated: ["https://graph.microsoft.com/User.Read"] });
    expect(await askIn(world, "Mail.Read")).toEqual([
      400,
      "invalid_grant",
      [65001],
      "consent_required",
    ]);
    expect((await askIn(world, "User.Read"))[0]).toBe(200);
  });

  it("takes a consent and a request for the same permission, however they are spelled", async () => {
    const resources = contoso.resources.map((one) =>
      one.name === "graph" ? { ...one, scopes: [...one.scopes, "user.read"] } : one,
    );
    const world = worldWith({ delegated: ["https://graph.microsoft.com/user.read"] }, resources);
    expect((await askIn(world, "user.read"))[0]).toBe(200);
    expect((await askIn(world, "User.Read"))[0]).toBe(200);
  });

  it("refuses an expired secret", async () => {
    const secretUntil = (expiresAt: number): World =>
      worldWith({ secrets: [{ value: "fixture-secret-of-portal", expiresAt }] });
    expect(await askIn(secretUntil(START_MS), "User.Read")).toEqual([
      401,
      "invalid_client",
      [7000222],
      undefined,
    ]);
    expect((await askIn(secretUntil(START_MS + 1), "User.Read"))[0]).toBe(200);
  });

  it("refuses OpenID scopes without Graph among its APIs", async () => {
    const resources = contoso.resources.filter(({ name }) => name !== "graph");
    expect(await askIn(worldWith({}, resources), "openid")).toEqual([
      400,
      "invalid_resource",
      [500011],
      undefined,
    ]);
  });
});

describe("a second tenant", () => {
  const [, fabrikam] = contoso.tenants;
  const readable = ({ status, json }: Answer): unknown[] => [
    status,
    json["error"],
    json["error_codes"],
  ];

  /** The portal of contoso asks the token endpoint of fabrikam. */
  const askNextDoor = async (bench: EstsBench, form: Record<string, string>): Promise<unknown[]> =>
    readable(
      await bench.post(`/${fabrikam?.id}/${TOKEN}`, { ...secretOf(bench, "portal"), ...form }),
    );
  const renewNextDoor = async (bench: EstsBench, user: string): Promise<unknown[]> => {
    const code = await bench.codeFor("portal", user, userScopes);
    const { json } = await redeem(bench, { code });
    const token = String(json["refresh_token"]);
    return askNextDoor(bench, { grant_type: "refresh_token", refresh_token: token });
  };

  it("refuses a code of another tenant", async () => {
    const bench = startEsts();
    const refusal = await askNextDoor(bench, {
      grant_type: "authorization_code",
      redirect_uri: "http://localhost:3000/redirect",
      code: await bench.codeFor("portal", "adele", userScopes),
    });
    expect(refusal).toEqual([400, "invalid_grant", [700005]]);
  });

  it("refuses a renewal without an account in the tenant, or with a disabled one", async () => {
    const bench = startEsts();
    expect(await renewNextDoor(bench, "megan")).toEqual([400, "invalid_grant", [50020]]);
    const guest = fabrikam?.users.find(({ upn }) => upn === bench.user("adele").upn);
    if (guest !== undefined) bench.directory.disable(guest);
    expect(await renewNextDoor(bench, "adele")).toEqual([400, "invalid_grant", [50057]]);
  });
});

describe("the authorize endpoint sends the app", () => {
  const authorize = async (
    bench: EstsBench,
    app: string,
    more: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<unknown[]> => {
    const { clientId, redirectUris } = bench.app(app);
    const query = new URLSearchParams({
      client_id: clientId,
      response_type: "code",
      redirect_uri: redirectUris[0]?.uri ?? "",
      scope: graph,
      ...more,
    });
    const { headers: answered } = await bench.get(`oauth2/v2.0/authorize?${query}`, headers);
    const back = new URL(answered.get("location") ?? "http://nowhere");
    const sent = back.hash === "" ? back.searchParams : new URLSearchParams(back.hash.slice(1));
    return [sent.get("error"), /^AADSTS(\d+)/.exec(sent.get("error_description") ?? "")?.[1]];
  };

  it.each<[readonly [string, string], string, Record<string, string>]>([
    [["unsupported_response_type", "700054"], "portal", { response_type: "token" }],
    [
      ["unsupported_response_type", "700054"],
      "desk-app",
      { response_type: "id_token", nonce: "n" },
    ],
    [
      ["invalid_request", "70007"],
      "portal",
      { response_type: "id_token", nonce: "n", response_mode: "query" },
    ],
    [["invalid_request", "70007"], "portal", { response_mode: "pigeon" }],
    [["login_required", "50058"], "portal", { prompt: "none" }],
  ])("%j when the %s sends %o", async (refusal, app, wrong) => {
    expect(await authorize(startEsts(), app, wrong)).toEqual(refusal);
  });

  it("an error for a disabled user whom the hint would sign in", async () => {
    const bench = startEsts({ signInPage: "automatic" });
    const hint = { login_hint: "joni@contoso.example" };
    expect(await authorize(bench, "portal", hint)).toEqual(["invalid_grant", "50057"]);
  });
});

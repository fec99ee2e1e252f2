import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { claimsOf, type EstsBench, startEsts } from "../../../test/support/ests.ts";
import {
  codesOf,
  redeem,
  refresh,
  secretOf,
  TOKEN,
  userScopes,
} from "../../../test/support/ests-grants.ts";

const [, fabrikam] = contoso.tenants;
const FABRIKAM = fabrikam?.id ?? "";

const byPassword = (bench: EstsBench, tenant: string, more: Record<string, string> = {}) =>
  bench.post(`/${tenant}/${TOKEN}`, {
    grant_type: "password",
    client_id: bench.app("desk-app").clientId,
    scope: userScopes,
    username: "adele@contoso.example",
    password: "fixture-password-of-adele",
    ...more,
  });

describe("a tenant that does not exist", () => {
  it("is refused for every grant", async () => {
    const bench = startEsts();
    const at = "/unknown.example/oauth2/v2.0/token";
    const portal = secretOf(bench, "portal");
    const code = await bench.codeFor("portal", "adele", userScopes);
    const token = String((await redeem(bench)).json["refresh_token"]);
    const answers = [
      await byPassword(bench, "unknown.example"),
      await bench.post(at, { grant_type: "refresh_token", ...portal, refresh_token: token }),
      await bench.post(at, { grant_type: "authorization_code", ...portal, code }),
      await bench.post(at, { grant_type: "device_code", ...portal, device_code: "any" }),
    ];
    expect(answers.map(codesOf)).toEqual(answers.map(() => [90002]));
  });
});

describe("two tenants", () => {
  it("refuse each other's codes", async () => {
    const bench = startEsts();
    const answer = await bench.post(`/${FABRIKAM}/${TOKEN}`, {
      grant_type: "authorization_code",
      ...secretOf(bench, "portal"),
      redirect_uri: "http://localhost:3000/redirect",
      code: await bench.codeFor("portal", "adele", userScopes),
    });
    expect(codesOf(answer)).toEqual([700005]);
  });

  it("refuse on-behalf-of for the other's user", async () => {
    const bench = startEsts();
    const portal = fabrikam?.apps.find(({ name }) => name === "portal");
    const front = await byPassword(bench, FABRIKAM, {
      client_id: portal?.clientId ?? "",
      client_secret: portal?.secrets[0]?.value ?? "",
      scope: "api://orders/access_as_user",
      username: "frank@fabrikam.example",
      password: "fixture-password-of-frank",
    });
    expect(front.status).toBe(200);
    const onBehalf = await bench.post(TOKEN, {
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      requested_token_use: "on_behalf_of",
      ...secretOf(bench, "orders-api"),
      scope: "https://graph.microsoft.com/User.Read",
      assertion: String(front.json["access_token"]),
    });
    expect(codesOf(onBehalf)).toEqual([50013]);
  });

  it("keep their apps separate on the shared device code page", async () => {
    const bench = startEsts();
    const start = (client_id: string) =>
      bench.post("/common/oauth2/v2.0/devicecode", { client_id, scope: userScopes });
    expect(codesOf(await start("99999999-0000-4000-8000-000000000000"))).toEqual([700016]);
    expect(codesOf(await start(bench.app("desk-app").clientId))).toEqual([50194]);
  });
});

describe("a guest", () => {
  const frank = { username: "frank@fabrikam.example", password: "fixture-password-of-frank" };

  it("is one account with an object id in each tenant", async () => {
    const bench = startEsts();
    const { json } = await byPassword(bench, bench.tenantId, { ...frank, client_info: "1" });
    expect(claimsOf(json["access_token"])).toMatchObject({
      tid: bench.tenantId,
      oid: bench.user("frank").id,
    });
    const home = fabrikam?.users.find(({ upn }) => upn === frank.username);
    expect(
      JSON.parse(Buffer.from(String(json["client_info"]), "base64url").toString("utf8")),
    ).toEqual({ uid: home?.id, utid: FABRIKAM });
  });

  it("signs in to the tenant that the device named", async () => {
    const bench = startEsts();
    const client_id = bench.app("desk-app").clientId;
    const { json } = await bench.post("oauth2/v2.0/devicecode", { client_id, scope: userScopes });
    await bench.post("/common/oauth2/deviceauth", {
      otc: String(json["user_code"]),
      login: frank.username,
      passwd: frank.password,
    });
    const device_code = String(json["device_code"]);
    const answer = await bench.post(TOKEN, { grant_type: "device_code", client_id, device_code });
    expect(claimsOf(answer.json["access_token"])["tid"]).toBe(bench.tenantId);
  });
});

describe("a secret of one kind", () => {
  it("is not accepted as another kind: a refresh token signs no browser in", async () => {
    const bench = startEsts();
    const token = String((await redeem(bench)).json["refresh_token"]);
    const query = new URLSearchParams({
      client_id: bench.app("portal").clientId,
      response_type: "code",
      redirect_uri: "http://localhost:3000/redirect",
      scope: userScopes,
      prompt: "none",
    });
    const { headers } = await bench.get(`oauth2/v2.0/authorize?${query}`, {
      cookie: `ESTSAUTH=1.S${token.slice(3)}`,
    });
    expect(headers.get("location")).toContain("login_required");
  });
});

describe("a revocation", () => {
  it("voids a device's code between approval and poll", async () => {
    const bench = startEsts();
    const client_id = bench.app("desk-app").clientId;
    const { json } = await bench.post("oauth2/v2.0/devicecode", { client_id, scope: userScopes });
    await bench.post("/common/oauth2/deviceauth", {
      otc: String(json["user_code"]),
      login: "megan@contoso.example",
      passwd: "fixture-password-of-megan",
    });
    bench.directory.revokeSessions([bench.user("megan")]);
    const device_code = String(json["device_code"]);
    const answer = await bench.post(TOKEN, { grant_type: "device_code", client_id, device_code });
    expect(codesOf(answer)).toEqual([50173]);
  });

  it("voids what was issued in the same millisecond, and nothing issued after it", async () => {
    const bench = startEsts();
    const before = (await redeem(bench)).json["refresh_token"];
    bench.directory.revokeSessions([bench.user("adele")]);
    expect(codesOf(await refresh(bench, before))).toEqual([50173]);
    const after = (await redeem(bench)).json["refresh_token"];
    expect((await refresh(bench, after)).status).toBe(200);
  });

  it("is reported with the time of the grant and the time from which tokens are valid", async () => {
    const bench = startEsts();
    const token = (await redeem(bench)).json["refresh_token"];
    bench.pass(60_000);
    bench.directory.revokeSessions([bench.user("adele")]);
    const { json } = await refresh(bench, token);
    expect(json["error_description"]).toContain("'2026-03-02T08:00:00.000Z'");
    expect(json["error_description"]).toContain("'2026-03-02T08:01:00.000Z'");
  });

  it("because of MFA asks for a second factor, without naming a policy", async () => {
    const bench = startEsts();
    const token = (await redeem(bench)).json["refresh_token"];
    bench.directory.enableMfa(bench.user("adele"));
    const { status, json } = await refresh(bench, token);
    expect([status, json["error"], json["suberror"], json["error_codes"], json["claims"]]).toEqual([
      400,
      "invalid_grant",
      "basic_action",
      [50076],
      undefined,
    ]);
  });

  it("comes with a suberror or without, as the world says", async () => {
    for (const suberror of ["bad_token", "none"] as const) {
      const bench = startEsts({ revokedGrantSuberror: suberror });
      const token = (await redeem(bench)).json["refresh_token"];
      bench.directory.revokeSessions([bench.user("adele")]);
      const { json } = await refresh(bench, token);
      expect(json["suberror"]).toBe(suberror === "none" ? undefined : suberror);
    }
  });
});

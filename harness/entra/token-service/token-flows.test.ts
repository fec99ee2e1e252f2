import { describe, expect, it } from "vitest";
import { claimsOf, type EstsBench, startEsts } from "../../../test/support/ests.ts";
import {
  TOKEN,
  userScopes,
  daemonForm,
  secretOf,
  redeem,
  codesOf,
} from "../../../test/support/ests-grants.ts";

describe("continuous access evaluation", () => {
  const capable = JSON.stringify({ access_token: { xms_cc: { values: ["cp1"] } } });

  it("gives capable clients tokens that live a day and say so", async () => {
    const { json } = await redeem(startEsts(), { claims: capable });
    expect(json["expires_in"]).toBe(86_400);
    expect(json["refresh_in"]).toBeUndefined();
    expect(claimsOf(json["access_token"])["xms_cc"]).toEqual(["cp1"]);
  });

  it("does not for APIs without it, for other clients, or for claims that are not JSON", async () => {
    const orders = "api://orders/Orders.Read openid offline_access";
    for (const answer of [
      await redeem(startEsts(), { claims: capable }, orders),
      await redeem(startEsts()),
      await redeem(startEsts(), { claims: "{" }),
    ]) {
      expect(Number(answer.json["expires_in"])).toBeLessThan(7_200);
      expect(claimsOf(answer.json["access_token"])["xms_cc"]).toBeUndefined();
    }
  });

  it("does not for apps without a user", async () => {
    const bench = startEsts();
    const { json } = await bench.post(TOKEN, daemonForm(bench, { claims: capable }));
    expect(claimsOf(json["access_token"])["xms_cc"]).toBeUndefined();
  });
});

describe("on behalf of", () => {
  const oboForm = (bench: EstsBench, assertion: string): Record<string, string> => ({
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    requested_token_use: "on_behalf_of",
    ...secretOf(bench, "orders-api"),
    scope: "https://graph.microsoft.com/User.Read",
    assertion,
  });

  async function front(bench: EstsBench): Promise<string> {
    const { json } = await redeem(bench, {}, "api://orders/access_as_user");
    return String(json["access_token"]);
  }

  it("exchanges a token for the API for one of the next API, with the same user", async () => {
    const bench = startEsts();
    const { status, json } = await bench.post(TOKEN, oboForm(bench, await front(bench)));
    expect(status).toBe(200);
    expect(claimsOf(json["access_token"])).toMatchObject({
      oid: bench.user("adele").id,
      aud: "https://graph.microsoft.com",
    });
  });

  it("refuses an assertion that is forged, foreign, an app's, expired or revoked", async () => {
    const bench = startEsts();
    const good = await front(bench);
    const ask = async (assertion: string) =>
      codesOf(await bench.post(TOKEN, oboForm(bench, assertion)));
    expect(await ask("nonsense")).toEqual([50013]);
    expect(await ask(`${good.slice(0, -4)}AAAA`)).toEqual([50013]);
    expect(await ask(String((await redeem(bench)).json["access_token"]))).toEqual([500131]);
    const app = await bench.post(TOKEN, daemonForm(bench, { scope: "api://orders/.default" }));
    expect(await ask(String(app.json["access_token"]))).toEqual([50013]);
    bench.pass(1_000);
    bench.directory.revokeSessions([bench.user("adele")]);
    expect(await ask(good)).toEqual([50173]);
    bench.pass(7_200_000);
    expect(await ask(good)).toEqual([500133]);
  });

  it("refuses an id token as assertion", async () => {
    const bench = startEsts();
    const { json } = await redeem(
      bench,
      secretOf(bench, "portal"),
      "openid profile api://orders/access_as_user",
    );
    const answer = await bench.post(TOKEN, {
      ...oboForm(bench, String(json["id_token"])),
      ...secretOf(bench, "portal"),
    });
    expect(codesOf(answer)).toEqual([50013]);
  });

  it("requires requested_token_use", async () => {
    const bench = startEsts();
    const answer = await bench.post(TOKEN, {
      ...oboForm(bench, "x"),
      requested_token_use: "other",
    });
    expect(codesOf(answer)).toEqual([70003]);
  });
});

it("takes token_type=Bearer for what it is", async () => {
  const bench = startEsts();
  const { json } = await bench.post(TOKEN, { ...daemonForm(bench), token_type: "Bearer" });
  expect(json).toMatchObject({ token_type: "Bearer" });
});

describe("device code", () => {
  async function begin(bench: EstsBench) {
    const { json } = await bench.post("oauth2/v2.0/devicecode", {
      client_id: bench.app("desk-app").clientId,
      scope: userScopes,
    });
    const poll = (grant_type: string, device_code = String(json["device_code"])) =>
      bench.post(TOKEN, { grant_type, client_id: bench.app("desk-app").clientId, device_code });
    const approve = (more: Record<string, string> = {}) =>
      bench.post("/common/oauth2/deviceauth", {
        otc: String(json["user_code"]),
        login: "megan@contoso.example",
        passwd: "fixture-password-of-megan",
        ...more,
      });
    return { json, poll, approve };
  }

  it.each(["device_code", "urn:ietf:params:oauth:grant-type:device_code"])(
    "waits for the person, polled by %s",
    async (grant) => {
      const { json, poll, approve } = await begin(startEsts());
      expect(Object.keys(json)).toEqual([
        "user_code",
        "device_code",
        "verification_uri",
        "expires_in",
        "interval",
        "message",
      ]);
      const pending = await poll(grant);
      expect([pending.status, pending.json["error"]]).toEqual([400, "authorization_pending"]);
      expect((await approve()).status).toBe(200);
      expect((await poll(grant)).status).toBe(200);
      expect(codesOf(await poll(grant))).toEqual([90120]);
    },
  );

  it("is at the older address with the fields of the older protocol", async () => {
    const bench = startEsts();
    const client = { client_id: bench.app("desk-app").clientId };
    const metadata = await bench.get("/contoso.example/.well-known/openid-configuration");
    const path = new URL(String(metadata.json["device_authorization_endpoint"])).pathname;
    expect(path).toMatch(/\/oauth2\/devicecode$/);
    const resource = "https://graph.microsoft.com";
    const { status, json } = await bench.post(path, { ...client, resource });
    expect({ status, ...json }).toMatchObject({ status: 200, expires_in: "900", interval: "5" });
    expect(json["message"]).toContain(json["user_code"]);
    expect(json).not.toHaveProperty("verification_uri");
    await bench.post(new URL(String(json["verification_url"])).pathname, {
      otc: String(json["user_code"]),
      login: "megan@contoso.example",
      passwd: "fixture-password-of-megan",
    });
    const polled = await bench.post(path.replace("devicecode", "token"), {
      ...client,
      grant_type: "device_code",
      code: String(json["device_code"]),
      resource,
    });
    expect(polled.json).toMatchObject({ token_type: "Bearer", resource });
  });

  it("expires, and accepts only its own codes", async () => {
    const bench = startEsts();
    const { poll, approve } = await begin(bench);
    expect((await poll("device_code", "other")).json["error"]).toBe("bad_verification_code");
    expect((await approve({ otc: "WRONG" })).text).toContain("AADSTS70018");
    expect((await approve({ passwd: "wrong" })).text).toContain("AADSTS50126");
    bench.pass(900_000);
    expect((await poll("device_code")).json["error"]).toBe("expired_token");
    expect((await approve()).text).toContain("AADSTS70018");
  });
});

describe("password", () => {
  const ask = (bench: EstsBench, username: string, password: string) =>
    bench.post(TOKEN, {
      grant_type: "password",
      client_id: bench.app("desk-app").clientId,
      scope: userScopes,
      username,
      password,
    });

  it.each([
    ["adele@contoso.example", "fixture-password-of-adele", 200, undefined],
    ["adele@contoso.example", "wrong", 400, [50126]],
    ["unknown@contoso.example", "x", 400, [50034]],
    ["joni@contoso.example", "fixture-password-of-joni", 400, [50057]],
  ])("answers %s / %s with %i", async (username, password, status, codes) => {
    const answer = await ask(startEsts(), username, password);
    expect([answer.status, codesOf(answer)]).toEqual([status, codes]);
  });
});

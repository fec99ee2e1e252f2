import { describe, expect, it } from "vitest";
import { claimsOf, startEsts } from "../../../test/support/ests.ts";
import {
  TOKEN,
  userScopes,
  secretOf,
  redeem,
  refresh,
  codesOf,
} from "../../../test/support/ests-grants.ts";

const DAY_MS = 86_400_000;
const plainChallenge = { code_challenge: "right", code_challenge_method: "plain" };

describe("authorization code", () => {
  it("answers a user with the fields of the wire, in their order", async () => {
    const bench = startEsts();
    const { json } = await redeem(bench, { client_info: "1" });
    expect(Object.keys(json)).toEqual([
      "token_type",
      "scope",
      "expires_in",
      "ext_expires_in",
      "access_token",
      "refresh_token",
      "id_token",
      "client_info",
    ]);
    // All that the app has consent for, not only what it asked for.
    expect(json["scope"]).toBe(
      "https://graph.microsoft.com/Calendars.Read https://graph.microsoft.com/Mail.Read https://graph.microsoft.com/User.Read openid profile",
    );
    expect(Number(json["expires_in"])).toBeGreaterThanOrEqual(3_600);
    expect(Number(json["expires_in"])).toBeLessThanOrEqual(5_400);
    expect(claimsOf(json["access_token"])).toMatchObject({
      scp: "User.Read Mail.Read Calendars.Read",
      upn: "adele@contoso.example",
    });
    expect(claimsOf(json["id_token"])).toMatchObject({
      aud: bench.app("portal").clientId,
      ver: "2.0",
    });
  });

  it.each([
    [{ code: "forged" }, 9002313],
    [{ redirect_uri: "http://localhost:3000/other" }, 50011],
    [{ client_secret: "wrong" }, 7000215],
  ])("refuses %o with AADSTS%i", async (wrong, code) => {
    expect(codesOf(await redeem(startEsts(), wrong))).toEqual([code]);
  });

  it("gives no refresh token unless offline access was asked for, and no id token without openid", async () => {
    const { json } = await redeem(startEsts(), {}, "https://graph.microsoft.com/User.Read");
    expect(Object.keys(json)).toEqual([
      "token_type",
      "scope",
      "expires_in",
      "ext_expires_in",
      "access_token",
    ]);
  });

  it("grants what was asked for alone where the world says so, and takes a permission in any case", async () => {
    const bench = startEsts({ grantedScopes: "asked" });
    const { status, json } = await redeem(bench, {}, "user.read openid");
    expect([status, json["scope"]]).toEqual([200, "openid user.read"]);
    expect(claimsOf(json["access_token"])["scp"]).toBe("User.Read");
    const { json: all } = await redeem(startEsts(), {}, "user.read openid");
    expect(all["scope"]).toBe("Calendars.Read Mail.Read openid User.Read");
  });

  it("names the scopes of OpenID Connect for Microsoft Graph, and for no other resource", async () => {
    const { json } = await redeem(startEsts(), {}, "api://orders/Orders.Read openid profile");
    expect(json["scope"]).toBe(
      "api://orders/access_as_user api://orders/Orders.Read api://orders/Orders.Write",
    );
  });

  it("issues an id token for an hour, independent of the access token's lifetime", async () => {
    for (const accessTokenLifetimeSeconds of [600, 9_000]) {
      const { json } = await redeem(startEsts({ accessTokenLifetimeSeconds }));
      const { iat, exp } = claimsOf(json["id_token"]);
      // Tokens are dated back by five minutes.
      expect(Number(exp) - Number(iat)).toBe(3_900);
    }
  });

  it("names a password as the only method, without groups, devices and addresses", async () => {
    const { json } = await redeem(startEsts(), {}, `${userScopes} email`);
    expect(claimsOf(json["access_token"])).toMatchObject({ acr: "1", amr: ["pwd"] });
    const names = [json["access_token"], json["id_token"]].flatMap((token) =>
      Object.keys(claimsOf(token)),
    );
    expect(names).toContain("oid");
    expect(names.filter((name) => /^(acrs|email|groups|ipaddr|sid|wids)$/.test(name))).toEqual([]);
  });

  it("has the time of the sign-in, not that of the redemption", async () => {
    const bench = startEsts();
    const code = await bench.codeFor("portal", "adele", userScopes);
    bench.pass(300_000);
    const { json } = await redeem(bench, { code });
    const { auth_time: signedIn, iat } = claimsOf(json["id_token"]);
    expect(Number(iat) + 300 - Number(signedIn)).toBe(300);
  });

  it("keeps a code for ten minutes, for one app", async () => {
    const bench = startEsts();
    const code = await bench.codeFor("portal", "adele", userScopes);
    const form = {
      grant_type: "authorization_code",
      redirect_uri: "http://localhost:3000/redirect",
      code,
    };
    const foreign = await bench.post(TOKEN, { ...form, ...secretOf(bench, "orders-api") });
    expect(codesOf(foreign)).toEqual([70000]);
    bench.pass(600_000);
    expect(codesOf(await bench.post(TOKEN, { ...form, ...secretOf(bench, "portal") }))).toEqual([
      70008,
    ]);
  });

  it("redeems for a single-page app across origins only", async () => {
    const bench = startEsts();
    const form = {
      grant_type: "authorization_code",
      client_id: bench.app("spa").clientId,
      redirect_uri: "https://spa.contoso.example/",
      code_verifier: "right",
    };
    const origin = { origin: "https://spa.contoso.example" };
    const unproved = await bench.codeFor("spa", "adele", userScopes);
    expect(codesOf(await bench.post(TOKEN, { ...form, code: unproved }, origin))).toEqual([
      9002325,
    ]);
    const code = await bench.codeFor("spa", "adele", userScopes, plainChallenge);
    expect(codesOf(await bench.post(TOKEN, { ...form, code }))).toEqual([9002327]);
    const answer = await bench.post(TOKEN, { ...form, code }, origin);
    expect([answer.status, answer.json["refresh_token_expires_in"]]).toEqual([200, 86_400]);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("access-control-expose-headers")).not.toContain("Retry-After");
    const renew = () =>
      bench.post(
        TOKEN,
        {
          grant_type: "refresh_token",
          client_id: form.client_id,
          scope: userScopes,
          refresh_token: String(answer.json["refresh_token"]),
        },
        origin,
      );
    bench.pass(DAY_MS - 1_000);
    const renewed = await renew();
    expect(renewed.json["refresh_token_expires_in"]).toBe(1);
    bench.pass(1_000);
    expect([codesOf(await renew()), (await renew()).json["suberror"]]).toEqual([
      [700084],
      "bad_token",
    ]);
  });
});

describe("refresh token", () => {
  it("is renewed, and the old one stays valid", async () => {
    const bench = startEsts();
    const first = (await redeem(bench)).json["refresh_token"];
    bench.pass(3_600_000);
    const renewed = await refresh(bench, first, { "x-client-SKU": "msal.js.node" });
    expect(renewed.status).toBe(200);
    expect(renewed.json["refresh_token"]).not.toBe(first);
    expect(renewed.headers.get("x-ms-clitelem")).toBe("1,0,0,3600000.0,");
    expect((await refresh(bench, first)).status).toBe(200);
  });

  it("expires after 90 days without use", async () => {
    const bench = startEsts();
    const first = (await redeem(bench)).json["refresh_token"];
    bench.pass(90 * DAY_MS - 1);
    const renewed = (await refresh(bench, first)).json["refresh_token"];
    bench.pass(1);
    const dead = await refresh(bench, first);
    expect([codesOf(dead), dead.json["suberror"], dead.json["error"]]).toEqual([
      [700082],
      "bad_token",
      "invalid_grant",
    ]);
    expect((await refresh(bench, renewed)).status).toBe(200);
  });

  it("ends with the sessions, the password and the account", async () => {
    const bench = startEsts();
    const token = (await redeem(bench)).json["refresh_token"];
    bench.pass(1_000);
    bench.directory.revokeSessions([bench.user("adele")]);
    const revoked = await refresh(bench, token);
    expect([revoked.status, revoked.json["error"], codesOf(revoked)]).toEqual([
      400,
      "invalid_grant",
      [50173],
    ]);
    const fresh = (await redeem(bench)).json["refresh_token"];
    expect((await refresh(bench, fresh)).status).toBe(200);
    bench.directory.disable(bench.user("adele"));
    expect(codesOf(await refresh(bench, fresh))).toEqual([50057]);
  });

  it("belongs to one app, and cannot be forged", async () => {
    const bench = startEsts();
    const token = String((await redeem(bench)).json["refresh_token"]);
    expect(codesOf(await refresh(bench, token, secretOf(bench, "orders-api")))).toEqual([70000]);
    expect(codesOf(await refresh(bench, `${token}x`))).toEqual([70000]);
    expect(codesOf(await refresh(bench, "1.AAA"))).toEqual([70000]);
    expect(codesOf(await refresh(bench, token, { client_secret: "" }))).toEqual([7000215]);
  });
});

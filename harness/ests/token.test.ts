import { createPublicKey, createSign, createVerify } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Answer, claimsOf, type EstsBench, HOST, START_MS, startEsts } from "./testing.ts";

const TOKEN = "oauth2/v2.0/token";
const graph = "https://graph.microsoft.com/.default";
const userScopes = "https://graph.microsoft.com/User.Read openid profile offline_access";
const DAY_MS = 86_400_000;

function daemonForm(bench: EstsBench, more: Record<string, string> = {}): Record<string, string> {
  const { clientId, secrets } = bench.app("nightly-daemon");
  return {
    client_id: clientId,
    scope: graph,
    grant_type: "client_credentials",
    client_secret: secrets[0]?.value ?? "",
    ...more,
  };
}

function secretOf(bench: EstsBench, app: string): { client_id: string; client_secret: string } {
  const { clientId, secrets } = bench.app(app);
  return { client_id: clientId, client_secret: secrets[0]?.value ?? "" };
}

async function redeem(
  bench: EstsBench,
  more: Record<string, string> = {},
  scope = userScopes,
): Promise<Answer> {
  const code = await bench.codeFor("portal", "adele", scope);
  return bench.post(TOKEN, {
    grant_type: "authorization_code",
    ...secretOf(bench, "portal"),
    redirect_uri: "http://localhost:3000/redirect",
    code,
    ...more,
  });
}

function refresh(
  bench: EstsBench,
  token: unknown,
  more: Record<string, string> = {},
): Promise<Answer> {
  return bench.post(TOKEN, {
    grant_type: "refresh_token",
    ...secretOf(bench, "portal"),
    scope: userScopes,
    refresh_token: String(token),
    ...more,
  });
}

const codesOf = (answer: Answer): unknown => answer.json["error_codes"];

describe("client credentials", () => {
  it("answers with the fields and headers of the wire, in their order", async () => {
    const { status, json, headers } = await startEsts().post(TOKEN, daemonForm(startEsts()));
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual([
      "token_type",
      "expires_in",
      "ext_expires_in",
      "access_token",
    ]);
    expect(json["expires_in"]).toBe(86_399);
    expect(headers.get("cache-control")).toBe("no-store, no-cache");
    expect(headers.get("x-ms-clitelem")).toBe("1,0,0,,");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });

  it("signs a token that the published key verifies, in the format that the resource wants", async () => {
    const bench = startEsts();
    const { json } = await bench.post(TOKEN, daemonForm(bench));
    const [header = "", payload = "", signature = ""] = String(json["access_token"]).split(".");
    const { kid, x5t } = JSON.parse(Buffer.from(header, "base64url").toString()) as Record<
      string,
      string
    >;
    const { json: published } = await bench.get("discovery/v2.0/keys");
    const jwk = (published["keys"] as { kid: string; n: string; e: string }[]).find(
      (key) => key.kid === kid,
    );
    const key = createPublicKey({
      key: { kty: "RSA", n: jwk?.n ?? "", e: jwk?.e ?? "" },
      format: "jwk",
    });
    expect(
      createVerify("RSA-SHA256").update(`${header}.${payload}`).verify(key, signature, "base64url"),
    ).toBe(true);
    expect(x5t).toBe(kid);
    expect(claimsOf(json["access_token"])).toMatchObject({
      ver: "1.0",
      aud: "https://graph.microsoft.com",
      iss: `https://sts.windows.net/${bench.tenantId}/`,
      tid: bench.tenantId,
      idtyp: "app",
      appid: bench.app("nightly-daemon").clientId,
      appidacr: "1",
      iat: START_MS / 1_000,
      exp: START_MS / 1_000 + 86_399,
    });
    const orders = await bench.post(TOKEN, daemonForm(bench, { scope: "api://orders/.default" }));
    const claims = claimsOf(orders.json["access_token"]);
    expect([claims["ver"], claims["iss"]]).toEqual(["2.0", `${HOST}/${bench.tenantId}/v2.0`]);
  });

  it.each([
    [{ grant_type: "" }, 400, "invalid_request", 900144],
    [{ grant_type: "carrier-pigeon" }, 400, "unsupported_grant_type", 70003],
    [{ client_id: "33333333-cccc-4ccc-8ccc-999999999999" }, 400, "unauthorized_client", 700016],
    [{ client_secret: "wrong" }, 401, "invalid_client", 7000215],
    [{ scope: "https://graph.microsoft.com/User.Read" }, 400, "invalid_scope", 70011],
    [{ scope: "api://nowhere/.default" }, 400, "invalid_resource", 500011],
    [{ scope: "" }, 400, "invalid_request", 900144],
    [{ client_assertion: "a.b.c" }, 401, "invalid_client", 700027],
  ])("refuses %o with %i %s AADSTS%i", async (wrong, status, error, code) => {
    const bench = startEsts();
    const answer = await bench.post(TOKEN, daemonForm(bench, wrong));
    expect([answer.status, answer.json["error"], codesOf(answer)]).toEqual([status, error, [code]]);
    expect(answer.headers.get("x-ms-clitelem")).toBe(`1,${code},0,,`);
  });

  it("wants a credential, and takes it from a Basic header too", async () => {
    const bench = startEsts();
    const { client_secret: secret = "", ...bare } = daemonForm(bench);
    expect(codesOf(await bench.post(TOKEN, bare))).toEqual([7000216]);
    const basic = Buffer.from(`${bare["client_id"]}:${encodeURIComponent(secret)}`).toString(
      "base64",
    );
    expect((await bench.post(TOKEN, bare, { authorization: `Basic ${basic}` })).status).toBe(200);
  });

  it("does not serve a page, and knows its tenants", async () => {
    const bench = startEsts();
    expect(
      codesOf(
        await bench.post(TOKEN, daemonForm(bench), { origin: "https://spa.contoso.example" }),
      ),
    ).toEqual([9002326]);
    expect(
      codesOf(await bench.post("/nobody.example/oauth2/v2.0/token", daemonForm(bench))),
    ).toEqual([90002]);
    expect(codesOf(await bench.post("/common/oauth2/v2.0/token", daemonForm(bench)))).toEqual([
      90002,
    ]);
    expect(codesOf(await bench.get(TOKEN))).toEqual([900561]);
  });

  it("accepts an assertion signed by the registered certificate, and only that, in its time", async () => {
    const bench = startEsts();
    const { clientId } = bench.app("cert-daemon");
    const key = readFileSync(
      new URL("../../fixtures/keys/cert-daemon.key.pem", import.meta.url),
      "utf8",
    );
    const other = readFileSync(
      new URL("../../fixtures/keys/signing-1.key.pem", import.meta.url),
      "utf8",
    );
    const assertion = (privateKey: string, exp: number, iss = clientId): string => {
      const part = (value: unknown): string =>
        Buffer.from(JSON.stringify(value)).toString("base64url");
      const input = `${part({ alg: "RS256" })}.${part({ iss, sub: iss, exp })}`;
      return `${input}.${createSign("RSA-SHA256").update(input).sign(privateKey, "base64url")}`;
    };
    const ask = (client_assertion: string) =>
      bench.post(TOKEN, {
        client_id: clientId,
        scope: graph,
        grant_type: "client_credentials",
        client_assertion,
      });
    const soon = START_MS / 1_000 + 600;
    expect((await ask(assertion(key, soon))).status).toBe(200);
    expect(claimsOf((await ask(assertion(key, soon))).json["access_token"])["appidacr"]).toBe("2");
    expect(codesOf(await ask(assertion(other, soon)))).toEqual([700027]);
    expect(codesOf(await ask(assertion(key, soon, "someone-else")))).toEqual([700027]);
    expect(codesOf(await ask(assertion(key, soon - 2_000)))).toEqual([700024]);
  });

  it("says how an error was traced, as the envelope of ESTS does", async () => {
    const id = "00000000-1111-4222-8333-444444444444";
    const bench = startEsts({ errorSeparator: "crlf" });
    const { json, headers } = await bench.post(
      TOKEN,
      daemonForm(bench, { client_secret: "x", "client-request-id": id }),
    );
    expect(Object.keys(json)).toEqual([
      "error",
      "error_description",
      "error_codes",
      "timestamp",
      "trace_id",
      "correlation_id",
      "error_uri",
    ]);
    expect(json["trace_id"]).toBe(headers.get("x-ms-request-id"));
    expect(json["correlation_id"]).toBe(id);
    expect(json["timestamp"]).toBe("2026-03-02 08:00:00Z");
    expect(String(json["error_description"]).split("\r\n")).toHaveLength(4);
  });
});

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
    expect(json["scope"]).toBe("openid profile https://graph.microsoft.com/User.Read");
    expect(Number(json["expires_in"])).toBeGreaterThanOrEqual(3_600);
    expect(Number(json["expires_in"])).toBeLessThanOrEqual(5_400);
    expect(claimsOf(json["access_token"])).toMatchObject({
      scp: "User.Read",
      upn: "adele@contoso.example",
    });
    expect(claimsOf(json["id_token"])).toMatchObject({
      aud: bench.app("portal").clientId,
      ver: "2.0",
    });
  });

  it.each([
    [{ code: "forged" }, 70000],
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
    };
    const origin = { origin: "https://spa.contoso.example" };
    const code = await bench.codeFor("spa", "adele", userScopes);
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
  it("rotates, and the old one stays good", async () => {
    const bench = startEsts();
    const first = (await redeem(bench)).json["refresh_token"];
    bench.pass(3_600_000);
    const renewed = await refresh(bench, first);
    expect(renewed.status).toBe(200);
    expect(renewed.json["refresh_token"]).not.toBe(first);
    expect(renewed.headers.get("x-ms-clitelem")).toBe("1,0,0,3600000.0,");
    expect((await refresh(bench, first)).status).toBe(200);
  });

  it("lives for 90 days of disuse", async () => {
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

  it("dies with the session, the password and the account", async () => {
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

describe("continuous access evaluation", () => {
  const capable = JSON.stringify({ access_token: { xms_cc: { values: ["cp1"] } } });

  it("gives capable clients tokens that live a day and say so", async () => {
    const { json } = await redeem(startEsts(), { claims: capable });
    expect(json["expires_in"]).toBe(86_400);
    expect(json["refresh_in"]).toBe(43_200);
    expect(claimsOf(json["access_token"])["xms_cc"]).toEqual(["cp1"]);
  });

  it("does not for APIs that take no part, for other clients, or for claims that are no JSON", async () => {
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

  it("trades a token for the API for one to the next API, same user", async () => {
    const bench = startEsts();
    const { status, json } = await bench.post(TOKEN, oboForm(bench, await front(bench)));
    expect(status).toBe(200);
    expect(claimsOf(json["access_token"])).toMatchObject({
      oid: bench.user("adele").id,
      aud: "https://graph.microsoft.com",
    });
  });

  it("refuses what is no token for it: forged, foreign, an app's, expired, revoked", async () => {
    const bench = startEsts();
    const good = await front(bench);
    const ask = async (assertion: string) =>
      codesOf(await bench.post(TOKEN, oboForm(bench, assertion)));
    expect(await ask("nonsense")).toEqual([50013]);
    expect(await ask(`${good.slice(0, -4)}AAAA`)).toEqual([50013]);
    expect(await ask(String((await redeem(bench)).json["access_token"]))).toEqual([50013]);
    const app = await bench.post(TOKEN, daemonForm(bench, { scope: "api://orders/.default" }));
    expect(await ask(String(app.json["access_token"]))).toEqual([50013]);
    bench.pass(1_000);
    bench.directory.revokeSessions([bench.user("adele")]);
    expect(await ask(good)).toEqual([50173]);
    bench.pass(7_200_000);
    expect(await ask(good)).toEqual([500133]);
  });

  it("wants to be called by its name", async () => {
    const bench = startEsts();
    const answer = await bench.post(TOKEN, {
      ...oboForm(bench, "x"),
      requested_token_use: "other",
    });
    expect(codesOf(answer)).toEqual([70003]);
  });
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
    },
  );

  it("expires, and knows only its own codes", async () => {
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
    ["nobody@contoso.example", "x", 400, [50034]],
    ["joni@contoso.example", "fixture-password-of-joni", 400, [50057]],
  ])("answers %s / %s with %i", async (username, password, status, codes) => {
    const answer = await ask(startEsts(), username, password);
    expect([answer.status, codesOf(answer)]).toEqual([status, codes]);
  });
});

describe("lifetimes", () => {
  it("sends refresh_in for long-lived tokens only, and for apps only when the world says so", async () => {
    const always = startEsts({ refreshIn: { fromSeconds: 0, share: 0.5, tokens: "user-and-app" } });
    expect((await always.post(TOKEN, daemonForm(always))).json["refresh_in"]).toBe(43_199);
    const never = startEsts({ refreshIn: "never", extendedLifetimeSeconds: 172_800 });
    const { json } = await never.post(TOKEN, daemonForm(never));
    expect([json["refresh_in"], json["ext_expires_in"]]).toEqual([undefined, 172_800]);
  });
});

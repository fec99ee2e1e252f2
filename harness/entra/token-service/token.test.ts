import { createPublicKey, createSign, createVerify } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createRequest, headersOf } from "../../core/http/message.ts";
import { claimsOf, HOST, START_MS, startEsts } from "../../../test/support/ests.ts";
import { TOKEN, graph, daemonForm, codesOf } from "../../../test/support/ests-grants.ts";

describe("client credentials", () => {
  it("answers with the fields and headers of the wire, in their order", async () => {
    const { status, json, headers } = await startEsts().post(
      TOKEN,
      daemonForm(startEsts(), { "x-client-SKU": "msal.js.node" }),
    );
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual([
      "token_type",
      "expires_in",
      "ext_expires_in",
      "refresh_in",
      "access_token",
    ]);
    expect(json["expires_in"]).toBe(86_399);
    expect(headers.get("cache-control")).toBe("no-store, no-cache");
    expect(headers.get("x-ms-clitelem")).toBe("1,0,0,,");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });

  it("has the headers of the recordings, in their order, for a program and for a page", async () => {
    const bench = startEsts();
    const all = `Cache-Control Pragma Content-Type Expires Strict-Transport-Security
      X-Content-Type-Options Access-Control-Allow-Origin Access-Control-Allow-Methods
      Access-Control-Expose-Headers P3P x-ms-request-id x-ms-ests-server x-ms-clitelem x-ms-srs
      Referrer-Policy X-XSS-Protection Set-Cookie Set-Cookie Set-Cookie Content-Length`.split(
      /\s+/,
    );
    const namesFor = async (headers: Record<string, string>): Promise<string[]> => {
      const request = createRequest(`${HOST}/${bench.tenantId}/${TOKEN}`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
        body: new URLSearchParams(daemonForm(bench, { "x-client-SKU": "one" })).toString(),
      });
      return headersOf(await bench.ests(request)).map(([name]) => name);
    };
    expect(await namesFor({ origin: "https://spa.contoso.example" })).toEqual(all);
    expect(await namesFor({})).toEqual(all.filter((name) => !/^Access|^Referrer/.test(name)));
  });

  it("takes a resource at the address of version 1, and answers with texts", async () => {
    const bench = startEsts();
    const { scope: _scope, ...bare } = daemonForm(bench);
    const resource = "https://graph.microsoft.com/";
    const { json } = await bench.post("oauth2/token", { ...bare, resource });
    const issued = START_MS / 1_000;
    expect(json).toEqual({
      token_type: "Bearer",
      expires_in: "86399",
      ext_expires_in: "86399",
      expires_on: String(issued + 86_399),
      not_before: String(issued - 300),
      resource,
      access_token: expect.any(String) as string,
    });
    expect(codesOf(await bench.post("oauth2/token", bare))).toEqual([900144]);
    const scoped = await bench.post("oauth2/token", daemonForm(bench));
    expect([scoped.json["expires_in"], scoped.json["resource"]]).toEqual(["86399", undefined]);
  });

  it("names the code in its telemetry for a request that names its library, and for no other", async () => {
    const bench = startEsts();
    const wrong = daemonForm(bench, { client_secret: "wrong" });
    const named = await bench.post(TOKEN, wrong, { "x-client-SKU": "MSAL.Python" });
    expect(named.headers.get("x-ms-clitelem")).toBe("1,7000215,0,,");
    expect((await bench.post(TOKEN, wrong)).headers.get("x-ms-clitelem")).toBeNull();
  });

  it("signs a token that the published key verifies, in the format of the resource", async () => {
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
      iat: START_MS / 1_000 - 300,
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
    [{ scope: "https://graph.microsoft.com/User.Read" }, 400, "invalid_scope", 1002012],
    [{ scope: "api://nowhere/.default" }, 400, "invalid_resource", 500011],
    [{ scope: "" }, 400, "invalid_request", 900144],
    [{ client_assertion: "a.b.c" }, 400, "invalid_request", 50027],
  ])("refuses %o with %i %s AADSTS%i", async (wrong, status, error, code) => {
    const bench = startEsts();
    const answer = await bench.post(TOKEN, daemonForm(bench, wrong));
    expect([answer.status, answer.json["error"], codesOf(answer)]).toEqual([status, error, [code]]);
  });

  it("requires a credential, and accepts it from a Basic header", async () => {
    const bench = startEsts();
    const { client_secret: secret = "", ...bare } = daemonForm(bench);
    expect(codesOf(await bench.post(TOKEN, bare))).toEqual([7000216]);
    const basic = Buffer.from(`${bare["client_id"]}:${encodeURIComponent(secret)}`).toString(
      "base64",
    );
    expect((await bench.post(TOKEN, bare, { authorization: `Basic ${basic}` })).status).toBe(200);
  });

  it("uses an unencoded Basic header as it is", async () => {
    const bench = startEsts();
    const { client_secret: _secret, ...bare } = daemonForm(bench);
    const basic = Buffer.from(`${bare["client_id"]}:100%sure:yes`).toString("base64");
    expect(codesOf(await bench.post(TOKEN, bare, { authorization: `Basic ${basic}` }))).toEqual([
      7000215,
    ]);
  });

  it("does not serve a page, and knows its tenants", async () => {
    const bench = startEsts();
    expect(
      codesOf(
        await bench.post(TOKEN, daemonForm(bench), { origin: "https://spa.contoso.example" }),
      ),
    ).toEqual([9002326]);
    expect(
      codesOf(await bench.post("/unknown.example/oauth2/v2.0/token", daemonForm(bench))),
    ).toEqual([90002]);
    expect(codesOf(await bench.post("/common/oauth2/v2.0/token", daemonForm(bench)))).toEqual([
      50059,
    ]);
    expect(codesOf(await bench.get(TOKEN))).toEqual([900561]);
  });

  it("accepts an assertion signed by the registered certificate only, within its time range", async () => {
    const bench = startEsts();
    const { clientId } = bench.app("cert-daemon");
    const key = readFileSync(
      new URL("../../../fixtures/keys/cert-daemon.key.pem", import.meta.url),
      "utf8",
    );
    const other = readFileSync(
      new URL("../../../fixtures/keys/signing-1.key.pem", import.meta.url),
      "utf8",
    );
    const issuer = `${HOST}/${bench.tenantId}/v2.0`;
    const assertion = (privateKey: string, exp: number, iss = clientId, aud = issuer): string => {
      const part = (value: unknown): string =>
        Buffer.from(JSON.stringify(value)).toString("base64url");
      const input = `${part({ alg: "RS256" })}.${part({ iss, sub: iss, exp, aud })}`;
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
    const endpoint = `${HOST}/contoso.example/oauth2/v2.0/token`;
    expect((await ask(assertion(key, soon, clientId, endpoint))).status).toBe(200);
    const elsewhere = [
      `${HOST}/fabrikam.example/v2.0`,
      `https://login.evil.example/${bench.tenantId}/v2.0`,
      "https://graph.microsoft.com",
      "",
    ];
    for (const aud of elsewhere)
      expect(codesOf(await ask(assertion(key, soon, clientId, aud)))).toEqual([700023]);
  });

  it("answers an error with the envelope of ESTS", async () => {
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

describe("lifetimes", () => {
  it("sends refresh_in for long-lived tokens of apps, but not in the older protocol", async () => {
    const bench = startEsts();
    expect((await bench.post(TOKEN, daemonForm(bench))).json["refresh_in"]).toBe(43_199);
    const { scope: _, ...older } = daemonForm(bench);
    const { json: v1 } = await bench.post("oauth2/token", {
      ...older,
      resource: "https://graph.microsoft.com",
    });
    expect([v1["token_type"], v1["refresh_in"]]).toEqual(["Bearer", undefined]);
    const never = startEsts({ refreshIn: "never", extendedLifetimeSeconds: 172_800 });
    const { json } = await never.post(TOKEN, daemonForm(never));
    expect([json["refresh_in"], json["ext_expires_in"]]).toEqual([undefined, 172_800]);
  });
});

import { describe, expect, it } from "vitest";
import { createDirectory } from "../directory/directory.ts";
import { createEsts } from "../token-service/ests.ts";
import { claimsOf } from "../../../test/support/ests.ts";
import type { Handler } from "../../core/http/handler.ts";
import { createRequest, createResponse } from "../../core/http/message.ts";
import { createRandom } from "../../core/random.ts";
import { signRs256 } from "../directory/signing-keys.ts";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { createProtectedApi, tokenVerdictOf } from "./protected-api.ts";

const HOST = "https://login.microsoftonline.com";
const [tenant] = contoso.tenants;
const capable = JSON.stringify({ access_token: { xms_cc: { values: ["cp1"] } } });

function start() {
  let nowMs = Date.UTC(2026, 2, 2, 8);
  let keys: "served" | "down" | "unreachable" | "page" | "empty" | "odd" = "served";
  let fetches = 0;
  const clock = { now: () => nowMs, sleep: () => Promise.resolve() };
  const directory = createDirectory(contoso, clock);
  const settings = { ...contoso.settings, accessTokenLifetimeSeconds: 3_600 };
  const ests = createEsts({ directory, clock, random: createRandom("api tests"), settings });
  const ok = (text: string) => Promise.resolve(createResponse(text, { status: 200, headers: [] }));
  const fetchKeys: Handler = (request) => {
    fetches += 1;
    if (keys === "unreachable") return Promise.reject(new Error("no connection"));
    if (keys === "page") return ok("<html>Sign in to the network</html>");
    if (keys === "empty") return ok("{}");
    if (keys === "odd") return ok('{"keys":[{"kid":"odd"},7]}');
    return keys === "down"
      ? Promise.resolve(createResponse("", { status: 503, headers: [] }))
      : ests(request);
  };
  const api = createProtectedApi({
    directory,
    clock,
    fetchKeys,
    keysUrl: `${HOST}/common/discovery/v2.0/keys`,
  });

  const tokensFor = async (scope: string, claims = "") => {
    const response = await ests(
      createRequest(`${HOST}/${tenant?.id}/oauth2/v2.0/token`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({
          grant_type: "password",
          client_id: tenant?.apps.find(({ name }) => name === "desk-app")?.clientId ?? "",
          scope,
          username: "adele@contoso.example",
          password: "fixture-password-of-adele",
          claims,
        }).toString(),
      }),
    );
    return (await response.json()) as { readonly access_token: string; readonly id_token: string };
  };
  const tokenFor = async (scope: string, claims = ""): Promise<string> =>
    (await tokensFor(scope, claims)).access_token;
  const ask = async (token: string, url = "https://graph.microsoft.com/v1.0/me") => {
    const response = await api(
      createRequest(url, { headers: { authorization: `Bearer ${token}` } }),
    );
    return { status: response.status, verdict: tokenVerdictOf(response), response };
  };
  return {
    directory,
    tokenFor,
    tokensFor,
    ask,
    api,
    pass: (ms: number) => void (nowMs += ms),
    serveKeys: (how: typeof keys) => void (keys = how),
    fetches: () => fetches,
  };
}

const graph = "https://graph.microsoft.com/User.Read";

describe("a protected API", () => {
  it("accepts a good token with the keys from before the outage, also in its first hour", async () => {
    const bench = start();
    bench.serveKeys("down");
    const token = await bench.tokenFor(graph);
    expect((await bench.ask(token)).verdict).toBe("accepted");
    expect((await bench.ask(token)).status).toBe(200);
    expect(bench.fetches()).toBe(0);
  });

  it("fetches the keys again after a day", async () => {
    const bench = start();
    for (const passed of [86_399_000, 1_000]) {
      expect(bench.fetches()).toBe(0);
      bench.pass(passed);
      await bench.ask(await bench.tokenFor(graph));
    }
    expect(bench.fetches()).toBe(1);
  });

  it("accepts a v2 token at its own host, and no token of another API", async () => {
    const bench = start();
    const orders = "https://orders.contoso.example/v1.0/items";
    expect(
      (await bench.ask(await bench.tokenFor("api://orders/Orders.Read"), orders)).verdict,
    ).toBe("accepted");
    expect((await bench.ask(await bench.tokenFor(graph), orders)).verdict).toBe("wrong-audience");
  });

  it("refuses a token from the second at which it expires", async () => {
    const bench = start();
    const token = await bench.tokenFor(graph);
    bench.pass(3_599_000);
    expect((await bench.ask(token)).verdict).toBe("accepted");
    bench.pass(1_000);
    expect((await bench.ask(token)).verdict).toBe("expired");
  });

  it("refuses a token from the future", async () => {
    const bench = start();
    const token = await bench.tokenFor(graph);
    // A token is dated back by five minutes.
    bench.pass(-301_000);
    expect((await bench.ask(token)).verdict).toBe("not-yet-valid");
  });

  it.each(["nonsense", "a.b.c"])("refuses %s", async (token) => {
    expect(await start().ask(token)).toMatchObject({ status: 401, verdict: "malformed" });
  });

  it("refuses a token with a forged body, and a call without a token", async () => {
    const bench = start();
    const [header = "", , signature = ""] = (await bench.tokenFor(graph)).split(".");
    const claims = Buffer.from(
      JSON.stringify({ aud: "https://graph.microsoft.com", exp: 9e9 }),
    ).toString("base64url");
    expect((await bench.ask(`${header}.${claims}.${signature}`)).verdict).toBe("malformed");
    const bare = await bench.api(createRequest("https://graph.microsoft.com/v1.0/me"));
    expect(bare.status).toBe(401);
  });

  // S19
  describe("validates as a standard validator does", () => {
    const orders = "https://orders.contoso.example/v1.0/items";
    const [appId = ""] =
      contoso.resources.flatMap((one) => (one.name === "orders" ? [one.appId] : [])) ?? [];
    const good = {
      aud: appId,
      iss: `${HOST}/${tenant?.id}/v2.0`,
      tid: tenant?.id,
      iat: Date.UTC(2026, 2, 2, 8) / 1_000,
      nbf: Date.UTC(2026, 2, 2, 8) / 1_000,
      exp: Date.UTC(2026, 2, 2, 9) / 1_000,
      scp: "Orders.Read",
      sub: "someone",
      ver: "2.0",
    };
    /** A token of these claims and this header, signed as the service signs. */
    const signed = (
      bench: ReturnType<typeof start>,
      claims: object,
      header: object = {},
    ): string => {
      const key = bench.directory.signingKey();
      const input = [{ typ: "JWT", alg: "RS256", kid: key.kid, ...header }, claims]
        .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
        .join(".");
      return `${input}.${signRs256(input, key)}`;
    };

    it("and accepts a good token", async () => {
      const bench = start();
      expect(await bench.ask(signed(bench, good), orders)).toMatchObject({ status: 200 });
      const byApp = { ...good, scp: undefined, roles: ["Orders.Read.All"] };
      expect(await bench.ask(signed(bench, byApp), orders)).toMatchObject({ status: 200 });
    });

    it.each(["x", "!!", "=", ".x", ".", ".x.y"])(
      "a token with %s behind it is refused",
      async (more) => {
        const bench = start();
        const token = await bench.tokenFor("api://orders/Orders.Read");
        expect(await bench.ask(token, orders)).toMatchObject({ status: 200 });
        expect(await bench.ask(`${token}${more}`, orders)).toMatchObject({ status: 401 });
        expect(await bench.ask(`${more}${token}`, orders)).toMatchObject({ status: 401 });
      },
    );

    it.each<[string, object]>([
      ["without exp", { exp: undefined }],
      ["with an exp that is a text", { exp: "9999999999" }],
      ["with an exp that is null", { exp: null }],
      ["that is over", { exp: good.iat }],
      ["without nbf", { nbf: undefined }],
      ["without iss", { iss: undefined }],
      ["of another issuer", { iss: "https://evil.example/v2.0" }],
      [
        "of another issuer with the tenant's path",
        { iss: `https://evil.example/${tenant?.id}/v2.0` },
      ],
      [
        "of the issuer of another tenant",
        { iss: `${HOST}/99999999-9999-4999-8999-999999999999/v2.0` },
      ],
      ["of the issuer without encryption", { iss: good.iss.replace("https", "http") }],
      ["of another tenant", { tid: "99999999-9999-4999-8999-999999999999" }],
      ["without tid", { tid: undefined }],
      ["for another audience", { aud: "api://other" }],
      ["for two audiences", { aud: [appId, "api://other"] }],
      ["without aud", { aud: undefined }],
      ["without scp and roles", { scp: undefined }],
      ["with an empty scp", { scp: "" }],
      ["with a scp that is no text", { scp: 1 }],
    ])("a token %s is refused", async (_, change) => {
      const bench = start();
      const token = signed(bench, { ...good, ...change });
      expect(await bench.ask(token, orders)).toMatchObject({ status: 401 });
    });

    it.each<[string, object]>([
      ["none", { alg: "none" }],
      ["HS256", { alg: "HS256" }],
      ["RS512", { alg: "RS512" }],
      ["nothing", { alg: undefined }],
    ])("a token whose algorithm is %s is refused", async (_, header) => {
      const bench = start();
      expect(await bench.ask(signed(bench, good, header), orders)).toMatchObject({ status: 401 });
    });

    it("an id token for the API's own app is refused", async () => {
      const bench = start();
      const { scp: _scp, ...claims } = good;
      const idToken = signed(bench, { ...claims, nonce: "n", name: "Adele Vance" });
      expect(await bench.ask(idToken, orders)).toMatchObject({ status: 401, verdict: "malformed" });
    });
  });

  it("fetches the key set for an unknown key at most every five minutes", async () => {
    const bench = start();
    bench.directory.rotateKeys(86_400_000);
    expect((await bench.ask(await bench.tokenFor(graph))).verdict).toBe("accepted");
    expect(bench.fetches()).toBe(1);
    bench.directory.rotateKeys(86_400_000);
    const rotated = await bench.tokenFor(graph);
    expect((await bench.ask(rotated)).verdict).toBe("unknown-key");
    expect(bench.fetches()).toBe(1);
    bench.pass(300_000);
    expect((await bench.ask(rotated)).verdict).toBe("accepted");
    expect(bench.fetches()).toBe(2);
  });

  it.each(["down", "unreachable", "page", "empty", "odd"] as const)(
    "keeps its old keys while the key set is %s",
    async (how) => {
      const bench = start();
      const token = await bench.tokenFor(graph);
      await bench.ask(token);
      bench.serveKeys(how);
      bench.pass(1_000_000);
      expect((await bench.ask(token)).verdict).toBe("accepted");
      bench.directory.rotateKeys(0);
      expect((await bench.ask(await bench.tokenFor(graph))).verdict).toBe("unknown-key");
      expect((await bench.ask(token)).verdict).toBe("accepted");
    },
  );

  it("refuses a revoked token of a capable client with a challenge, and accepts others until they expire", async () => {
    const bench = start();
    const capableToken = await bench.tokenFor(graph, capable);
    const plainToken = await bench.tokenFor(graph);
    const user = tenant?.users[0];
    bench.pass(60_000);
    if (user !== undefined) bench.directory.revokeSessions([user]);
    expect((await bench.ask(plainToken)).verdict).toBe("accepted");
    const { verdict, response } = await bench.ask(capableToken);
    expect(verdict).toBe("revoked");
    const header = response.headers.get("www-authenticate") ?? "";
    expect(header).toContain('error="insufficient_claims"');
    const [, encoded = ""] = /claims="([^"]+)"/.exec(header) ?? [];
    const challenge = JSON.parse(Buffer.from(encoded, "base64").toString()) as unknown;
    expect(challenge).toEqual({
      access_token: { nbf: { essential: true, value: String(Date.UTC(2026, 2, 2, 8, 1) / 1_000) } },
    });
  });

  it("accepts a token issued after the revocation in its second, though a token's times are whole seconds", async () => {
    const bench = start();
    const user = tenant?.users[0];
    bench.pass(60_500);
    if (user !== undefined) bench.directory.revokeSessions([user]);
    bench.pass(100);
    expect((await bench.ask(await bench.tokenFor(graph, capable))).verdict).toBe("accepted");
  });

  it.each([0, 500])(
    "refuses a token issued before the revocation in its second, %i ms into it",
    async (intoMs) => {
      const bench = start();
      const [user] = tenant?.users ?? [];
      const revoke = (): void => {
        if (user !== undefined) bench.directory.revokeSessions([user]);
      };
      bench.pass(intoMs);
      const before = await bench.tokenFor(graph, capable);
      revoke();
      expect((await bench.ask(before)).verdict).toBe("revoked");
      const between = await bench.tokenFor(graph, capable);
      expect((await bench.ask(between)).verdict).toBe("accepted");
      revoke();
      const after = await bench.tokenFor(graph, capable);
      const verdicts = [before, between, after].map(
        async (token) => (await bench.ask(token)).verdict,
      );
      expect(await Promise.all(verdicts)).toEqual(["revoked", "revoked", "accepted"]);
      bench.pass(1_000);
      expect((await bench.ask(await bench.tokenFor(graph, capable))).verdict).toBe("accepted");
    },
  );

  it("identifies the user at UserInfo by the subject of the id token", async () => {
    const bench = start();
    const tokens = await bench.tokensFor(`${graph} openid`);
    const { response } = await bench.ask(
      tokens.access_token,
      "https://graph.microsoft.com/oidc/userinfo",
    );
    expect(await response.json()).toEqual({
      sub: claimsOf(tokens.id_token)["sub"],
      name: "Adele Vance",
      given_name: "Adele",
      family_name: "Vance",
      picture: "https://graph.microsoft.com/v1.0/me/photo/$value",
      email: "adele@contoso.example",
    });
  });

  it("ignores the permissions of a token", async () => {
    const bench = start();
    const token = await bench.tokenFor(graph);
    expect(claimsOf(token)["scp"]).toBe("User.Read Mail.Read Calendars.Read");
    expect((await bench.ask(token, "https://graph.microsoft.com/v1.0/users")).verdict).toBe(
      "accepted",
    );
  });

  it("can be read by pages, with or without an error, including its challenge", async () => {
    const bench = start();
    const origin = "https://spa.contoso.example";
    const token = await bench.tokenFor(graph);
    for (const [authorization, status] of [
      [`Bearer ${token}`, 200],
      ["Bearer a.b.c", 401],
      ["", 401],
    ] as const) {
      for (const url of [
        "https://graph.microsoft.com/v1.0/me",
        "https://graph.microsoft.com/oidc/userinfo",
      ]) {
        const response = await bench.api(
          createRequest(url, { headers: { origin, authorization } }),
        );
        expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([
          status,
          "*",
        ]);
        expect(response.headers.get("access-control-expose-headers")).toContain("WWW-Authenticate");
      }
    }
    const { response } = await bench.ask(token);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });

  it.each([
    "https://graph.microsoft.com/v1.0/me",
    "https://graph.microsoft.com/oidc/userinfo",
    "https://orders.contoso.example/v1.0/items",
  ])("allows a page to send its token to %s, and judges no token in the preflight", async (url) => {
    const bench = start();
    const response = await bench.api(
      createRequest(url, {
        method: "OPTIONS",
        headers: {
          origin: "https://spa.contoso.example",
          "access-control-request-method": "POST",
          "access-control-request-headers": "authorization",
        },
      }),
    );
    expect([response.status, tokenVerdictOf(response)]).toEqual([200, undefined]);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-allow-headers")).toBe("authorization");
    expect(response.headers.get("access-control-allow-methods")).toBe("POST, OPTIONS");
    expect(bench.fetches()).toBe(0);
  });
});

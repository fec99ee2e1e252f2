import { describe, expect, it } from "vitest";
import { createDirectory } from "../directory/directory.ts";
import { createEsts } from "../token-service/ests.ts";
import { claimsOf } from "../../../test/support/ests.ts";
import type { Handler } from "../../core/http/handler.ts";
import { createRequest, createResponse } from "../../core/http/message.ts";
import { createRandom } from "../../core/random.ts";
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
    bench.pass(-10_000);
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

  it("accepts a token issued in the second of the revocation, since a token's times are whole seconds", async () => {
    const bench = start();
    const user = tenant?.users[0];
    bench.pass(60_500);
    if (user !== undefined) bench.directory.revokeSessions([user]);
    bench.pass(100);
    expect((await bench.ask(await bench.tokenFor(graph, capable))).verdict).toBe("accepted");
  });

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
      email: "adele@contoso.example",
    });
  });

  it("ignores the permissions of a token", async () => {
    const bench = start();
    const token = await bench.tokenFor(graph);
    expect(claimsOf(token)["scp"]).toBe("User.Read");
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

/**
 * Requests as real libraries in browsers send them (`docs/sources.md#k2` and K.4),
 * and what pages of another origin may read of the answers.
 */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { AppRegistration } from "../directory/world.ts";
import { createRequest } from "../../core/http/message.ts";
import { answerOf, queryOf, signInAt } from "../../../test/support/ests-authorize.ts";
import {
  codesOf,
  daemonForm,
  redeem,
  secretOf,
  TOKEN,
  userScopes,
} from "../../../test/support/ests-grants.ts";
import {
  claimsOf,
  HOST,
  startEsts,
  type Answer,
  type EstsBench,
} from "../../../test/support/ests.ts";

const adele = { login: "adele@contoso.example", passwd: "fixture-password-of-adele" };
const origin = { origin: "https://spa.contoso.example" };
const verifier = "v".repeat(43);
const claims = JSON.stringify({
  id_token: {
    signin_state: { essential: false },
    login_hint: { essential: false },
    tenant_region_sub_scope: { essential: false },
  },
});

/** What msal-browser 5 adds to the parameters of OAuth at authorize. */
const msal5 = {
  nonce: "n-1",
  code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  code_challenge_method: "S256",
  response_mode: "fragment",
  client_info: "1",
  clidata: "1",
  pocd: "1",
  instance_aware: "false",
  "client-request-id": "0a1b2c3d-1111-4222-8333-444455556666",
  "x-client-SKU": "msal.js.browser",
  "x-client-VER": "5.29.0",
  "X-AnchorMailbox": "UPN:adele@contoso.example",
  claims,
};

const cookieOf = ({ headers }: Answer): string =>
  headers
    .getSetCookie()
    .find((line) => line.startsWith("ESTSAUTH="))
    ?.split(";")[0] ?? "";

/** Signs adele in at the single-page app; brings the session's cookie and the answer. */
async function signedIn(bench: EstsBench, more: Record<string, string> = {}) {
  const back = await signInAt(bench, queryOf(bench, "spa", { ...msal5, ...more }), adele);
  return { cookie: cookieOf(back), answer: answerOf(back.headers.get("location")), back };
}

function redeemAs({ clientId, redirectUris }: AppRegistration, code: string) {
  return {
    client_id: clientId,
    redirect_uri: redirectUris[0]?.uri ?? "",
    scope: userScopes,
    code,
    code_verifier: verifier,
    grant_type: "authorization_code",
    client_info: "1",
    clidata: "1",
    claims,
    "x-client-SKU": "msal.js.browser",
    "x-ms-lib-capability": "retry-after, h429",
    "X-AnchorMailbox": "Oid:a@b",
  };
}

describe("msal-browser 5", () => {
  it("signs in by code: its additional parameters change nothing", async () => {
    const bench = startEsts();
    const { answer, back } = await signedIn(bench);
    expect(back.headers.get("location")).toMatch(/^https:\/\/spa\.contoso\.example\/#/);
    expect([...answer.keys()].sort()).toEqual(["client_info", "code", "session_state", "state"]);
    const form = redeemAs(bench.app("spa"), answer.get("code") ?? "");
    const { status, json } = await bench.post(TOKEN, form, origin);
    expect([status, claimsOf(json["id_token"])["nonce"]]).toEqual([200, "n-1"]);
    expect(json).toMatchObject({
      refresh_token_expires_in: 86_400,
      client_info: expect.any(String),
    });
  });

  it("may post to authorize", async () => {
    const bench = startEsts();
    const [path = "", query] = queryOf(bench, "spa", msal5).split("?");
    const { cookie } = await signedIn(bench);
    const form = Object.fromEntries(new URLSearchParams(query));
    expect((await bench.post(path, form)).text).toContain("<form");
    const again = await bench.post(path, { ...form, prompt: "none" }, { cookie, ...origin });
    expect(answerOf(again.headers.get("location")).get("code")).not.toBeNull();
    // A navigation: no page reads it.
    expect(again.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("renews in a hidden frame by the session that it names, and by no other", async () => {
    const bench = startEsts();
    const { cookie, answer } = await signedIn(bench);
    const silent = async (more: Record<string, string>): Promise<string | null> => {
      const path = queryOf(bench, "spa", { ...msal5, prompt: "none", ...more });
      const answered = answerOf((await bench.get(path, { cookie })).headers.get("location"));
      return answered.get("error") ?? (answered.get("code") === null ? null : "code");
    };
    expect(await silent({ login_hint: adele.login })).toBe("code");
    expect(await silent({ login_hint: "megan@contoso.example" })).toBe("interaction_required");
    expect(await silent({ sid: answer.get("session_state") ?? "" })).toBe("code");
    expect(await silent({ sid: "another" })).toBe("interaction_required");
  });

  it("keeps the expiry of its first refresh token, a day after the sign-in", async () => {
    const bench = startEsts();
    const { answer } = await signedIn(bench);
    const form = redeemAs(bench.app("spa"), answer.get("code") ?? "");
    const first = await bench.post(TOKEN, form, origin);
    const renew = ({ json }: Answer) =>
      bench.post(
        TOKEN,
        {
          client_id: form.client_id,
          scope: userScopes,
          grant_type: "refresh_token",
          refresh_token: String(json["refresh_token"]),
        },
        origin,
      );
    bench.pass(23 * 3_600_000);
    const second = await renew(first);
    expect(second.json["refresh_token_expires_in"]).toBe(3_600);
    bench.pass(3_600_000);
    expect(codesOf(await renew(second))).toEqual([700084]);
  });
});

describe("msal 1.4", () => {
  it.each([
    ["id_token", ["id_token"]],
    ["id_token token", ["access_token", "expires_in", "id_token", "scope", "token_type"]],
    ["token", ["access_token", "expires_in", "scope", "token_type"]],
    ["code id_token", ["code", "id_token"]],
  ])("gets for response_type=%s, without a page, in the fragment: %j", async (type, fields) => {
    const bench = startEsts();
    const { cookie } = await signedIn(bench);
    const { response_mode: _, ...rest } = msal5;
    const asked = { ...rest, response_type: type, prompt: "none", login_hint: adele.login };
    const back = await bench.get(queryOf(bench, "spa", asked), { cookie });
    const location = back.headers.get("location") ?? "";
    expect(location).toContain("https://spa.contoso.example/#");
    const answer = answerOf(location);
    const own = [...answer.keys()].filter(
      (name) => !["client_info", "session_state", "state"].includes(name),
    );
    expect(own.sort()).toEqual(fields);
    const claimed = claimsOf(answer.get("id_token") ?? answer.get("access_token"));
    expect(claimed["tid"]).toBe(bench.tenantId);
    // The real id token has the hash of what came beside it; MSAL does not look for it.
    expect(Object.keys(claimed).filter((name) => name.endsWith("_hash"))).toEqual([]);
  });

  it.each(["token", "id_token", "id_token token"])(
    "gets an error in the fragment when no one is signed in: %s",
    async (response_type) => {
      const bench = startEsts();
      const asked = { response_type, prompt: "none", nonce: "n" };
      const location = (await bench.get(queryOf(bench, "spa", asked))).headers.get("location");
      expect(location).toContain("/#error=login_required");
    },
  );

  it("needs a nonce only for an id token", async () => {
    const bench = startEsts();
    const errorFor = async (response_type: string) => {
      const path = queryOf(bench, "spa", { response_type, prompt: "none" });
      return answerOf((await bench.get(path)).headers.get("location")).get("error");
    };
    expect(await errorFor("id_token token")).toBe("invalid_request");
    expect(await errorFor("token")).toBe("login_required");
  });
});

describe("a page that redeems", () => {
  it("is refused with a secret, or with the grant of another kind of app", async () => {
    const bench = startEsts();
    const secret = await bench.post(TOKEN, daemonForm(bench), origin);
    expect(codesOf(secret)).toEqual([9002326]);
    const { json } = await redeem(bench);
    const refreshed = await bench.post(
      TOKEN,
      {
        ...secretOf(bench, "portal"),
        grant_type: "refresh_token",
        scope: userScopes,
        refresh_token: String(json["refresh_token"]),
      },
      origin,
    );
    expect(codesOf(refreshed)).toEqual([9002326]);
  });

  it("is refused the refresh token of a native app", async () => {
    const bench = startEsts();
    const code = await bench.codeFor("desk-app", "adele", userScopes);
    const { clientId } = bench.app("desk-app");
    const own = { client_id: clientId, redirect_uri: "http://localhost", scope: userScopes };
    const { json } = await bench.post(TOKEN, { ...own, grant_type: "authorization_code", code });
    const form = {
      ...own,
      grant_type: "refresh_token",
      refresh_token: String(json["refresh_token"]),
    };
    expect((await bench.post(TOKEN, form)).status).toBe(200);
    expect(codesOf(await bench.post(TOKEN, form, origin))).toEqual([9002326]);
  });
});

describe("what a page may read", () => {
  const sharedBy = ({ headers }: Answer) => [
    headers.get("access-control-allow-origin"),
    headers.get("access-control-expose-headers"),
  ];
  const OWN = "Content-Length,Content-Encoding,x-ms-request-id,x-ms-srs";

  it.each([
    ["no", OWN, null],
    ["yes", `${OWN},Retry-After`, "Retry-After"],
  ] as const)(
    "of answers with and without an error, with Retry-After exposed: %s",
    async (retryAfterExposed, ofTokens, ofDiscovery) => {
      const bench = startEsts({ retryAfterExposed });
      const { answer } = await signedIn(bench);
      const form = redeemAs(bench.app("spa"), answer.get("code") ?? "");
      const good = await bench.post(TOKEN, form, origin);
      const bad = await bench.post(TOKEN, form, origin);
      expect([good.status, bad.status]).toEqual([200, 400]);
      expect(sharedBy(good)).toEqual(["*", ofTokens]);
      expect(sharedBy(bad)).toEqual(["*", ofTokens]);
      const keys = await bench.get("discovery/v2.0/keys", origin);
      const nowhere = await bench.get("/nowhere.example/v2.0/.well-known/openid-configuration");
      expect([keys.status, nowhere.status]).toEqual([200, 400]);
      expect(sharedBy(keys)).toEqual(["*", ofDiscovery]);
      expect(sharedBy(nowhere)).toEqual(["*", ofDiscovery]);
    },
  );

  it.each([
    ["oauth2/v2.0/token", "POST, OPTIONS"],
    ["v2.0/.well-known/openid-configuration", "GET, OPTIONS"],
    ["oauth2/v2.0/authorize", null],
  ])("allows a page's request, at %s by %s", async (path, methods) => {
    const { ests, tenantId } = startEsts();
    const { status, headers } = await ests(
      createRequest(`${HOST}/${tenantId}/${path}`, {
        method: "OPTIONS",
        headers: { ...origin, "access-control-request-headers": "x-tag" },
      }),
    );
    expect([status, headers.get("access-control-allow-methods")]).toEqual([200, methods]);
    expect(headers.get("access-control-allow-headers")).toBe(methods === null ? null : "x-tag");
  });
});

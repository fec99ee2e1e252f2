import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { answerOf, queryOf, signInAt } from "../../../test/support/ests-authorize.ts";
import { claimsOf, startEsts, type Answer } from "../../../test/support/ests.ts";

const graph = "https://graph.microsoft.com/User.Read openid profile offline_access";

const adele = { login: "adele@contoso.example", passwd: "fixture-password-of-adele" };

const cookieOf = ({ headers }: Answer): string | undefined =>
  headers
    .getSetCookie()
    .find((line) => line.startsWith("ESTSAUTH="))
    ?.split(";")[0];

describe("authorize", () => {
  it("shows a form, and sends the person back with a code and the state", async () => {
    const bench = startEsts();
    const back = await signInAt(bench, queryOf(bench, "portal", { client_info: "1" }), adele);
    expect(back.status).toBe(302);
    expect(back.headers.get("location")).toMatch(/^http:\/\/localhost:3000\/redirect\?/);
    const answer = answerOf(back.headers.get("location"));
    expect(answer.get("state")).toBe("st4te");
    expect(answer.get("code")).not.toBeNull();
    const info = JSON.parse(
      Buffer.from(answer.get("client_info") ?? "", "base64url").toString(),
    ) as unknown;
    expect(info).toEqual({ uid: bench.user("adele").id, utid: bench.tenantId });
  });

  it("shows the form again after a wrong password", async () => {
    const bench = startEsts();
    const page = await signInAt(bench, queryOf(bench, "portal"), { ...adele, passwd: "wrong" });
    expect(page.status).toBe(400);
    expect(page.text).toContain("AADSTS50126");
    expect(page.text).toContain("<form");
  });

  it.each([
    ["no-one@contoso.example", "AADSTS50034"],
    ["joni@contoso.example", "AADSTS50057"],
  ])("refuses %s with %s", async (login, code) => {
    const bench = startEsts();
    const passwd = `fixture-password-of-${login.split("@")[0]}`;
    expect((await signInAt(bench, queryOf(bench, "portal"), { login, passwd })).text).toContain(
      code,
    );
  });

  it("signs a guest in as a user of their home tenant", async () => {
    const bench = startEsts();
    const frank = { login: "frank@fabrikam.example", passwd: "fixture-password-of-frank" };
    const back = await signInAt(bench, queryOf(bench, "portal", { client_info: "1" }), frank);
    const info = answerOf(back.headers.get("location")).get("client_info") ?? "";
    const { utid } = JSON.parse(Buffer.from(info, "base64url").toString()) as { utid: string };
    expect(utid).not.toBe(bench.tenantId);
  });

  it.each([
    [{ client_id: "33333333-cccc-4ccc-8ccc-999999999999" }, "AADSTS700016"],
    [{ redirect_uri: "https://evil.example/" }, "AADSTS50011"],
    [{ client_id: "" }, "AADSTS900144"],
  ])("shows %o on a page and never redirects: %s", async (wrong, code) => {
    const bench = startEsts();
    const page = await bench.get(queryOf(bench, "portal", wrong));
    expect(page.headers.get("location")).toBeNull();
    expect(page.status).toBe(400);
    expect(page.text).toContain(code);
  });

  it.each([
    [{ response_type: "token" }, "unsupported_response_type"],
    [{ response_type: "id_token" }, "invalid_request"],
    [{ response_type: "id_token", nonce: "n", response_mode: "query" }, "invalid_request"],
    [{ response_mode: "pigeon" }, "invalid_request"],
    [{ scope: "" }, "invalid_request"],
    [{ prompt: "none" }, "login_required"],
  ])("redirects to the app with the error of %o: %s", async (wrong, error) => {
    const bench = startEsts();
    const back = await bench.get(queryOf(bench, "portal", wrong));
    expect(back.status).toBe(302);
    const answer = answerOf(back.headers.get("location"));
    expect([answer.get("error"), answer.get("state")]).toEqual([error, "st4te"]);
  });

  it.each([
    ["https://graph.microsoft.com/Mail.Send openid", "invalid_client"],
    ["api://nowhere/Read", "invalid_resource"],
  ])("refuses the scope %s with %s", async (scope, error) => {
    const bench = startEsts();
    const back = await signInAt(bench, queryOf(bench, "portal", { scope }), adele);
    expect(answerOf(back.headers.get("location")).get("error")).toBe(error);
  });

  it("serves members of the app's own tenant only, unless the app is multi-tenant", async () => {
    const bench = startEsts();
    const path = queryOf(bench, "portal").replace("oauth2", "/common/oauth2");
    expect((await bench.get(path)).text).toContain("AADSTS50194");
  });

  it("keeps a session in a cookie until it is revoked", async () => {
    const bench = startEsts();
    const first = await signInAt(bench, queryOf(bench, "portal"), adele);
    const cookie = cookieOf(first) ?? "";
    const silent = queryOf(bench, "portal", { prompt: "none" });
    const again = await bench.get(silent, { cookie });
    expect(answerOf(again.headers.get("location")).get("code")).not.toBeNull();
    const other = await bench.get(
      queryOf(bench, "portal", { prompt: "none", login_hint: "megan@contoso.example" }),
      { cookie },
    );
    expect(answerOf(other.headers.get("location")).get("error")).toBe("interaction_required");
    expect(
      (await bench.get(queryOf(bench, "portal", { prompt: "login" }), { cookie })).text,
    ).toContain("<form");
    bench.pass(1_000);
    bench.directory.revokeSessions([bench.user("adele")]);
    const revoked = await bench.get(silent, { cookie });
    expect(answerOf(revoked.headers.get("location")).get("error")).toBe("login_required");
    const forged = await bench.get(silent, { cookie: `${cookie}x` });
    expect(answerOf(forged.headers.get("location")).get("error")).toBe("login_required");
  });

  it("ends a session a day after its last use, or after the hours of the world", async () => {
    for (const [settings, hours] of [
      [{}, 24],
      [{ sessionHours: 2 }, 2],
    ] as const) {
      const bench = startEsts(settings);
      let cookie = cookieOf(await signInAt(bench, queryOf(bench, "portal"), adele)) ?? "";
      const silent = async (): Promise<string | null> => {
        const back = await bench.get(queryOf(bench, "portal", { prompt: "none" }), { cookie });
        cookie = cookieOf(back) ?? cookie;
        return answerOf(back.headers.get("location")).get("error");
      };
      bench.pass(hours * 3_600_000 - 1);
      expect(await silent()).toBeNull();
      bench.pass(hours * 3_600_000 - 1);
      expect(await silent()).toBeNull();
      bench.pass(hours * 3_600_000);
      expect(await silent()).toBe("login_required");
    }
  });

  it("never asks for consent: prompt=consent is answered from the session", async () => {
    const bench = startEsts();
    const cookie = cookieOf(await signInAt(bench, queryOf(bench, "portal"), adele)) ?? "";
    const back = await bench.get(queryOf(bench, "portal", { prompt: "consent" }), { cookie });
    expect(answerOf(back.headers.get("location")).get("code")).not.toBeNull();
  });

  it("gives a single-page app an id token in the fragment, with its nonce", async () => {
    const bench = startEsts();
    const back = await signInAt(
      bench,
      queryOf(bench, "spa", { response_type: "id_token", nonce: "n-1" }),
      adele,
    );
    const location = back.headers.get("location") ?? "";
    expect(location).toContain("https://spa.contoso.example/#");
    const claims = claimsOf(answerOf(location).get("id_token"));
    expect(claims).toMatchObject({
      aud: bench.app("spa").clientId,
      nonce: "n-1",
      preferred_username: adele.login,
    });
  });

  it("posts the answer by a form when asked to", async () => {
    const bench = startEsts();
    const back = await signInAt(
      bench,
      queryOf(bench, "portal", { response_mode: "form_post" }),
      adele,
    );
    expect(back.status).toBe(200);
    expect(back.text).toContain('action="http://localhost:3000/redirect"');
    expect(back.text).toContain('name="code"');
  });

  it("signs in by hint alone when the world says so", async () => {
    const bench = startEsts({ signInPage: "automatic" });
    const back = await bench.get(queryOf(bench, "portal", { login_hint: adele.login }));
    expect(answerOf(back.headers.get("location")).get("code")).not.toBeNull();
    const unknown = await bench.get(
      queryOf(bench, "portal", { login_hint: "no-one@contoso.example" }),
    );
    expect(answerOf(unknown.headers.get("location")).get("error")).toBe("invalid_grant");
  });

  it("logs out, and goes back only to a registered address", async () => {
    const bench = startEsts();
    const back = encodeURIComponent("http://localhost:3000/redirect");
    const known = await bench.get(`oauth2/v2.0/logout?post_logout_redirect_uri=${back}&state=s`);
    expect(known.headers.get("location")).toBe("http://localhost:3000/redirect?state=s");
    expect(known.headers.getSetCookie().join()).toContain("ESTSAUTH=;");
    const unknown = await bench.get(
      "oauth2/v2.0/logout?post_logout_redirect_uri=https%3A%2F%2Fevil.example",
    );
    expect([unknown.status, unknown.headers.get("location")]).toEqual([200, null]);
  });

  it.each([
    ["http://localhost:8400/", 302],
    ["http://localhost:8400/other", 400],
    ["ftp://localhost:8400/", 400],
    ["http://localhost.evil.example:8400/", 400],
  ])("answers a native app at %s with %i", async (redirectUri, status) => {
    const bench = startEsts();
    const query = new URLSearchParams({
      client_id: bench.app("desk-app").clientId,
      response_type: "code",
      redirect_uri: redirectUri,
      scope: graph,
      prompt: "none",
    });
    expect((await bench.get(`oauth2/v2.0/authorize?${query}`)).status).toBe(status);
  });

  it("binds the code to the verifier", async () => {
    const bench = startEsts();
    const verifier = "v".repeat(43);
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    const pkce = { code_challenge: challenge, code_challenge_method: "S256" };
    const code = await bench.codeFor("desk-app", "adele", graph, pkce);
    const redeem = (code_verifier: string) =>
      bench.post("oauth2/v2.0/token", {
        grant_type: "authorization_code",
        client_id: bench.app("desk-app").clientId,
        redirect_uri: "http://localhost",
        code,
        code_verifier,
      });
    expect((await redeem("wrong")).json["error_codes"]).toEqual([501481]);
    expect((await redeem(verifier)).status).toBe(200);
    expect((await redeem(verifier)).json["error_codes"]).toEqual([54005]);
  });
});

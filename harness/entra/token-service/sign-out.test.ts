import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { claimsOf } from "../../core/http/json-object.ts";
import type { AppRegistration, World } from "../directory/world.ts";
import { type Answer, type EstsBench, startEsts } from "../../../test/support/ests.ts";

const BACK = "https://spa.contoso.example/";

/** The fixture world, in which these apps have registered where to learn of a sign-out. */
function worldWith(logoutUrls: Readonly<Record<string, string>>): World {
  const registered = (app: AppRegistration): AppRegistration => {
    const logoutUrl = logoutUrls[app.name];
    return {
      ...app,
      optionalClaims: ["sid", "login_hint"],
      ...(logoutUrl === undefined ? {} : { logoutUrl }),
    };
  };
  const tenants = contoso.tenants.map((tenant) => ({
    ...tenant,
    apps: tenant.apps.map(registered),
  }));
  return { ...contoso, tenants };
}

/** Signs in to apps one after the other, in one browser: the answers, and the cookie of the session. */
async function signedIn(bench: EstsBench, ...names: readonly string[]) {
  const answers: Answer[] = [];
  let cookie = "";
  for (const name of names) {
    const app = bench.app(name);
    const query = new URLSearchParams({
      client_id: app.clientId,
      redirect_uri: app.redirectUris[0]?.uri ?? "",
      response_type: "code",
      scope: "openid User.Read",
      login_hint: bench.user("adele").upn,
    });
    const page = await bench.get(`oauth2/v2.0/authorize?${query}`, { cookie });
    const [, ctx] = /name="ctx" type="hidden" value="([^"]*)"/.exec(page.text) ?? [];
    const { upn, password } = bench.user("adele");
    const answer =
      ctx === undefined ? page : await bench.post("login", { login: upn, passwd: password, ctx });
    answers.push(answer);
    cookie = answer.headers.getSetCookie().find((line) => line.startsWith("ESTSAUTH=")) ?? cookie;
    cookie = cookie.split(";")[0] ?? "";
  }
  return { answers, cookie };
}

const signOut = (bench: EstsBench, cookie: string, more: Record<string, string> = {}) =>
  bench.get(`oauth2/v2.0/logout?${new URLSearchParams(more)}`, { cookie });

const framesIn = ({ text }: Answer): string[] =>
  [...text.matchAll(/<iframe src="([^"]*)"/g)].map(([, address = ""]) => address);

/** The `session_state` of an answer to a sign-in. */
const sessionIn = ({ headers }: Answer | { headers: Headers }): string =>
  new URL(headers.get("location") ?? "").searchParams.get("session_state") ?? "";

describe("the front channel", () => {
  const logoutUrls = {
    portal: "https://portal.contoso.example/signed-out?from=entra",
    "cert-portal": "https://cert.contoso.example/signed-out",
  };

  it("opens the logout URL of each app of the session, with its id, and then goes back", async () => {
    const bench = startEsts({}, worldWith(logoutUrls));
    const { answers, cookie } = await signedIn(bench, "portal", "cert-portal", "portal");
    const sid = answers[0] === undefined ? "" : sessionIn(answers[0]);
    const page = await signOut(bench, cookie, { post_logout_redirect_uri: BACK, state: "s" });
    expect(page.status).toBe(200);
    expect(page.headers.getSetCookie().join()).toContain("ESTSAUTH=;");
    expect(framesIn(page)).toEqual([
      `${logoutUrls.portal}&amp;sid=${sid}`,
      `${logoutUrls["cert-portal"]}?sid=${sid}`,
    ]);
    expect(page.text).toContain(`<a href="${BACK}?state=s" rel="next">`);
  });

  it("leaves out apps of another session, and those that have learned of it before", async () => {
    const bench = startEsts({}, worldWith(logoutUrls));
    const { cookie } = await signedIn(bench, "portal");
    bench.pass(1_000);
    const other = await signedIn(bench, "cert-portal");
    expect(framesIn(await signOut(bench, cookie))).toHaveLength(1);
    expect(framesIn(await signOut(bench, cookie))).toEqual([]);
    expect(framesIn(await signOut(bench, other.cookie))).toHaveLength(1);
  });

  it("is not used for apps without a logout URL: the browser goes back at once", async () => {
    const bench = startEsts({}, worldWith({}));
    const { cookie } = await signedIn(bench, "portal");
    const answer = await signOut(bench, cookie, { post_logout_redirect_uri: BACK });
    expect([answer.status, answer.headers.get("location")]).toEqual([302, BACK]);
  });

  it("has the address of the endpoint of version 1 as well", async () => {
    const page = await startEsts().get("oauth2/logout");
    expect(page.text).toContain("You signed out");
  });
});

describe("the optional claims", () => {
  const idTokenOf = async (bench: EstsBench): Promise<Record<string, unknown>> => {
    const code = await bench.codeFor("portal", "adele", "openid User.Read");
    const { clientId, secrets, redirectUris } = bench.app("portal");
    const { json } = await bench.post("oauth2/v2.0/token", {
      grant_type: "authorization_code",
      client_id: clientId,
      client_secret: secrets[0]?.value ?? "",
      redirect_uri: redirectUris[0]?.uri ?? "",
      code,
    });
    return claimsOf(String(json["id_token"])) ?? {};
  };

  it("sid is the session_state of the sign-in", async () => {
    const bench = startEsts({}, worldWith({}));
    const { sid } = await idTokenOf(bench);
    const { answers } = await signedIn(bench, "portal");
    expect(answers.map(sessionIn)).toEqual([sid]);
  });

  it("login_hint stands for the name, and does not show it", async () => {
    const bench = startEsts({}, worldWith({}));
    const hint = String((await idTokenOf(bench))["login_hint"]);
    expect(hint).not.toContain("adele");
    const { cookie } = await signedIn(bench, "portal");
    const app = bench.app("portal");
    const silent = (login_hint: string) =>
      bench.get(
        `oauth2/v2.0/authorize?${new URLSearchParams({
          client_id: app.clientId,
          redirect_uri: app.redirectUris[0]?.uri ?? "",
          response_type: "code",
          scope: "openid",
          prompt: "none",
          login_hint,
        })}`,
        { cookie },
      );
    expect((await silent(hint)).headers.get("location")).toContain("code=");
    expect((await silent("O.bmFtZQ")).headers.get("location")).toContain("error=");
  });
});

describe("cancelling a sign-in", () => {
  it("sends the app the error, with its state and without a description", async () => {
    const bench = startEsts();
    const app = bench.app("portal");
    const redirectUri = app.redirectUris[0]?.uri ?? "";
    const page = await bench.get(
      `oauth2/v2.0/authorize?${new URLSearchParams({
        client_id: app.clientId,
        redirect_uri: redirectUri,
        response_type: "code",
        scope: "openid",
        state: "s",
      })}`,
    );
    expect(page.text).toContain('<button type="submit" name="cancel" value="1">Cancel</button>');
    const [, ctx = ""] = /name="ctx" type="hidden" value="([^"]*)"/.exec(page.text) ?? [];
    const answer = await bench.post("login", { login: "", passwd: "", ctx, cancel: "1" });
    expect(answer.headers.get("location")).toBe(
      `${redirectUri}?error=access_denied&error_subcode=cancel&state=s`,
    );
  });
});

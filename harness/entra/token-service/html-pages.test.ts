/** The pages that a person sees, by the roles and labels with which a browser test uses them. */
import { describe, expect, it } from "vitest";
import { answerOf, queryOf, signInAt } from "../../../test/support/ests-authorize.ts";
import { startEsts, type Answer } from "../../../test/support/ests.ts";

const adele = { login: "adele@contoso.example", passwd: "fixture-password-of-adele" };
const policiesOf = ({ headers }: Answer) => [
  headers.get("x-frame-options"),
  headers.get("cross-origin-opener-policy"),
];
const alertOf = ({ text }: Answer) => /<p role="alert">([^<]*)<\/p>/.exec(text)?.[1];
const headingOf = ({ text }: Answer) => /<main><h1>([^<]*)<\/h1>/.exec(text)?.[1];

describe("the sign-in page", () => {
  it("has a heading, a label for each field, and a button", async () => {
    const bench = startEsts();
    const page = await bench.get(queryOf(bench, "spa", { login_hint: "adele@contoso.example" }));
    expect(headingOf(page)).toBe("Sign in");
    expect(page.text).toContain('<label for="login">Email</label>');
    expect(page.text).toMatch(/<input [^>]*value="adele@contoso.example" id="login"/);
    expect(page.text).toContain('<label for="passwd">Password</label>');
    expect(page.text).toMatch(/<input [^>]*type="password"[^>]* id="passwd"/);
    expect(page.text).toContain('<button type="submit">Sign in</button>');
    expect(alertOf(page)).toBeUndefined();
  });

  it("shows an error as an alert, and keeps its heading", async () => {
    const bench = startEsts();
    const path = queryOf(bench, "spa");
    const page = await signInAt(bench, path, { ...adele, passwd: "wrong" });
    expect([page.status, headingOf(page)]).toEqual([400, "Sign in"]);
    expect(alertOf(page)).toMatch(/^AADSTS50126: /);
    expect(page.text).toContain("<title>AADSTS50126: ");
    // Who only mistyped the password need not type the name again.
    expect(page.text).toMatch(/<input [^>]*value="adele@contoso.example" id="login"/);
    expect(policiesOf(page)).toEqual(["DENY", null]);
  });
});

describe("a page that no frame may show and no cache may keep", () => {
  it.each([
    ["the sign-in page", (query: string) => query],
    ["an error", (query: string) => query.replace("client_id=", "client_id=no")],
    ["the signed-out page", () => "oauth2/v2.0/logout"],
    ["the device code page", () => "/common/oauth2/deviceauth"],
  ])("is %s, and is separated from its opener where the world says so", async (_, pathOf) => {
    for (const [loginOpenerPolicy, sent] of [
      ["absent", null],
      ["same-origin", "same-origin"],
    ] as const) {
      const bench = startEsts({ loginOpenerPolicy });
      const page = await bench.get(pathOf(queryOf(bench, "spa")));
      expect(page.text).toContain("<main>");
      expect(policiesOf(page)).toEqual(["DENY", sent]);
      expect(page.headers.get("cache-control")).toBe("no-store, no-cache");
    }
  });

  it("does not include the hand-over to the app by form or redirect", async () => {
    const bench = startEsts({ loginOpenerPolicy: "same-origin" });
    const asked = { response_type: "id_token", nonce: "n", scope: "openid" };
    const form = await signInAt(
      bench,
      queryOf(bench, "spa", { ...asked, response_mode: "form_post" }),
      adele,
    );
    const redirect = await signInAt(bench, queryOf(bench, "spa", asked), adele);
    expect([form.status, redirect.status]).toEqual([200, 302]);
    expect(form.text).toContain("document.forms[0].submit()");
    for (const answer of [form, redirect]) {
      expect(policiesOf(answer)).toEqual([null, null]);
      expect(answer.headers.get("cache-control")).toBe("no-store, no-cache");
    }
  });
});

describe("an error that only a page may show", () => {
  it.each([
    [{ client_id: "33333333-cccc-4ccc-8ccc-999999999999" }, 700016],
    [{ redirect_uri: "https://evil.example/" }, 50011],
  ])("of %o is an alert with its code and the ids of the request", async (wrong, code) => {
    const bench = startEsts();
    const id = "0a1b2c3d-1111-4222-8333-444455556666";
    const page = await bench.get(queryOf(bench, "spa", { ...wrong, "client-request-id": id }));
    expect(page.status).toBe(400);
    expect(alertOf(page)).toMatch(new RegExp(`^AADSTS${code}: `));
    expect(page.text).toContain(`Correlation Id: ${id}`);
    expect(page.text).toContain(`Request Id: ${page.headers.get("x-ms-request-id")}`);
    expect(page.text).toContain("Timestamp: 2026-03-02T08:00:00");
  });

  it("is shown as text, even with markup in the request", async () => {
    const bench = startEsts();
    const page = await bench.get(queryOf(bench, "spa", { redirect_uri: "<script>alert(1)" }));
    expect(page.text).not.toContain("<script>");
    expect(alertOf(page)).toContain("&lt;script&gt;");
  });
});

describe("signing in without a page", () => {
  const automatic = { signInPage: "automatic", signInAs: "adele@contoso.example" } as const;
  const emailOf = async (settings: object, more: Record<string, string> = {}) => {
    const bench = startEsts(settings);
    const asked = { response_type: "id_token", nonce: "n", scope: "openid profile", ...more };
    const { headers } = await bench.get(queryOf(bench, "spa", asked));
    const token = answerOf(headers.get("location")).get("id_token") ?? "";
    const claims = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
    return claims === "" ? undefined : (JSON.parse(claims) as Record<string, unknown>);
  };

  it("signs in the user whom the world names, unless the request names another", async () => {
    const upn = "preferred_username";
    expect((await emailOf(automatic))?.[upn]).toBe("adele@contoso.example");
    const megan = { login_hint: "megan@contoso.example" };
    expect((await emailOf(automatic, megan))?.[upn]).toBe("megan@contoso.example");
  });

  it("shows the form when no user is named, or where the page is a form", async () => {
    expect(await emailOf({ signInPage: "automatic" })).toBeUndefined();
    expect(await emailOf({ signInAs: "adele@contoso.example" })).toBeUndefined();
  });

  it("does not create a session for prompt=none", async () => {
    const bench = startEsts(automatic);
    const back = await bench.get(queryOf(bench, "spa", { prompt: "none" }));
    expect(answerOf(back.headers.get("location")).get("error")).toBe("login_required");
  });
});

describe("signing out", () => {
  const back = "https://spa.contoso.example/";

  it("takes hints, and returns to the app with its state", async () => {
    const bench = startEsts();
    const query = new URLSearchParams({
      post_logout_redirect_uri: back,
      logout_hint: "adele@contoso.example",
      id_token_hint: "e30.e30.e30",
      "client-request-id": "0a1b2c3d-1111-4222-8333-444455556666",
      state: "s",
    });
    const answer = await bench.get(`oauth2/v2.0/logout?${query}`);
    expect([answer.status, answer.headers.get("location")]).toEqual([302, `${back}?state=s`]);
    expect(answer.headers.getSetCookie().join()).toContain("ESTSAUTH=;");
  });

  it("ends on a page without a form when there is no address to return to", async () => {
    const page = await startEsts().get("oauth2/v2.0/logout");
    expect([page.status, headingOf(page)]).toEqual([200, "You signed out"]);
    expect(page.text).not.toContain("<form");
    expect(page.headers.getSetCookie().join()).toContain("ESTSAUTH=;");
  });

  it("returns to localhost at any port, as for signing in", async () => {
    const asked = encodeURIComponent("http://localhost:8400/");
    const answer = await startEsts().get(`oauth2/v2.0/logout?post_logout_redirect_uri=${asked}`);
    expect(answer.headers.get("location")).toBe("http://localhost:8400/");
  });
});

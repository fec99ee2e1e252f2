/** "Stay signed in?": what the answer does to the session's cookies and to id tokens. */
import { describe, expect, it } from "vitest";
import { answerOf, queryOf, signInAt } from "../../../test/support/ests-authorize.ts";
import { byLaunch, fillIn } from "../../../test/support/ests-saml.ts";
import { claimsOf, startEsts, type Answer, type EstsBench } from "../../../test/support/ests.ts";
import type { ServiceSettings } from "../directory/service-settings.ts";

const adele = { login: "adele@contoso.example", passwd: "fixture-password-of-adele" };
const DAY_MS = 86_400_000;
const asking = JSON.stringify({ id_token: { signin_state: { essential: false } } });

/** The cookies of a browser, by name, as they were set. */
const cookiesIn = ({ headers }: Answer): Readonly<Record<string, string>> =>
  Object.fromEntries(
    headers
      .getSetCookie()
      .filter((line) => line.startsWith("ESTSAUTH"))
      .map((line) => [line.slice(0, line.indexOf("=")), line]),
  );

/** What a browser sends back: all of them, or after a restart those with a date. */
const sent = (answer: Answer, kept: "all" | "after a restart" = "all"): string =>
  Object.values(cookiesIn(answer))
    .filter((line) => kept === "all" || /max-age|expires/.test(line))
    .map((line) => line.split(";")[0])
    .join("; ");

const signedIn = (bench: EstsBench, more: Record<string, string> = {}): Promise<Answer> =>
  signInAt(bench, queryOf(bench, "desk-app", { claims: asking, ...more }), adele);

async function tokensOf(bench: EstsBench, back: Answer, more: Record<string, string> = {}) {
  const { json } = await bench.post("oauth2/v2.0/token", {
    grant_type: "authorization_code",
    client_id: bench.app("desk-app").clientId,
    redirect_uri: "http://localhost",
    code: answerOf(back.headers.get("location")).get("code") ?? "",
    ...more,
  });
  return json;
}

const stateIn = (tokens: Record<string, unknown>): unknown =>
  claimsOf(tokens["id_token"])["signin_state"];

describe("people who stay signed in", () => {
  it("have a second cookie, which outlives the browser for 90 days", async () => {
    const bench = startEsts({ staySignedIn: "yes" });
    const back = await signedIn(bench);
    const { ESTSAUTH: ofBrowser, ESTSAUTHPERSISTENT: persistent } = cookiesIn(back);
    expect(ofBrowser).not.toMatch(/max-age|expires/);
    expect(persistent).toContain(`max-age=${90 * 86_400};`);
    const silent = async (): Promise<boolean> => {
      const query = queryOf(bench, "desk-app", { prompt: "none" });
      const answer = await bench.get(query, { cookie: sent(back, "after a restart") });
      return answerOf(answer.headers.get("location")).has("code");
    };
    bench.pass(90 * DAY_MS - 1);
    expect(await silent()).toBe(true);
    bench.pass(1);
    expect(await silent()).toBe(false);
  });

  it("are signed in for as many days as the world says", async () => {
    const bench = startEsts({ staySignedIn: "yes", persistentSessionDays: 2 });
    const back = await signedIn(bench);
    bench.pass(2 * DAY_MS);
    const query = queryOf(bench, "desk-app", { prompt: "none" });
    const answer = await bench.get(query, { cookie: sent(back) });
    expect(answerOf(answer.headers.get("location")).get("error")).toBe("login_required");
  });

  it("lose both cookies when they sign out, and the date when they sign in again without", async () => {
    const bench = startEsts({ staySignedIn: "yes" });
    const out = await bench.get("oauth2/v2.0/logout", { cookie: sent(await signedIn(bench)) });
    expect(Object.values(cookiesIn(out)).map((line) => line.split(";")[0])).toEqual([
      "ESTSAUTH=",
      "ESTSAUTHPERSISTENT=",
    ]);
  });

  it("have kmsi in the signin_state of id tokens that ask for it, also after a refresh", async () => {
    const bench = startEsts({ staySignedIn: "yes" });
    const tokens = await tokensOf(bench, await signedIn(bench));
    expect(stateIn(tokens)).toEqual(["kmsi"]);
    const refresh = async (more: Record<string, string>) => {
      const { json } = await bench.post("oauth2/v2.0/token", {
        grant_type: "refresh_token",
        client_id: bench.app("desk-app").clientId,
        refresh_token: String(tokens["refresh_token"]),
        scope: "openid",
        ...more,
      });
      return stateIn(json);
    };
    expect(await refresh({ claims: asking })).toEqual(["kmsi"]);
    expect(await refresh({})).toBeUndefined();
    expect(await refresh({ claims: "no JSON" })).toBeUndefined();
  });

  it("have it in an id token of the authorize endpoint", async () => {
    const bench = startEsts({ staySignedIn: "yes" });
    const more = { response_type: "id_token", nonce: "n-1", claims: asking };
    const back = await signInAt(bench, queryOf(bench, "spa", more), adele);
    const token = answerOf(back.headers.get("location")).get("id_token");
    expect(claimsOf(token)["signin_state"]).toEqual(["kmsi"]);
  });

  it.each([
    ["no", "asked", asking, undefined],
    ["yes", "asked", "{}", undefined],
    ["yes", "always", "{}", ["kmsi"]],
    ["no", "always", asking, undefined],
  ] as const)("who answer %s, where the claim is sent %s, by %s: %j", async (...row) => {
    const [staySignedIn, signInState, claims, expected] = row;
    const bench = startEsts({ staySignedIn, signInState });
    const back = await signedIn(bench, { claims });
    expect(cookiesIn(back)["ESTSAUTHPERSISTENT"] !== undefined).toBe(staySignedIn === "yes");
    expect(stateIn(await tokensOf(bench, back, { claims }))).toEqual(expected);
  });
});

describe("the page that asks", () => {
  const shown: Partial<ServiceSettings> = { staySignedInPage: "shown" };

  const press = (bench: EstsBench, page: Answer, LoginOptions: string): Promise<Answer> => {
    const hidden = page.text.matchAll(/name="(\w+)" type="hidden" value="([^"]*)"/g);
    const fields = Object.fromEntries(
      [...hidden].map(([, name = "", value = ""]) => [name, value]),
    );
    return bench.post("/kmsi", { ...fields, LoginOptions });
  };

  it.each([
    ["1", true],
    ["3", false],
  ])("takes LoginOptions %s for an answer", async (answer, stays) => {
    const bench = startEsts(shown);
    const page = await signedIn(bench);
    expect([page.status, page.text]).toEqual([200, expect.stringContaining("Stay signed in?")]);
    expect(cookiesIn(page)).toEqual({});
    const back = await press(bench, page, answer);
    expect(cookiesIn(back)["ESTSAUTHPERSISTENT"] !== undefined).toBe(stays);
    expect(stateIn(await tokensOf(bench, back))).toEqual(stays ? ["kmsi"] : undefined);
  });

  it("belongs to SAML sign-ins as well", async () => {
    const bench = startEsts(shown);
    const page = await fillIn(bench, await byLaunch(bench, "expenses"));
    expect(page.text).toContain("Stay signed in?");
    const back = await press(bench, page, "1");
    expect(back.text).toContain("SAMLResponse");
    expect(cookiesIn(back)["ESTSAUTHPERSISTENT"]).toBeDefined();
  });

  it("begins again when it is answered a day later", async () => {
    const bench = startEsts(shown);
    const page = await signedIn(bench);
    bench.pass(DAY_MS);
    const late = await press(bench, page, "1");
    expect(late.text).toContain('name="passwd"');
    expect(cookiesIn(late)).toEqual({});
  });
});

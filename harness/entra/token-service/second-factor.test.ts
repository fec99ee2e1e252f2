/** The second factor: its page, what it leaves in sessions and tokens, and who is asked for it. */
import { describe, expect, it } from "vitest";
import { enforcedWorld } from "../../../test/support/enforced.ts";
import { answerOf, queryOf, signInAt } from "../../../test/support/ests-authorize.ts";
import { claimsOf, startEsts, type Answer, type EstsBench } from "../../../test/support/ests.ts";
import type { User } from "../directory/world.ts";

const adele = { login: "adele@contoso.example", passwd: "fixture-password-of-adele" };
const SCOPE = "https://graph.microsoft.com/User.Read openid profile offline_access";

const benchOf = (user: Partial<User> = {}): EstsBench =>
  startEsts({}, enforcedWorld([{}], { users: { adele: user } }));

const hiddenIn = ({ text }: Answer): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/name="(\w+)" type="hidden" value="([^"]*)"/g)].map(
      ([, name = "", value = ""]) => [name, value],
    ),
  );

const cookiesOf = ({ headers }: Answer): string =>
  headers
    .getSetCookie()
    .filter((line) => line.startsWith("ESTSAUTH"))
    .map((line) => line.split(";")[0])
    .join("; ");

const confirm = (
  bench: EstsBench,
  page: Answer,
  more: Record<string, string> = { AuthMethodId: "PhoneAppNotification" },
): Promise<Answer> => bench.post("/common/SAS/ProcessAuth", { ...hiddenIn(page), ...more });

const codeIn = (answer: Answer): string =>
  answerOf(answer.headers.get("location")).get("code") ?? "";

const redeem = (bench: EstsBench, code: string): Promise<Answer> =>
  bench.post("oauth2/v2.0/token", {
    grant_type: "authorization_code",
    client_id: bench.app("desk-app").clientId,
    redirect_uri: "http://localhost",
    code,
    scope: SCOPE,
  });

const refresh = (bench: EstsBench, token: unknown, path = "oauth2/v2.0/token"): Promise<Answer> =>
  bench.post(path, {
    grant_type: "refresh_token",
    client_id: bench.app("desk-app").clientId,
    refresh_token: String(token),
    scope: SCOPE,
  });

async function signedIn(bench: EstsBench): Promise<Record<string, unknown>> {
  const page = await signInAt(bench, queryOf(bench, "desk-app"), adele);
  return (await redeem(bench, codeIn(await confirm(bench, page)))).json;
}

describe("a second factor at sign-in", () => {
  it("is asked for after the password, and leads to the code", async () => {
    const bench = benchOf();
    const page = await signInAt(bench, queryOf(bench, "desk-app"), adele);
    expect([page.status, page.text]).toEqual([
      200,
      expect.stringContaining("Approve sign in request"),
    ]);
    const { status, json } = await redeem(bench, codeIn(await confirm(bench, page)));
    expect(status).toBe(200);
    expect(claimsOf(json["access_token"])["amr"]).toEqual(["pwd", "mfa"]);
  });

  it("is in the session, and goes on by refresh", async () => {
    const bench = benchOf();
    const page = await signInAt(bench, queryOf(bench, "desk-app"), adele);
    const back = await confirm(bench, page);
    const again = await bench.get(queryOf(bench, "portal"), { cookie: cookiesOf(back) });
    expect(answerOf(again.headers.get("location")).has("code")).toBe(true);
    const { json } = await redeem(bench, codeIn(back));
    const renewed = await refresh(bench, json["refresh_token"]);
    expect(claimsOf(renewed.json["access_token"])["amr"]).toEqual(["pwd", "mfa"]);
  });

  it("that was denied shows the page again with 500121, and no session has it", async () => {
    const bench = benchOf();
    const page = await signInAt(bench, queryOf(bench, "desk-app"), adele);
    const denied = await confirm(bench, page, { denied: "1" });
    expect([denied.status, denied.text]).toEqual([400, expect.stringContaining("AADSTS500121")]);
    const silent = await bench.get(queryOf(bench, "desk-app", { prompt: "none" }), {
      cookie: cookiesOf(denied),
    });
    const answer = answerOf(silent.headers.get("location"));
    expect(answer.get("error")).toBe("interaction_required");
    expect(answer.get("error_description")).toContain("AADSTS50076");
  });

  it("is cancelled with error_subcode", async () => {
    const bench = benchOf();
    const page = await signInAt(bench, queryOf(bench, "desk-app"), adele);
    const back = await confirm(bench, page, { cancel: "1" });
    const answer = answerOf(back.headers.get("location"));
    expect([answer.get("error"), answer.get("error_subcode")]).toEqual(["access_denied", "cancel"]);
  });

  it.each([
    ["314159", 302],
    ["000000", 400],
  ])("takes the code %s of a user who types codes with %i", async (typed, status) => {
    const bench = benchOf({ secondFactor: { kind: "code", code: "314159" } });
    const page = await signInAt(bench, queryOf(bench, "desk-app"), adele);
    expect(page.text).toContain("Enter code");
    const back = await confirm(bench, page, {
      AdditionalAuthData: typed,
      AuthMethodId: "PhoneAppOTP",
    });
    expect(back.status).toBe(status);
  });

  it("is registered by a user who has none, and then asked for", async () => {
    const bench = benchOf({ secondFactor: { kind: "none" } });
    const page = await signInAt(bench, queryOf(bench, "desk-app"), adele);
    expect(page.text).toContain("More information required");
    expect((await confirm(bench, page)).status).toBe(302);
    const next = await signInAt(bench, queryOf(bench, "desk-app"), adele);
    expect(next.text).toContain("Approve sign in request");
  });

  it("is answered by a page that posts itself where the world says so", async () => {
    const bench = startEsts({ secondFactorPage: "automatic" }, enforcedWorld([{}]));
    const page = await signInAt(bench, queryOf(bench, "desk-app"), adele);
    expect(page.text).toContain("submit()");
    expect((await confirm(bench, page, {})).status).toBe(302);
  });

  it("begins again when the page has aged out", async () => {
    const bench = benchOf();
    const page = await signInAt(bench, queryOf(bench, "desk-app"), adele);
    bench.pass(86_400_000);
    expect((await confirm(bench, page)).text).toContain('name="passwd"');
  });

  it("is followed by the question whether to stay signed in", async () => {
    const bench = startEsts({ staySignedInPage: "shown" }, enforcedWorld([{}]));
    const page = await signInAt(bench, queryOf(bench, "desk-app"), adele);
    const asks = await confirm(bench, page);
    expect(asks.text).toContain("Stay signed in?");
    const back = await bench.post("/kmsi", { ...hiddenIn(asks), LoginOptions: "1" });
    const { json } = await redeem(bench, codeIn(back));
    expect(claimsOf(json["access_token"])["amr"]).toEqual(["pwd", "mfa"]);
  });
});

describe("a token request without the second factor", () => {
  const ropc = (bench: EstsBench, path = "oauth2/v2.0/token"): Promise<Answer> =>
    bench.post(path, {
      grant_type: "password",
      client_id: bench.app("desk-app").clientId,
      username: adele.login,
      password: adele.passwd,
      scope: SCOPE,
    });

  it("is refused with 50076, suberror basic_action, and the policy in claims, at the end", async () => {
    const { status, json } = await ropc(benchOf());
    expect([status, json["error"], json["error_codes"], json["suberror"]]).toEqual([
      400,
      "invalid_grant",
      [50076],
      "basic_action",
    ]);
    expect(Object.keys(json).slice(-3)).toEqual(["error_uri", "suberror", "claims"]);
    expect(JSON.parse(String(json["claims"]))).toEqual({
      access_token: {
        capolids: { essential: true, values: [expect.stringMatching(/^[\w-]{36}$/)] },
      },
    });
  });

  it("has interaction_required at v1, or as the world says", async () => {
    const v1 = await ropc(benchOf(), "oauth2/token");
    expect(v1.json["error"]).toBe("interaction_required");
    const bench = startEsts({ policyRefusals: "interaction_required" }, enforcedWorld([{}]));
    expect((await ropc(bench)).json["error"]).toBe("interaction_required");
  });

  it("is refused with 50079 to a user who has nothing registered", async () => {
    const { json } = await ropc(benchOf({ secondFactor: { kind: "none" } }));
    expect(json["error_codes"]).toEqual([50079]);
  });

  it("has no claims when an administrator requires it of the user alone", async () => {
    const bench = startEsts({}, enforcedWorld([]));
    expect((await ropc(bench)).status).toBe(200);
    bench.directory.enableMfa(bench.user("adele"));
    const { json } = await ropc(bench);
    expect([json["error_codes"], json["claims"]]).toEqual([[50076], undefined]);
  });

  it("is refused to a refresh token from before a policy, which works again without it", async () => {
    const bench = startEsts({}, enforcedWorld([]));
    const page = await signInAt(bench, queryOf(bench, "desk-app"), adele);
    const { json } = await redeem(bench, codeIn(page));
    const [tenant] = enforcedWorld([{}]).tenants;
    const [policy] = tenant?.policies ?? [];
    if (tenant === undefined || policy === undefined) throw new Error("no policy");
    bench.directory.setPolicy(tenant, policy);
    expect((await refresh(bench, json["refresh_token"])).json["error_codes"]).toEqual([50076]);
    bench.directory.removePolicy(tenant, policy.name);
    expect((await refresh(bench, json["refresh_token"])).status).toBe(200);
  });

  it("is not refused where the primary enforces no policies", async () => {
    const bench = startEsts({ conditionalAccess: "not-enforced" }, enforcedWorld([{}]));
    expect((await ropc(bench)).status).toBe(200);
  });
});

describe("a device code", () => {
  it("is approved after the second factor", async () => {
    const bench = benchOf();
    const { clientId } = bench.app("desk-app");
    const begun = await bench.post("oauth2/v2.0/devicecode", { client_id: clientId, scope: SCOPE });
    const page = await bench.post("/common/oauth2/deviceauth", {
      ...adele,
      otc: String(begun.json["user_code"]),
    });
    const poll = (): Promise<Answer> =>
      bench.post("oauth2/v2.0/token", {
        grant_type: "urn:ietf:params:oauth:grant-type:device_code",
        client_id: clientId,
        device_code: String(begun.json["device_code"]),
      });
    expect((await poll()).json["error"]).toBe("authorization_pending");
    expect((await confirm(bench, page, { denied: "1" })).text).toContain("AADSTS500121");
    expect((await confirm(bench, page)).text).toContain("Signed in");
    expect(claimsOf((await poll()).json["access_token"])["amr"]).toEqual(["pwd", "mfa"]);
  });
});

describe("on behalf of a user", () => {
  it("a middle tier has the second factor of the token that it was shown", async () => {
    const bench = benchOf();
    const { status, json } = await refresh(bench, (await signedIn(bench))["refresh_token"]);
    expect(status).toBe(200);
    expect(json["refresh_token"]).toBeDefined();
    const forOrders = await bench.post("oauth2/v2.0/token", {
      grant_type: "refresh_token",
      client_id: bench.app("desk-app").clientId,
      refresh_token: String(json["refresh_token"]),
      scope: "api://orders/access_as_user",
    });
    const api = bench.app("orders-api");
    const next = await bench.post("oauth2/v2.0/token", {
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      requested_token_use: "on_behalf_of",
      client_id: api.clientId,
      client_secret: api.secrets[0]?.value ?? "",
      assertion: String(forOrders.json["access_token"]),
      scope: "https://graph.microsoft.com/User.Read",
    });
    expect(claimsOf(next.json["access_token"])["amr"]).toEqual(["pwd", "mfa"]);
  });
});

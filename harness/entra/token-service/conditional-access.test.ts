/** Conditional Access at the primary: whom a policy is for, what it demands, and how the refusal looks. */
import { describe, expect, it } from "vitest";
import { enforcedWorld } from "../../../test/support/enforced.ts";
import { answerOf, queryOf, signInAt } from "../../../test/support/ests-authorize.ts";
import { startEsts, type Answer, type EstsBench } from "../../../test/support/ests.ts";
import type { ConditionalAccessPolicy, World } from "../directory/world.ts";

const adele = { login: "adele@contoso.example", passwd: "fixture-password-of-adele" };
const megan = { login: "megan@contoso.example", passwd: "fixture-password-of-megan" };
const ADELE = "55555555-eeee-4eee-8eee-000000000001";
const SCOPE = "https://graph.microsoft.com/User.Read openid profile offline_access";
const HOUR_MS = 3_600_000;

const benchOf = (
  policy: Partial<ConditionalAccessPolicy>,
  changes?: Parameters<typeof enforcedWorld>[1],
): EstsBench => startEsts({}, enforcedWorld([policy], changes));

const ropc = async (bench: EstsBench, who = adele, app = "desk-app"): Promise<Answer> =>
  bench.post("oauth2/v2.0/token", {
    grant_type: "password",
    client_id: bench.app(app).clientId,
    username: who.login,
    password: who.passwd,
    scope: SCOPE,
    ...secretOf(bench, app),
  });

const secretOf = (bench: EstsBench, app: string): Record<string, string> => {
  const [secret] = bench.app(app).secrets;
  return secret === undefined ? {} : { client_secret: secret.value };
};

const codesOf = ({ json }: Answer): unknown => json["error_codes"];

const block = { controls: ["block"] } as const;

describe("the users of a policy", () => {
  const someone = { include: [], groups: [], roles: [] };

  it.each<[string, Partial<ConditionalAccessPolicy["users"]>, boolean]>([
    ["everyone", { include: "all" }, true],
    ["them by id", { include: [ADELE] }, true],
    ["someone else", { include: ["55555555-eeee-4eee-8eee-000000000002"] }, false],
    ["their group", { groups: ["board"] }, true],
    ["another group", { groups: ["interns"] }, false],
    ["their role", { roles: ["Reader"] }, true],
    ["everyone but them", { include: "all", exclude: [ADELE] }, false],
  ])("are %s: %j is enforced: %s", async (_, users, applies) => {
    const bench = benchOf(
      { ...block, users: { ...someone, ...users } },
      { users: { adele: { groups: ["board"], roles: ["Reader"] } } },
    );
    expect((await ropc(bench)).status).toBe(applies ? 400 : 200);
  });

  it("are those of a group as it is now", async () => {
    const bench = benchOf({ ...block, users: { ...someone, groups: ["board"] } });
    expect((await ropc(bench)).status).toBe(200);
    bench.directory.setGroups(bench.user("adele"), ["board"]);
    expect(codesOf(await ropc(bench))).toEqual([53003]);
  });
});

describe("a policy", () => {
  it("is for its apps alone", async () => {
    const bench = benchOf({ ...block, apps: ["33333333-cccc-4ccc-8ccc-000000000013"] });
    expect(codesOf(await ropc(bench, adele, "portal"))).toEqual([53003]);
    expect((await ropc(bench)).status).toBe(200);
  });

  it.each(["report-only", "disabled"] as const)("that is %s refuses no one", async (state) => {
    expect((await ropc(benchOf({ ...block, state }))).status).toBe(200);
  });

  it("for places goes by the location of the user, which a script can change", async () => {
    const bench = benchOf(
      { ...block, conditions: ["location"], locations: { include: "all", exclude: ["office"] } },
      { users: { adele: { location: "office" } } },
    );
    expect((await ropc(bench)).status).toBe(200);
    expect(codesOf(await ropc(bench, megan))).toEqual([53003]);
    bench.directory.setLocation(bench.user("adele"), undefined);
    expect(codesOf(await ropc(bench))).toEqual([53003]);
    bench.directory.setLocation(bench.user("adele"), "office");
    expect((await ropc(bench)).status).toBe(200);
  });

  it("for users at risk goes by what a script has raised", async () => {
    const bench = benchOf({ ...block, conditions: ["user-risk"] });
    expect((await ropc(bench)).status).toBe(200);
    bench.directory.raiseRisk(bench.user("adele"));
    expect(codesOf(await ropc(bench))).toEqual([53003]);
  });
});

describe("a refusal", () => {
  it("by a block has message_only and the policy, and not 50076 although that is missing as well", async () => {
    const { json } = await ropc(benchOf({ controls: ["mfa", "block"] }));
    expect([json["error"], json["suberror"], json["error_codes"]]).toEqual([
      "invalid_grant",
      "message_only",
      [53003],
    ]);
    expect(String(json["claims"])).toContain('"capolids":{"essential":true,"values":[');
  });

  it.each([
    ["compliant-device", 53000, { compliant: true }],
    ["hybrid-joined-device", 53001, { joined: true }],
  ] as const)("by the control %s is %i, unless the device of the user has it", async (...row) => {
    const [control, code, state] = row;
    const policy = { controls: [control] };
    expect(codesOf(await ropc(benchOf(policy)))).toEqual([code]);
    const good = benchOf(policy, { devices: { "adele-laptop": state } });
    expect((await ropc(good)).status).toBe(200);
    expect(codesOf(await ropc(good, megan))).toEqual([code]);
  });

  it("at the sign-in page is a page, and with prompt=none a redirect", async () => {
    const bench = benchOf(block);
    const page = await signInAt(bench, queryOf(bench, "desk-app"), adele);
    expect([page.status, page.text]).toEqual([400, expect.stringContaining("AADSTS53003")]);
  });
});

describe("a sign-in frequency", () => {
  const often: Partial<ConditionalAccessPolicy> = { controls: [], signInFrequencyHours: 9 };

  async function tokensOf(
    bench: EstsBench,
    app: string,
  ): Promise<{ token: string; cookie: string }> {
    const { redirectUris } = bench.app(app);
    const back = await signInAt(bench, queryOf(bench, app), adele);
    const { json } = await bench.post("oauth2/v2.0/token", {
      grant_type: "authorization_code",
      client_id: bench.app(app).clientId,
      redirect_uri: redirectUris[0]?.uri ?? "",
      code: answerOf(back.headers.get("location")).get("code") ?? "",
      ...secretOf(bench, app),
    });
    const [cookie = ""] = back.headers
      .getSetCookie()
      .filter((line) => line.startsWith("ESTSAUTH="))
      .map((line) => line.split(";")[0] ?? "");
    return { token: String(json["refresh_token"]), cookie };
  }

  const refresh = (bench: EstsBench, app: string, token: string): Promise<Answer> =>
    bench.post("oauth2/v2.0/token", {
      grant_type: "refresh_token",
      client_id: bench.app(app).clientId,
      refresh_token: token,
      scope: SCOPE,
      ...secretOf(bench, app),
    });

  it("ends the renewals of a native app with 70043, without error_uri and claims", async () => {
    const bench = benchOf(often);
    const { token } = await tokensOf(bench, "desk-app");
    bench.pass(9 * HOUR_MS);
    expect((await refresh(bench, "desk-app", token)).status).toBe(200);
    bench.pass(1);
    const { json } = await refresh(bench, "desk-app", token);
    expect([json["error"], json["suberror"], json["error_codes"]]).toEqual([
      "invalid_grant",
      "token_expired",
      [70043],
    ]);
    expect(Object.keys(json).slice(-1)).toEqual(["suberror"]);
    expect(json["error_description"]).toMatch(
      /issued on 2026-03-02T08:00:00\.0000000Z and the maximum allowed lifetime for this request is 32400\./,
    );
  });

  it("waits for the person in a web app, whose next sign-in shows the page", async () => {
    const bench = benchOf(often);
    const { token, cookie } = await tokensOf(bench, "portal");
    bench.pass(9 * HOUR_MS + 1);
    expect((await refresh(bench, "portal", token)).status).toBe(200);
    const silent = await bench.get(queryOf(bench, "portal", { prompt: "none" }), { cookie });
    const answer = answerOf(silent.headers.get("location"));
    expect([answer.get("error"), answer.get("error_description")]).toEqual([
      "interaction_required",
      expect.stringContaining("AADSTS70044"),
    ]);
    const page = await bench.get(queryOf(bench, "portal"), { cookie });
    expect(page.text).toContain('name="passwd"');
  });
});

describe("an authentication context", () => {
  const context = { authenticationContexts: ["c1"] };
  const claims = JSON.stringify({ access_token: { acrs: { essential: true, value: "c1" } } });

  function benchWithContext(): EstsBench {
    const world: World = enforcedWorld([context]);
    const resources = world.resources.map((resource) =>
      resource.name === "orders"
        ? { ...resource, optionalClaims: ["acrs" as const], authenticationContext: "c1" }
        : resource,
    );
    return startEsts({}, { ...world, resources });
  }

  it("asks for a second factor only in requests that name it, by value or by values", async () => {
    const bench = benchWithContext();
    expect((await ropc(bench)).status).toBe(200);
    const silent = (asked: string): Promise<Answer> =>
      bench.get(queryOf(bench, "desk-app", { claims: asked }));
    for (const asked of [claims, claims.replace('"value":"c1"', '"values":["c1"]')]) {
      const query = await silent(asked);
      expect(query.text).toContain('name="passwd"');
      const ctx = /name="ctx" type="hidden" value="([^"]*)"/.exec(query.text)?.[1] ?? "";
      const page = await bench.post("login", { ...adele, ctx });
      expect(page.text).toContain("Approve sign in request");
    }
  });

  it("p1 asks everyone for a second factor, without a policy", async () => {
    const bench = benchOf({ state: "disabled" });
    const asked = JSON.stringify({ access_token: { acrs: { essential: true, values: ["p1"] } } });
    const page = await signInAt(bench, queryOf(bench, "desk-app", { claims: asked }), adele);
    expect(page.text).toContain("Approve sign in request");
  });
});

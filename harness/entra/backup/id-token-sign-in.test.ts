/** Web apps and single-page apps that use id tokens only, on the wire, before and in an outage. */
import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import type { ConditionalAccessPolicy, User, World } from "../directory/world.ts";
import { claimsOf } from "../../core/http/json-object.ts";
import { startBench } from "../../../test/support/backup-bench.ts";

const [tenant] = contoso.tenants;

function start(world: World = contoso) {
  const bench = startBench(world);
  let cookie = "";
  const send = async (path: string, form?: Record<string, string>) => {
    const sent = form === undefined ? { cookie } : { cookie, form };
    const answer = await bench.send(`${tenant?.id}/${path}`, sent);
    cookie = answer.cookie ?? cookie;
    return answer;
  };
  const authorize = (app: string, more: Record<string, string> = {}) => {
    const found = tenant?.apps.find(({ name }) => name === app);
    const query = new URLSearchParams({
      client_id: found?.clientId ?? "",
      response_type: "id_token",
      redirect_uri: found?.redirectUris[0]?.uri ?? "",
      scope: "openid profile",
      nonce: "n-1",
      state: "s-1",
      ...more,
    });
    return send(`oauth2/v2.0/authorize?${query}`);
  };
  const signIn = async (app: string, who = "adele", more: Record<string, string> = {}) => {
    const page = await authorize(app, more);
    const [, ctx = ""] = /name="ctx" type="hidden" value="([^"]*)"/.exec(page.text) ?? [];
    const user = tenant?.users.find(({ upn }) => upn.startsWith(`${who}@`));
    return send("login", { login: user?.upn ?? "", passwd: user?.password ?? "", ctx });
  };
  return {
    ...bench,
    authorize,
    signIn,
    forget: () => void (cookie = ""),
    user: (): User => {
      const adele = tenant?.users[0];
      if (adele === undefined) throw new Error("no user");
      return adele;
    },
  };
}

function idTokenOf(location: string | null): Record<string, unknown> | undefined {
  const hash = new URL(location ?? "http://nowhere").hash.slice(1);
  return claimsOf(new URLSearchParams(hash).get("id_token"));
}

const HOUR_MS = 3_600_000;

describe.each(["portal", "spa"])("the app %s, which asks for id tokens only", (app) => {
  it("is served in an outage: same user, with the new nonce, state and lifetime", async () => {
    const bench = start();
    await bench.signIn(app);
    bench.pass(5 * HOUR_MS);
    bench.fail();
    const { status, location } = await bench.authorize(app, {
      nonce: "n-2",
      state: "s-2",
      prompt: "none",
    });
    expect(status).toBe(302);
    expect(idTokenOf(location)).toMatchObject({
      oid: bench.user().id,
      nonce: "n-2",
      iat: Date.UTC(2026, 2, 2, 12, 55) / 1_000,
      exp: Date.UTC(2026, 2, 2, 14) / 1_000,
    });
    expect(location).toContain("state=s-2");
  });

  it("sends client_info again to an app that asks for it as before", async () => {
    const bench = start();
    const { location } = await bench.signIn(app, "adele", { client_info: "1" });
    const infoIn = (address: string | null): string | null =>
      new URLSearchParams(new URL(address ?? "http://nowhere").hash.slice(1)).get("client_info");
    bench.pass(HOUR_MS);
    bench.fail();
    const asked = await bench.authorize(app, { prompt: "none", client_info: "1" });
    expect([asked.status, infoIn(asked.location)]).toEqual([302, infoIn(location)]);
    expect(infoIn(asked.location)).toMatch(/^eyJ/);
    const silent = await bench.authorize(app, { prompt: "none" });
    expect([silent.status, infoIn(silent.location)]).toEqual([302, null]);
  });

  it.each<[string, (bench: ReturnType<typeof start>) => void, Record<string, string>]>([
    ["three days are over", (bench) => bench.pass(72 * HOUR_MS + 60_000), {}],
    ["the session was revoked", (bench) => bench.directory.revokeSessions([bench.user()]), {}],
    ["it is another browser", (bench) => bench.forget(), {}],
    ["it names another user", () => undefined, { login_hint: "megan@contoso.example" }],
    ["it wants a person to act", () => undefined, { prompt: "login" }],
    ["it wants a person to consent", () => undefined, { prompt: "consent" }],
    ["it wants a person to choose", () => undefined, { prompt: "select_account" }],
    ["it wants a new account", () => undefined, { prompt: "create" }],
    ["it wants a code", () => undefined, { response_type: "code" }],
    ["it also asks for an access token", () => undefined, { response_type: "id_token token" }],
    [
      "it wants more than to know who it is",
      () => undefined,
      { scope: "openid https://graph.microsoft.com/User.Read" },
    ],
    ["the answer would go elsewhere", () => undefined, { redirect_uri: "https://evil.example/" }],
  ])("meets the primary's own failure when %s", async (_, change, more) => {
    const bench = start();
    await bench.signIn(app);
    bench.pass(60_000);
    change(bench);
    bench.fail();
    expect(await bench.authorize(app, more)).toMatchObject({ status: 503, text: "down" });
  });

  it.each(["code id_token", "id_token token"])(
    "is not served for a session that began with more than an id token: %s",
    async (response_type) => {
      const bench = start();
      const more = { response_type, scope: "openid profile User.Read" };
      const { location } = await bench.signIn(app, "adele", more);
      bench.fail();
      expect([idTokenOf(location)?.["oid"], (await bench.authorize(app)).status]).toEqual([
        bench.user().id,
        503,
      ]);
    },
  );

  it("is not served for the session of another app", async () => {
    const bench = start();
    await bench.signIn(app === "spa" ? "portal" : "spa");
    bench.fail();
    expect((await bench.authorize(app)).status).toBe(503);
  });
});

describe("signing in with the backup", () => {
  it("reads a login hint in any case, and scopes with more spaces than one", async () => {
    const bench = start();
    await bench.signIn("portal");
    bench.fail();
    const { upn } = bench.user();
    for (const hint of [upn, upn.toUpperCase()])
      expect((await bench.authorize("portal", { login_hint: hint })).status).toBe(302);
    expect((await bench.authorize("portal", { login_hint: "megan@contoso.example" })).status).toBe(
      503,
    );
    expect((await bench.authorize("portal", { scope: " openid \t profile " })).status).toBe(302);
  });

  it("posts the answer by a form when the app asks for it", async () => {
    const bench = start();
    await bench.signIn("portal", "adele", { response_mode: "form_post" });
    bench.fail();
    const { status, text } = await bench.authorize("portal", { response_mode: "form_post" });
    expect(status).toBe(200);
    expect(text).toContain('action="http://localhost:3000/redirect"');
    expect(text).toContain('name="id_token"');
  });

  it("refuses guests", async () => {
    const bench = start();
    await bench.signIn("portal", "frank");
    bench.fail();
    expect((await bench.authorize("portal")).status).toBe(503);
  });

  it("respects a policy whose resilience defaults are disabled", async () => {
    const policy: ConditionalAccessPolicy = {
      name: "Risky sign-ins",
      state: "enabled",
      users: { include: "all", groups: [], roles: [] },
      apps: "all",
      conditions: ["sign-in-risk"],
      controls: ["mfa"],
      resilienceDefaults: "disabled",
    };
    const tenants = contoso.tenants.map((one) => ({ ...one, policies: [policy] }));
    const bench = start({ ...contoso, tenants });
    await bench.signIn("portal");
    bench.fail();
    expect((await bench.authorize("portal")).status).toBe(503);
  });
});

describe("a browser that the backup knows by CCState", () => {
  const planted: World = {
    ...contoso,
    settings: { ...contoso.settings, backupBrowserCookie: "CCState", backupGatewayCookie: "web" },
  };

  /** Signs in, and asks again in an outage with these of the cookies that were set. */
  async function askedWith(names: readonly string[], world = planted) {
    const bench = start(world);
    const { headers } = await bench.signIn("spa");
    const set = headers.getSetCookie().map((line) => line.split(";")[0] ?? "");
    bench.pass(HOUR_MS);
    bench.fail();
    const app = tenant?.apps.find(({ name }) => name === "spa");
    const query = new URLSearchParams({
      client_id: app?.clientId ?? "",
      response_type: "id_token",
      redirect_uri: app?.redirectUris[0]?.uri ?? "",
      scope: "openid profile",
      nonce: "n-2",
      prompt: "none",
    });
    const cookie = set.filter((pair) => names.includes(pair.split("=")[0] ?? "")).join("; ");
    const answer = await bench.send(`${tenant?.id}/oauth2/v2.0/authorize?${query}`, { cookie });
    return { set, isServed: answer.location?.includes("id_token=") === true };
  }

  it.each([
    [["CCState", "CcsWeb"], true],
    [["ESTSAUTH", "CCState", "CcsWeb", "CcsNtv"], true],
    [["ESTSAUTH"], false],
    [["ESTSAUTH", "CCState"], false],
    [["ESTSAUTH", "CcsWeb"], false],
  ])("is served with the cookies %j: %s", async (names, isServed) => {
    expect((await askedWith(names)).isServed).toBe(isServed);
  });

  it("has got three cookies at its sign-in, with the value of the setting, and by default none", async () => {
    const { set } = await askedWith([]);
    expect(set).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^CCState=[A-Za-z0-9+/]{48}$/),
        "CcsNtv=web",
        "CcsWeb=web",
      ]),
    );
    const usual = await askedWith(["ESTSAUTH"], contoso);
    expect([usual.isServed, usual.set.some((pair) => /^CC/i.test(pair))]).toEqual([true, false]);
  });
});

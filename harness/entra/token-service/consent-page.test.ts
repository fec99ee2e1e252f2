/** Consent on a page, and what only an administrator may consent to. */
import { describe, expect, it } from "vitest";
import { contoso } from "../../../fixtures/worlds/contoso.ts";
import { answerOf, queryOf, signInAt } from "../../../test/support/ests-authorize.ts";
import { startEsts, type Answer, type EstsBench } from "../../../test/support/ests.ts";
import { graph, run } from "../../../test/support/run.ts";
import type { AppRegistration, World } from "../directory/world.ts";

const adele = { login: "adele@contoso.example", passwd: "fixture-password-of-adele" };
const MAIL = "https://graph.microsoft.com/Mail.Read";
const SCOPE = `${MAIL} openid profile offline_access`;

/** Contoso, whose native app has no consent to read mail. */
function worldWith(change: Partial<AppRegistration>): World {
  const tenants = contoso.tenants.map((tenant) => ({
    ...tenant,
    apps: tenant.apps.map((app) =>
      app.name === "desk-app" ? { ...app, delegated: graph, ...change } : app,
    ),
  }));
  return { ...contoso, tenants };
}

const benchOf = (change: Partial<AppRegistration>): EstsBench => startEsts({}, worldWith(change));
const query = (bench: EstsBench, more: Record<string, string> = {}): string =>
  queryOf(bench, "desk-app", { scope: SCOPE, ...more });

const hiddenIn = ({ text }: Answer): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/name="(\w+)" type="hidden" value="([^"]*)"/g)].map(
      ([, name = "", value = ""]) => [name, value],
    ),
  );

const answer = (bench: EstsBench, page: Answer, more: Record<string, string>): Promise<Answer> =>
  bench.post("/common/Consent/Set", { ...hiddenIn(page), ...more });

const cookieOf = ({ headers }: Answer): string =>
  (headers.getSetCookie().find((line) => line.startsWith("ESTSAUTH=")) ?? "").split(";")[0] ?? "";

describe("a permission to which a person may consent", () => {
  it("is asked for on a page, granted by Accept, and not asked for again", async () => {
    const bench = benchOf({ userConsent: [MAIL] });
    const page = await signInAt(bench, query(bench), adele);
    expect([page.status, page.text]).toEqual([
      200,
      expect.stringContaining("Permissions requested"),
    ]);
    const back = await answer(bench, page, { acceptConsent: "true" });
    const { json } = await bench.post("oauth2/v2.0/token", {
      grant_type: "authorization_code",
      client_id: bench.app("desk-app").clientId,
      redirect_uri: "http://localhost",
      code: answerOf(back.headers.get("location")).get("code") ?? "",
      scope: SCOPE,
    });
    expect(json["scope"]).toContain("Mail.Read");
    const renewed = await bench.post("oauth2/v2.0/token", {
      grant_type: "refresh_token",
      client_id: bench.app("desk-app").clientId,
      refresh_token: String(json["refresh_token"]),
      scope: MAIL,
    });
    expect(renewed.status).toBe(200);
    const again = await bench.get(query(bench), { cookie: cookieOf(back) });
    expect(answerOf(again.headers.get("location")).has("code")).toBe(true);
  });

  it("is declined with access_denied, 65004, and still asked for afterwards", async () => {
    const bench = benchOf({ userConsent: [MAIL] });
    const page = await signInAt(bench, query(bench), adele);
    const back = answerOf((await answer(bench, page, { cancel: "1" })).headers.get("location"));
    expect([back.get("error"), back.get("error_description")]).toEqual([
      "access_denied",
      expect.stringContaining("AADSTS65004"),
    ]);
    expect((await signInAt(bench, query(bench), adele)).text).toContain("Permissions requested");
  });

  it("is consent_required with prompt=none, and for other people", async () => {
    const bench = benchOf({ userConsent: [MAIL] });
    const page = await signInAt(bench, queryOf(bench, "desk-app"), adele);
    const cookie = cookieOf(page);
    const silent = await bench.get(query(bench, { prompt: "none" }), { cookie });
    expect(answerOf(silent.headers.get("location")).get("error")).toBe("consent_required");
    bench.directory.consent(bench.app("desk-app"), bench.user("megan"), [MAIL]);
    expect((await signInAt(bench, query(bench), adele)).text).toContain("Permissions requested");
  });

  it("is given by the person in front of msal-node, who is asked once", async () => {
    const { history } = await run(
      async ({ open, world }) => {
        const app = await open({ app: "desk-app" });
        const user = world.user("adele");
        await app.acquire({ flow: "authorization-code", scopes: [MAIL], user });
        await app.acquire({ flow: "silent", scopes: [MAIL], user, forceRefresh: true });
      },
      { world: worldWith({ userConsent: [MAIL] }) },
    );
    const prompts = history.events.filter(({ kind }) => kind === "prompt-shown");
    expect(prompts).toHaveLength(1);
  });
});

describe("a permission to which only an administrator may consent", () => {
  it("is refused on a page with 90094, which leads back with access_denied", async () => {
    const bench = benchOf({ adminConsent: [MAIL] });
    const page = await signInAt(bench, query(bench), adele);
    expect(page.text).toContain("Need admin approval");
    expect(page.text).toContain("AADSTS90094");
    const back = await answer(bench, page, { acceptConsent: "true" });
    const sent = answerOf(back.headers.get("location"));
    expect([sent.get("error"), sent.get("error_subcode"), sent.get("error_description")]).toEqual([
      "access_denied",
      "cancel",
      null,
    ]);
  });
});

it("a permission that the registration does not name is refused as before", async () => {
  const bench = benchOf({});
  const back = await signInAt(bench, query(bench), adele);
  expect(answerOf(back.headers.get("location")).get("error")).toBe("consent_required");
});

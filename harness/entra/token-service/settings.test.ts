/** Each setting of the simulated ESTS with a value other than its default. */
import { describe, expect, it } from "vitest";
import { startEsts, type Answer, type EstsBench } from "../../../test/support/ests.ts";
import {
  codesOf,
  daemonForm,
  graph,
  redeem,
  refresh,
  TOKEN,
  userScopes,
} from "../../../test/support/ests-grants.ts";

const capable = { claims: JSON.stringify({ access_token: { xms_cc: { values: ["CP1"] } } }) };

/** `expires_in`, `ext_expires_in` and `refresh_in` of an answer. */
const livesOf = ({ json }: Answer): unknown[] => [
  json["expires_in"],
  json["ext_expires_in"],
  json["refresh_in"],
];

describe("the lifetime of tokens", () => {
  it("is one number, or drawn between two including both ends, again for each token", async () => {
    const fixed = startEsts({ accessTokenLifetimeSeconds: 1_234 });
    expect(livesOf(await redeem(fixed))).toEqual([1_234, 1_234, undefined]);
    const drawn = startEsts({ accessTokenLifetimeSeconds: { min: 100, max: 102 } });
    const seen = new Set<unknown>();
    for (let count = 0; count < 30; count += 1) {
      seen.add((await redeem(drawn)).json["expires_in"]);
      drawn.pass(1_000);
    }
    expect(seen).toEqual(new Set([100, 101, 102]));
  });

  it("is different for apps, and for capable clients at an API with continuous access evaluation", async () => {
    const bench = startEsts({ appTokenLifetimeSeconds: 600, caeTokenLifetimeSeconds: 5_000 });
    expect(livesOf(await bench.post(TOKEN, daemonForm(bench)))).toEqual([600, 600, undefined]);
    expect(livesOf(await redeem(bench, capable))).toEqual([5_000, 5_000, undefined]);
  });

  it("is extended by as much as the world says", async () => {
    const bench = startEsts({ appTokenLifetimeSeconds: 600, extendedLifetimeSeconds: 9_000 });
    expect(livesOf(await bench.post(TOKEN, daemonForm(bench)))).toEqual([600, 9_000, undefined]);
  });

  it.each([
    [999, 1_000, undefined],
    [1_000, 1_000, 250],
    [4_002, 1_000, 1_000],
  ])("of %i s from %i s on asks for a refresh after %s s", async (lifetime, fromSeconds, after) => {
    const bench = startEsts({
      accessTokenLifetimeSeconds: lifetime,
      appTokenLifetimeSeconds: lifetime,
      refreshIn: { fromSeconds, share: 0.25, tokens: "user" },
    });
    expect((await redeem(bench)).json["refresh_in"]).toBe(after);
    expect((await bench.post(TOKEN, daemonForm(bench))).json["refresh_in"]).toBeUndefined();
  });

  it.each([
    ["app", undefined, 43_199],
    ["user", 43_200, undefined],
    ["user-and-app", 43_200, 43_199],
    ["never", undefined, undefined],
  ] as const)(
    "sends refresh_in for tokens of %s: %s s to a user, %s s to an app",
    async (tokens, ...after) => {
      const bench = startEsts({
        refreshIn: tokens === "never" ? tokens : { fromSeconds: 7_200, share: 0.5, tokens },
      });
      const answers = [await redeem(bench, capable), await bench.post(TOKEN, daemonForm(bench))];
      expect(answers.map(({ json }) => json["refresh_in"])).toEqual(after);
    },
  );
});

describe("the lifetime of grants", () => {
  it("ends for a refresh token after that many days of disuse", async () => {
    const bench = startEsts({ refreshTokenInactiveDays: 2 });
    const { json } = await redeem(bench);
    bench.pass(2 * 86_400_000 - 1);
    expect((await refresh(bench, json["refresh_token"])).status).toBe(200);
    bench.pass(1);
    expect(codesOf(await refresh(bench, json["refresh_token"]))).toEqual([700082]);
  });

  it("ends for a single-page app after that many hours", async () => {
    const bench = startEsts({ spaRefreshTokenHours: 3 });
    const answer = await bench.post(
      TOKEN,
      {
        grant_type: "authorization_code",
        client_id: bench.app("spa").clientId,
        redirect_uri: "https://spa.contoso.example/",
        code: await bench.codeFor("spa", "adele", userScopes, {
          code_challenge: "right",
          code_challenge_method: "plain",
        }),
        code_verifier: "right",
      },
      { origin: "https://spa.contoso.example" },
    );
    expect(answer.json["refresh_token_expires_in"]).toBe(3 * 3_600);
  });

  it.each([
    [59_999, undefined],
    [60_000, [70008]],
  ])("of one minute leaves a code after %i ms %j", async (afterMs, codes) => {
    const bench = startEsts({ authCodeMinutes: 1 });
    const code = await bench.codeFor("portal", "adele", userScopes);
    bench.pass(afterMs);
    expect(codesOf(await redeem(bench, { code }))).toEqual(codes);
  });

  it("of a code does not change the time of the sign-in", async () => {
    const bench = startEsts({ authCodeMinutes: 1 });
    bench.directory.revokeSessions([bench.user("adele")]);
    bench.pass(1_000);
    const code = await bench.codeFor("portal", "adele", userScopes);
    expect((await redeem(bench, { code })).status).toBe(200);
    bench.pass(10_000);
    const late = await bench.codeFor("portal", "adele", userScopes);
    bench.pass(1_000);
    bench.directory.revokeSessions([bench.user("adele")]);
    expect(codesOf(await redeem(bench, { code: late }))).toEqual([50173]);
  });

  it.each([
    [29_999, [70016]],
    [30_000, [70020]],
  ])("of half a minute leaves a device code after %i ms %j", async (afterMs, codes) => {
    const bench = startEsts({ deviceCodeSeconds: 30 });
    const client = { client_id: bench.app("desk-app").clientId };
    const { json } = await bench.post("oauth2/v2.0/devicecode", { ...client, scope: userScopes });
    expect(json["expires_in"]).toBe(30);
    bench.pass(afterMs);
    const poll = { ...client, grant_type: "device_code", device_code: String(json["device_code"]) };
    expect(codesOf(await bench.post(TOKEN, poll))).toEqual(codes);
  });
});

describe("the form of answers", () => {
  const portalAt = (bench: EstsBench, more: Record<string, string>): Promise<Answer> => {
    const { clientId, redirectUris } = bench.app("portal");
    const query = new URLSearchParams({
      client_id: clientId,
      response_type: "code",
      redirect_uri: redirectUris[0]?.uri ?? "",
      scope: graph,
      ...more,
    });
    return bench.get(`oauth2/v2.0/authorize?${query}`);
  };

  it.each([
    ["crlf", "\r\n"],
    ["space", " "],
  ] as const)(
    "separates the parts of an error description by %s",
    async (errorSeparator, between) => {
      const bench = startEsts({ errorSeparator });
      const { json } = await bench.post(TOKEN, daemonForm(bench, { client_secret: "x" }));
      expect(json["error_description"]).toContain(`${between}Trace ID: `);
      const redirected = await portalAt(bench, { prompt: "none" });
      const { searchParams } = new URL(redirected.headers.get("location") ?? "http://nowhere");
      expect(searchParams.get("error_description")).toContain(`${between}Trace ID: `);
    },
  );

  it.each([
    ["form", 200],
    ["automatic", 302],
  ] as const)("has a sign-in page that is %s, and answers a hint with %i", async (page, status) => {
    const bench = startEsts({ signInPage: page });
    const hint = { login_hint: "adele@contoso.example" };
    expect((await portalAt(bench, hint)).status).toBe(status);
    expect((await portalAt(bench, {})).status).toBe(200);
  });
});

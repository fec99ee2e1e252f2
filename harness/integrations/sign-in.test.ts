/** `entra.signIn` and `entra.tokenFor` with a web app, a device and an API, as a test uses them. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type AuthenticationResult, PublicClientApplication } from "@azure/msal-node";
import type { Express } from "express";
import supertest from "supertest";
import { afterEach, describe, expect, it } from "vitest";
import { createPortal } from "../../test/support/portal.ts";
import { emptyToken } from "../rules/empty-token.ts";
import { useEntra } from "./vitest.ts";

const AUTHORITY = "https://login.microsoftonline.com/11111111-aaaa-4aaa-8aaa-000000000001";

const entra = useEntra({ app: { name: "portal" } });

describe("a web app under supertest", () => {
  it.each(["query", "form_post"] as const)("has a session after %s", async (responseMode) => {
    const agent = supertest.agent(createPortal({ responseMode }));
    const visit = await entra.signIn("adele", agent, "/auth/signin");
    expect([visit.status, visit.text]).toEqual([200, "Hello Adele Vance"]);
    expect(new URL(visit.url).pathname).toBe("/profile");
    await agent.get("/profile").expect(200, "Hello Adele Vance");
    expect(entra.requests({ endpoint: "token" })).toHaveLength(1);
  });

  it("gets the fragment that only its page can read", async () => {
    const agent = supertest.agent(createPortal({ responseMode: "fragment" }));
    const { url, text } = await entra.signIn("adele", agent, "/auth/signin");
    expect(text).toContain("Loading");
    expect(new URLSearchParams(new URL(url).hash.slice(1)).get("code")).toMatch(/^0\.A/);
    // No script runs here, so no one can see the token that the page gets for it.
    expect(emptyToken.judge(entra.history()).verdict).toBe("inconclusive");
  });

  it("keeps two people apart by their agents", async () => {
    const app = createPortal();
    const [one, other] = [supertest.agent(app), supertest.agent(app)];
    await entra.signIn("adele", one, "/auth/signin");
    await entra.signIn("megan", other, "/auth/signin");
    expect((await one.get("/profile")).text).toContain("Adele");
    expect((await other.get("/profile")).text).toContain("Megan");
  });

  it("signs in again without a prompt, by the session at Entra", async () => {
    const agent = supertest.agent(createPortal());
    await entra.signIn("adele", agent, "/auth/signin");
    await entra.signIn("adele", agent, "/auth/signin");
    const prompts = entra.history().events.filter(({ kind }) => kind === "prompt-shown");
    expect(prompts).toHaveLength(1);
  });

  it("signs in with the second factor that is required by now", async () => {
    entra.world.enableMfa(entra.world.user("adele"));
    const { text } = await entra.signIn("adele", supertest.agent(createPortal()), "/auth/signin");
    expect(text).toBe("Hello Adele Vance");
  });

  it("is a sign-in in the history, with its token", async () => {
    await entra.signIn("adele", supertest.agent(createPortal()), "/auth/signin");
    expect(entra.timeline()).toMatch(/portal asks: authorization-code of .* for User\.Read/);
    expect(entra.timeline()).toMatch(/operation 1 is ok: token at-/);
  });
});

describe("an app that listens", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  const listen = async (app: Express): Promise<string> => {
    const listening = createServer(app);
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, "localhost", resolve));
    return `http://localhost:${(listening.address() as AddressInfo).port}`;
  };

  it("has a session in the fetch that it returns", async () => {
    let app: Express | undefined;
    const origin = await listen(((...values: Parameters<Express>) => app?.(...values)) as Express);
    app = createPortal({ redirectUri: `${origin}/redirect`, responseMode: "form_post" });
    const visit = await entra.signIn("adele", `${origin}/auth/signin`);
    expect(visit.text).toBe("Hello Adele Vance");
    const again = await visit.fetch("/profile");
    expect(await again.text()).toBe("Hello Adele Vance");
    expect((await fetch(`${origin}/profile`)).status).toBe(401);
  });

  it("must listen where its redirect URI leads", async () => {
    const origin = await listen(createPortal());
    await expect(entra.signIn("adele", `${origin}/auth/signin`)).rejects.toThrow(
      /the app did not answer GET \/redirect: .*\n.*request\.agent\(app\)/,
    );
  });
});

describe("cookies, as browsers send them", () => {
  it.each(["lax", "strict"] as const)("with SameSite=%s, not with a form", async (sameSite) => {
    const app = createPortal({ responseMode: "form_post", cookie: { sameSite } });
    await expect(entra.signIn("adele", supertest.agent(app), "/auth/signin")).rejects.toThrow(
      /the app answered POST \/redirect with 400: This sign-in was begun elsewhere\n.*cookie "state" along.*sameSite: "none"/,
    );
  });

  it("with SameSite=None, as on this machine Secure needs no TLS", async () => {
    const cookie = { sameSite: "none", secure: true } as const;
    const agent = supertest.agent(createPortal({ responseMode: "form_post", cookie }));
    await entra.signIn("adele", agent, "/auth/signin");
    expect((await agent.get("/profile")).text).toBe("Hello Adele Vance");
  });

  it("with SameSite=Lax, with a redirect", async () => {
    const agent = supertest.agent(createPortal({ cookie: { sameSite: "lax" } }));
    const { text } = await entra.signIn("adele", agent, "/auth/signin");
    expect(text).toBe("Hello Adele Vance");
  });
});

describe("a refusal", () => {
  const signIn = (options: Parameters<typeof createPortal>[0], person = "adele") =>
    entra.signIn(person, supertest.agent(createPortal(options)), "/auth/signin");

  it.each([
    ["redirect URI", { redirectUri: "http://localhost:3000/else" }, /AADSTS50011: .*\/else/],
    ["client id", { clientId: "99999999-9999-4999-8999-999999999999" }, /AADSTS700016: /],
    ["tenant", { tenant: "99999999-9999-4999-8999-999999999999" }, /AADSTS90002: /],
  ] as const)(
    "of an unknown %s is in Entra's words, with what to add",
    async (_what, wrong, words) => {
      const refused = signIn(wrong);
      await expect(refused).rejects.toMatchObject({ code: "not-signed-in" });
      await expect(refused).rejects.toThrow(words);
      await expect(refused).rejects.toThrow(/createWorld\(/);
    },
  );

  it("of a person who is disabled is the page's", async () => {
    entra.world.disable(entra.world.user("megan"));
    await expect(signIn({}, "megan")).rejects.toThrow(/megan was not signed in: AADSTS50057: /);
  });

  it("is recorded as a sign-in that failed", async () => {
    await signIn({ redirectUri: "http://localhost:3000/else" }).catch(() => undefined);
    expect(entra.timeline()).toMatch(/operation 1 fails: not-signed-in: adele was not signed in/);
  });

  it("names the person who is not in the world", async () => {
    await expect(signIn({}, "adela")).rejects.toThrow(/"adela".*\n.*adele/s);
  });
});

describe("an outage", () => {
  it("shows the person Entra's page", async () => {
    const agent = supertest.agent(createPortal());
    await entra.signIn("adele", agent, "/auth/signin");
    entra.outage({ for: "1h" });
    await agent.get("/profile").expect(200);
    await expect(entra.signIn("megan", agent, "/auth/signin")).rejects.toThrow(
      /megan was not signed in: Entra's page at login\.microsoftonline\.com answered GET .*authorize with 50\d.*\n.*outage is on/,
    );
  });

  it("of the token endpoint shows them the app's own error", async () => {
    const agent = supertest.agent(createPortal());
    entra.outage("token-server-error", { for: "1h" });
    await expect(entra.signIn("adele", agent, "/auth/signin")).rejects.toThrow(
      /the app answered GET \/redirect with 500: /,
    );
  });

  it("of the network shows them the browser's error", async () => {
    const agent = supertest.agent(createPortal());
    await agent.get("/auth/signin").expect(302);
    entra.faults([
      {
        id: "dead",
        at: "edge",
        on: ["authorize"],
        from: 0,
        for: 60_000,
        effect: { kind: "reset" },
      },
    ]);
    await expect(entra.signIn("adele", agent, "/auth/signin")).rejects.toThrow(
      /Entra's page at login\.microsoftonline\.com did not answer GET .*authorize: .*ECONNRESET/,
    );
  });

  it("passes all rules when sessions outlive it and sign-ins come back", async () => {
    const app = createPortal();
    const agent = supertest.agent(app);
    await entra.signIn("adele", agent, "/auth/signin");
    entra.outage({ for: "1h" });
    await entra.clock.advance("10m");
    await entra.operate("profile", () => agent.get("/profile"));
    await entra.signIn("megan", supertest.agent(app), "/auth/signin").catch(() => undefined);
    await entra.clock.advance("2h");
    await entra.signIn("megan", supertest.agent(app), "/auth/signin");
    await entra.operate("profile", () => agent.get("/profile"));
    expect(entra).toHaveRecovered();
    expect(entra).toPassAllRules();
  });
});

describe("a device code", () => {
  const createClient = () =>
    new PublicClientApplication({
      auth: { authority: AUTHORITY, clientId: "33333333-cccc-4ccc-8ccc-000000000015" },
    });
  const ask = (client: PublicClientApplication): Promise<AuthenticationResult | null> =>
    client.acquireTokenByDeviceCode({
      scopes: ["User.Read"],
      deviceCodeCallback: () => undefined,
    });

  it("is entered by the person, and the action's result is returned", async () => {
    const result = await entra.signIn("adele", () => ask(createClient()));
    expect(result?.account?.username).toBe("adele@contoso.example");
    expect(entra.timeline()).toMatch(/portal asks: device-code of .*\n/);
    expect(entra.timeline()).toMatch(/operation 1 is ok: token at-/);
  });

  it("cannot be entered by a person who is disabled", async () => {
    entra.world.disable(entra.world.user("megan"));
    await expect(entra.signIn("megan", () => ask(createClient()))).rejects.toThrow(
      /megan was not signed in: AADSTS50057: /,
    );
  });

  it("is refused to an app that the world does not have", async () => {
    const client = new PublicClientApplication({
      auth: { authority: AUTHORITY, clientId: "99999999-9999-4999-8999-999999999999" },
    });
    await expect(entra.signIn("adele", () => ask(client))).rejects.toThrow(/AADSTS700016: /);
  });

  it("is missing from an action that asks for none", async () => {
    await expect(entra.signIn("adele", () => 1)).rejects.toThrow(
      /the action has asked for no device code.*\n.*acquireTokenByDeviceCode/,
    );
  });

  it("cannot be entered while the page is down", async () => {
    entra.faults([
      {
        id: "page",
        at: "edge",
        on: ["authorize"],
        from: 0,
        for: 60_000,
        effect: {
          kind: "server-error",
          status: 503,
          body: { form: "html", title: "Service unavailable" },
        },
      },
    ]);
    await expect(entra.signIn("adele", () => ask(createClient()))).rejects.toThrow(
      /adele was not signed in: Entra's page .* with 503.*\n.*outage is on/,
    );
  });

  it("fails as the action does", async () => {
    entra.outage({ from: "3s", for: "1h" });
    await expect(entra.signIn("adele", () => ask(createClient()))).rejects.toThrow(
      /^token_parsing_error/,
    );
  });
});

describe("a token for an API", () => {
  it("is that of the app with consent", async () => {
    const { accessToken, expiresAt } = await entra.tokenFor("adele", {
      scopes: ["api://orders/Orders.Read"],
    });
    const claims = JSON.parse(
      Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString(),
    ) as Record<string, unknown>;
    expect(claims).toMatchObject({
      aud: expect.stringMatching(/orders|-/),
      scp: expect.stringContaining("Orders.Read") as string,
    });
    expect(claims["azp"] ?? claims["appid"]).toBe(entra.world.app("spa").clientId);
    expect(expiresAt).toBeGreaterThan(entra.clock.now());
  });

  it("is that of an app that is named", async () => {
    const { accessToken, idToken } = await entra.tokenFor("adele", {
      scopes: ["openid", "api://orders/Orders.Read"],
      app: "portal",
    });
    expect(accessToken).not.toBe("");
    expect(idToken).toMatch(/^ey/);
  });

  it("may be asked for by several at once, and each gets its own refusal", async () => {
    entra.world.disable(entra.world.user("megan"));
    const scopes = ["api://orders/Orders.Read"];
    const results = await Promise.allSettled([
      entra.tokenFor("megan", { scopes }),
      entra.tokenFor("adele", { scopes: ["api://orders/Orders.Burn"], app: "spa" }),
      entra.tokenFor("adele", { scopes }),
    ]);
    const said = results.map((result) =>
      result.status === "fulfilled"
        ? "a token"
        : /(\w+) was not signed in: (AADSTS\d+)/.exec(String(result.reason))?.slice(1),
    );
    expect(said).toEqual([["megan", "AADSTS50057"], ["adele", "AADSTS650053"], "a token"]);
  });

  it("is refused in Entra's words", async () => {
    entra.world.disable(entra.world.user("megan"));
    await expect(entra.tokenFor("megan", { scopes: ["api://orders/Orders.Read"] })).rejects.toThrow(
      /entra\.tokenFor: megan was not signed in: AADSTS50057/,
    );
    await expect(entra.tokenFor("adele", { scopes: ["api://none/Read"] })).rejects.toThrow(
      /no app of the world has a redirect URI and consent for api:\/\/none\/Read\n.*createWorld/,
    );
    await expect(
      entra.tokenFor("adele", { scopes: ["User.Read"], app: "nightly-daemon" }),
    ).rejects.toThrow(/nightly-daemon has no redirect URI/);
  });

  it("cannot be had in an outage", async () => {
    entra.outage({ for: "1h" });
    await expect(entra.tokenFor("adele", { scopes: ["User.Read"] })).rejects.toThrow(
      /adele got no token: .*50\d/,
    );
  });
});

describe("a call that makes no sense", () => {
  const app = createPortal();
  const misused = [
    [
      "the app itself",
      [app, "/auth/signin"],
      /expected an agent of supertest, which keeps cookies/,
    ],
    [
      "supertest without an agent",
      [supertest(app), "/auth/signin"],
      /expected an agent of supertest/,
    ],
    ["a server", [createServer(), "/auth/signin"], /expected an agent of supertest/],
    [
      "no path",
      [supertest.agent(app)],
      /expected a path of the app after the agent, got undefined/,
    ],
    [
      "a relative address",
      ["/auth/signin"],
      /an absolute address, or a function, got "\/auth\/signin"/,
    ],
    [
      "nothing",
      [],
      /expected an agent of supertest with a path, an absolute address, or a function/,
    ],
  ] as const;

  it.each(misused)("such as %s is refused in a sentence", async (_what, values, words) => {
    const signIn = entra.signIn as (...all: unknown[]) => Promise<unknown>;
    await expect(signIn("adele", ...values)).rejects.toThrow(words);
    await expect(signIn("adele", ...values)).rejects.toMatchObject({ code: "bad-usage" });
  });

  it("leads to no sign-in page", async () => {
    await expect(
      entra.signIn("adele", supertest.agent(createPortal()), "/profile"),
    ).rejects.toThrow(/the app answered GET \/profile with 401: Who are you\?/);
  });

  it("leaves the code unused", async () => {
    const agent = supertest.agent(createPortal({ answer: "ignores" }));
    await expect(entra.signIn("adele", agent, "/auth/signin")).rejects.toThrow(
      /has asked Entra for no token\n.*brownout\/playwright/,
    );
  });
});

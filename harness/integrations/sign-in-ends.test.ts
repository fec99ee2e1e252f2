/** Where `entra.signIn` ends, with apps that do something else than a usual one after Entra's answer, or before. */
import express, { type Express, type Response } from "express";
import supertest from "supertest";
import { describe, expect, it } from "vitest";
import { useEntra } from "./vitest.ts";

const ENTRA = "https://login.microsoftonline.com/11111111-aaaa-4aaa-8aaa-000000000001";
const CLIENT_ID = "33333333-cccc-4ccc-8ccc-000000000013";
const REDIRECT_URI = "http://localhost:3000/redirect";

const entra = useEntra({ app: { name: "portal" } });

/** An app without a library: `/auth/signin` leads to Entra, and `answer` is what it does with the code. */
function createApp(
  answer: (response: Response) => unknown,
  parameters: Readonly<Record<string, string>> = {},
): Express {
  const app = express();
  const query = new URLSearchParams({
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT_URI,
    response_type: "code",
    scope: "openid User.Read",
    ...parameters,
  });
  app.get("/auth/signin", (_request, response) => {
    response.redirect(`${ENTRA}/oauth2/v2.0/authorize?${query.toString()}`);
  });
  app.get("/redirect", (_request, response) => void answer(response));
  app.get("/", (_request, response) => {
    response.send("<h1>Welcome</h1>");
  });
  return app;
}

/** The same, with the code redeemed by the time the app answers. */
function createRedeemingApp(answer: (response: Response) => unknown): Express {
  const app = express();
  app.get("/redirect", async (request, response) => {
    const redeemed = await fetch(`${ENTRA}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        client_id: CLIENT_ID,
        client_secret: "fixture-secret-of-portal",
        redirect_uri: REDIRECT_URI,
        grant_type: "authorization_code",
        code: new URL(request.url, REDIRECT_URI).searchParams.get("code") ?? "",
      }),
    });
    if (redeemed.ok) answer(response);
    else throw new Error("no token");
  });
  return app.use(createApp(answer));
}

const signIn = (app: Express) => entra.signIn("adele", supertest.agent(app), "/auth/signin");

describe("a fragment in the address at the end", () => {
  it("that the app has written is no sign-in", async () => {
    const app = createApp((response) => response.redirect("/#/login?error=1"));
    await expect(signIn(app)).rejects.toThrow(/the app answered GET \/ with 200, but has asked/);
    expect(entra.timeline()).toMatch(/operation 1 fails: not-signed-in/);
  });

  it("with an error of Entra is no sign-in, and the error is shown", async () => {
    const app = createApp((response) => response.send("<h1>Loading</h1>"), {
      response_mode: "fragment",
      prompt: "none",
    });
    await expect(signIn(app)).rejects.toThrow(
      /adele was not signed in: Entra sent the app login_required: AADSTS50058: [^:]*\.$/,
    );
  });
});

it("leaves a form of the app alone that leads to Entra after the sign-in", async () => {
  const form = `<form method="post" action="${ENTRA}/saml2"><input name="SAMLRequest" value="x"></form>`;
  const app = createRedeemingApp((response) => response.send(`<h1>Profile</h1>${form}`));
  const { url, text } = await signIn(app);
  expect([new URL(url).pathname, text]).toEqual(["/redirect", `<h1>Profile</h1>${form}`]);
});

describe("an address that a browser without a screen cannot open", () => {
  it("ends a sign-in when the app redirects to it after it has redeemed the code", async () => {
    const app = createRedeemingApp((response) => response.redirect("myapp://auth?ticket=1"));
    const { url, status, headers } = await signIn(app);
    expect([url, status]).toEqual(["myapp://auth?ticket=1", 302]);
    expect(headers.get("location")).toBe("myapp://auth?ticket=1");
    expect(entra.timeline()).toMatch(/operation 1 is ok: token at-/);
  });

  it("is named when the app redirects to it instead of signing in", async () => {
    const app = createApp((response) => response.redirect("myapp://done?code=secret"));
    await expect(signIn(app)).rejects.toMatchObject({
      code: "not-signed-in",
      message: expect.stringMatching(
        /adele was not signed in: the browser was sent to myapp:\/\/done, expected an address of http or https/,
      ) as string,
    });
  });

  it.each(["http://", "javascript:void(0)"])(
    "is left alone as the action of a form: %s",
    async (action) => {
      const page = `<form action="${action}"><input name="q"></form>`;
      const app = createRedeemingApp((response) => response.send(page));
      expect((await signIn(app)).text).toBe(page);
    },
  );
});

describe("a sign-in while another one is going on", () => {
  it("is refused in a sentence, and the first one succeeds", async () => {
    const app = createRedeemingApp((response) => response.send("<h1>Signed in</h1>"));
    const [first, second] = await Promise.allSettled([
      entra.signIn("adele", supertest.agent(app), "/auth/signin"),
      entra.signIn("megan", supertest.agent(app), "/auth/signin"),
    ]);
    expect(first).toMatchObject({ status: "fulfilled", value: { text: "<h1>Signed in</h1>" } });
    expect(second).toMatchObject({
      reason: {
        code: "bad-usage",
        message: expect.stringMatching(
          /"megan" cannot sign in while "adele" is signing in/,
        ) as string,
      },
    });
  });

  it("may begin when the other one has failed", async () => {
    const app = createRedeemingApp((response) => response.send("<h1>Signed in</h1>"));
    await entra.signIn("megan", () => 1).catch(() => undefined);
    expect((await signIn(app)).status).toBe(200);
  });
});

describe("an app that has its own page for errors, with status 200", () => {
  it("and cannot redeem the code in an outage, is not blamed", async () => {
    const app = createRedeemingApp((response) => response.send("never"));
    app.use((_error: unknown, _request: unknown, response: Response, _next: unknown) => {
      response.send("<h1>Sorry</h1>");
    });
    entra.outage("token-server-error", { for: "1h" });
    await expect(signIn(app)).rejects.toThrow(
      /the app answered GET \/redirect with 200: Sorry, after POST token at login\.microsoftonline\.com had failed with 50\d\n.*outage is on/,
    );
  });

  it("and cannot read Entra's metadata in an outage, is not blamed", async () => {
    const app = express();
    app.get("/auth/signin", async (_request, response) => {
      const metadata = await fetch(`${ENTRA}/v2.0/.well-known/openid-configuration`);
      response.send(metadata.ok ? "never" : "<h1>Sorry</h1>");
    });
    entra.outage({ for: "1h" });
    await expect(signIn(app)).rejects.toThrow(
      /the app answered GET \/auth\/signin with 200: Sorry, after GET openid-configuration at login\.microsoftonline\.com had failed with 50\d\n.*outage is on/,
    );
  });
});

/** Sign-ins with other web frameworks and libraries than those of the examples, each as its documentation has it. */
import { createRequire } from "node:module";
import { SAML } from "@node-saml/node-saml";
import type { RequestHandler } from "express";
import express from "express";
import supertest from "supertest";
import { describe, expect, it } from "vitest";
import { samlSettings } from "../../harness/entra/saml/saml-settings.ts";
import { contoso } from "../../fixtures/worlds/contoso.ts";
import { useEntra } from "../../harness/integrations/vitest.ts";
import { createPortal } from "../support/portal.ts";

const entra = useEntra({ app: { name: "portal" } });
const require = createRequire(import.meta.url);

describe("Express 4 with form_post", () => {
  const express4 = require("express-4") as typeof express;

  it("has a session", async () => {
    const app = createPortal({ framework: express4, responseMode: "form_post" });
    const agent = supertest.agent(app);
    await entra.signIn("adele", agent, "/auth/signin");
    const { text } = await agent.get("/profile");
    expect(text).toBe("Hello Adele Vance");
  });
});

describe("express-openid-connect, which gets an id token in a form", () => {
  const { auth } = require("express-openid-connect") as {
    readonly auth: (options: object) => RequestHandler;
  };

  const createApp = () => {
    const app = express();
    app.use(
      auth({
        issuerBaseURL:
          "https://login.microsoftonline.com/11111111-aaaa-4aaa-8aaa-000000000001/v2.0",
        baseURL: "http://localhost:3000",
        clientID: "33333333-cccc-4ccc-8ccc-000000000013",
        secret: "worthless-secret-of-the-cookies-of-a-test",
        authRequired: false,
        routes: { callback: "/redirect" },
      }),
    );
    app.get("/profile", (request, response) => {
      const { oidc } = request as unknown as {
        readonly oidc: { readonly user?: { readonly name: string } };
      };
      response.send(`Hello ${oidc.user?.name ?? "guest"}`);
    });
    return app;
  };

  it("has a session that lasts through an outage", async () => {
    const agent = supertest.agent(createApp());
    await entra.signIn("adele", agent, "/login");
    entra.outage({ for: "1h" });
    await entra.clock.advance("30m");
    await agent.get("/profile").expect(200, "Hello Adele Vance");
    expect(entra.timeline()).toMatch(/portal asks: id-token of .*\n/);
    expect(entra.timeline()).toMatch(/operation 1 is ok: token at-/);
  });
});

describe("node-saml, which posts its request in a form", () => {
  it("gets the answer of the person, to its own request", async () => {
    const saml = new SAML({
      ...samlSettings(contoso, "expenses"),
      authnRequestBinding: "HTTP-POST",
      // Only the redirect binding compresses.
      skipRequestCompression: true,
    });
    const app = express();
    app.use(express.urlencoded({ extended: false }));
    app.get("/login", async (_request, response) => {
      response.send(await saml.getAuthorizeFormAsync("", undefined));
    });
    app.post("/saml/acs", async (request, response) => {
      const answer = request.body as { readonly SAMLResponse: string };
      const { profile } = await saml.validatePostResponseAsync(answer);
      response.send(`Expenses of ${profile?.nameID}`);
    });
    const { text } = await entra.signIn("adele", supertest.agent(app), "/login");
    expect(text).toBe("Expenses of adele@contoso.example");
    expect(entra.timeline()).toMatch(/portal asks: saml-sp-initiated of .*\n/);
  });
});

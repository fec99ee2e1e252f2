/** `entra.signOut` with an app of OpenID Connect and one of SAML, which share a session at Entra. */
import express from "express";
import supertest from "supertest";
import { describe, expect, it } from "vitest";
import { createApp as createExpenses } from "../../examples/saml/src/app.ts";
import { createPortal, type PortalOptions } from "../../test/support/portal.ts";
import { createWorld } from "../entra/directory/create-world.ts";
import { samlSettings } from "../entra/saml/saml-settings.ts";
import { useEntra } from "./vitest.ts";

const tenant = "8a6c1f5e-0000-4000-8000-000000000001";
const clientId = "8a6c1f5e-0000-4000-8000-000000000002";
const world = createWorld({
  tenant,
  users: [{ upn: "adele@example.com", name: "Adele Vance" }, "megan@example.com"],
  apps: [
    {
      kind: "web",
      name: "portal",
      clientId,
      redirectUris: ["http://localhost:3000/redirect", "http://localhost:3000/goodbye"],
      logoutUrl: "http://localhost:3000/auth/front-channel",
      optionalClaims: { idToken: ["sid"] },
    },
    {
      kind: "web",
      name: "expenses",
      clientId: "8a6c1f5e-0000-4000-8000-000000000003",
      logoutUrl: "http://localhost:3000/saml/logout",
      saml: {
        identifiers: ["https://expenses.example.com/saml"],
        replyUrls: ["http://localhost:3000/saml/acs"],
      },
    },
  ],
});
const entra = useEntra({ world });

const portal = (options: PortalOptions = {}) => createPortal({ tenant, clientId, ...options });
const expenses = () => createExpenses(samlSettings(world, "expenses"));

describe("signing out of an app of OpenID Connect", () => {
  it("ends the session of the app and the one at Entra, and goes back to the app", async () => {
    const agent = supertest.agent(portal());
    await entra.signIn("adele", agent, "/auth/signin");
    const visit = await entra.signOut("adele", agent, "/auth/signout");
    expect([visit.url, visit.text]).toEqual(["http://localhost:3000/goodbye", "Goodbye"]);
    await agent.get("/profile").expect(401);
    await entra.signIn("adele", agent, "/auth/signin");
    const prompts = entra.history().events.filter(({ kind }) => kind === "prompt-shown");
    expect(prompts).toHaveLength(2);
  });

  it("opens the app's front-channel logout URL, without the cookies that are not SameSite=None", async () => {
    const agent = supertest.agent(portal({ cookie: { sameSite: "lax" } }));
    await entra.signIn("adele", agent, "/auth/signin");
    const { frames } = await entra.signOut("adele", agent, "/auth/signout");
    expect(frames).toEqual([
      {
        url: expect.stringMatching(/^http:\/\/localhost:3000\/auth\/front-channel\?sid=/) as string,
        status: 200,
        withheldCookies: ["state", "session"],
      },
    ]);
  });

  it("is known by the session's id alone", async () => {
    const app = portal();
    const [here, other] = [supertest.agent(app), supertest.agent(app)];
    await entra.signIn("adele", here, "/auth/signin");
    await entra.signIn("megan", other, "/auth/signin");
    // Only the session at Entra is ended by this path; the frame ends the app's.
    const leave = express().use("/auth/leave", (_request, response) => {
      response.redirect(`https://login.microsoftonline.com/${tenant}/oauth2/v2.0/logout`);
    });
    app.use(leave);
    const { url } = await entra.signOut("adele", here, "/auth/leave");
    expect(url).toContain("/oauth2/v2.0/logout");
    await here.get("/profile").expect(401);
    await other.get("/profile").expect(200);
  });

  it("fails when the app leaves the session at Entra as it is", async () => {
    const agent = supertest.agent(portal({ signOut: "here" }));
    await entra.signIn("adele", agent, "/auth/signin");
    await expect(entra.signOut("adele", agent, "/auth/signout")).rejects.toMatchObject({
      code: "not-signed-out",
      message: expect.stringMatching(
        /adele was not signed out: the app answered GET \/goodbye with 200, and did not end the session at Entra/,
      ) as string,
    });
  });

  it("shows in an outage what the person sees", async () => {
    const agent = supertest.agent(portal());
    await entra.signIn("adele", agent, "/auth/signin");
    entra.outage({ for: "1h" });
    await expect(entra.signOut("adele", agent, "/auth/signout")).rejects.toThrow(
      /adele was not signed out: Entra's page at login\.microsoftonline\.com .*logout.*\n.*outage is on/,
    );
  });

  it("needs a browser in which the person has signed in", async () => {
    const agent = supertest.agent(portal());
    await entra.signIn("adele", agent, "/auth/signin");
    await expect(entra.signOut("megan", agent, "/auth/signout")).rejects.toThrow(
      /megan has not signed in in this browser/,
    );
    await entra.signOut("adele", agent, "/auth/signout");
    await expect(entra.signOut("adele", agent, "/auth/signout")).rejects.toMatchObject({
      code: "bad-usage",
    });
  });
});

describe("signing out of an app of SAML", () => {
  it("ends both sessions, and brings the signed answer back to the app", async () => {
    const agent = supertest.agent(expenses());
    await entra.signIn("adele", agent, "/login");
    const { text, url } = await entra.signOut("adele", agent, "/logout");
    expect(text).toBe("You are signed out");
    expect(url).toMatch(/^http:\/\/localhost:3000\/saml\/logout\?SAMLResponse=/);
    await agent.get("/").expect(302);
  });

  it("notifies an app of OpenID Connect in the same session, and the other way round", async () => {
    const app = portal();
    const saml = expenses();
    app.use(saml);
    const agent = supertest.agent(app);
    await entra.signIn("adele", agent, "/auth/signin");
    await entra.signIn("adele", agent, "/login");
    const first = await entra.signOut("adele", agent, "/logout");
    expect(first.frames.map(({ url, status }) => [new URL(url).pathname, status])).toEqual([
      ["/auth/front-channel", 200],
    ]);
    await agent.get("/profile").expect(401);

    await entra.signIn("adele", agent, "/login");
    await entra.signIn("adele", agent, "/auth/signin");
    const second = await entra.signOut("adele", agent, "/auth/signout");
    // passport-saml answers Entra's request by a redirect to Entra, which says that it has it.
    expect(second.frames.map(({ url, status }) => [new URL(url).pathname, status])).toEqual([
      [`/${tenant}/saml2`, 200],
      ["/auth/front-channel", 200],
    ]);
    expect((await agent.get("/").redirects(0)).headers["location"]).toBe("/login");
  });
});

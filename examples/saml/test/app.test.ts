import { createWorld, samlSettings } from "brownout";
import { useEntra } from "brownout/vitest";
import request from "supertest";
import { expect, test } from "vitest";
import { createApp } from "../src/app.js";

const world = createWorld({
  tenant: "8a6c1f5e-0000-4000-8000-000000000001",
  users: ["adele@example.com", "megan@example.com"],
  apps: [
    {
      kind: "web",
      clientId: "8a6c1f5e-0000-4000-8000-000000000002",
      logoutUrl: "http://localhost:3000/saml/logout",
      saml: {
        identifiers: ["https://expenses.example.com/saml"],
        replyUrls: ["http://localhost:3000/saml/acs"],
      },
    },
  ],
});
const entra = useEntra({ world });

test("signs in with Entra by SAML", async () => {
  const agent = request.agent(createApp(samlSettings(world)));
  await entra.signIn("adele", agent, "/login");
  const { text } = await agent.get("/").expect(200);
  expect(text).toBe("Expenses of adele@example.com");
});

test("signs out of the app and of Entra", async () => {
  const agent = request.agent(createApp(samlSettings(world)));
  await entra.signIn("adele", agent, "/login");
  const { text } = await entra.signOut("adele", agent, "/logout");
  expect(text).toBe("You are signed out");
  await agent.get("/").expect(302);
});

test("keeps its sessions through an hour without Entra", async () => {
  const app = createApp(samlSettings(world));
  const agent = request.agent(app);
  await entra.signIn("adele", agent, "/login");
  entra.outage({ for: "1h" });
  await entra.clock.advance("30m");
  await agent.get("/").expect(200);
  await expect(entra.signIn("megan", request.agent(app), "/login")).rejects.toThrow(
    "megan was not signed in: Entra's page at login.microsoftonline.com",
  );
});

test("says which reply URL is not registered", async () => {
  const callbackUrl = "http://localhost:3000/acs";
  const agent = request.agent(createApp({ ...samlSettings(world), callbackUrl }));
  await expect(entra.signIn("adele", agent, "/login")).rejects.toThrow(
    /AADSTS50011: .*\n.*reply URLs http:\/\/localhost:3000\/saml\/acs/,
  );
});

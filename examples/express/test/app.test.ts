import request from "supertest";
import { expect, test } from "vitest";
import { useEntra } from "brownout/vitest";
import { createApp } from "../src/app.js";

const entra = useEntra();

test("signs in with Entra", async () => {
  const agent = request.agent(createApp());
  await entra.signIn("adele", agent, "/auth/signin");
  const { text } = await agent.get("/profile").expect(200);
  expect(text).toContain("Hello Adele");
});

test("knows who is signed in through an hour without Entra", async () => {
  const app = createApp();
  const agent = request.agent(app);
  await entra.signIn("adele", agent, "/auth/signin");
  entra.outage({ for: "1h" });
  await entra.clock.advance("30m");
  await agent.get("/profile").expect(200);

  // No one can sign in now, and the person sees Entra's page, not a stack trace of the app.
  await expect(entra.signIn("megan", request.agent(app), "/auth/signin")).rejects.toThrow(
    "megan was not signed in: Entra's page at login.microsoftonline.com",
  );
});

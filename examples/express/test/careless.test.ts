import request from "supertest";
import { expect, test } from "vitest";
import { useEntra } from "brownout/vitest";
import { createApp } from "../src/careless-app.js";

const entra = useEntra();

test("signs people out in an outage, and does not let them in again", async () => {
  const agent = request.agent(createApp());
  await entra.signIn("adele", agent, "/auth/signin");
  const load = () =>
    entra.operate("profile", () => agent.get("/profile"), {
      succeeds: ({ status }) => status === 200,
    });
  await load();
  entra.outage({ for: "1h" });
  await entra.clock.advance("1m");
  expect((await load()).status).toBe(302);

  await expect(entra.signIn("adele", agent, "/auth/signin")).rejects.toThrow("not signed in");
  expect(entra).not.toHaveKeptWorkingFromCache();
});

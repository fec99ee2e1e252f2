/** What a person may do on Entra's pages: a wrong password, "Stay signed in?", Cancel. */
import supertest from "supertest";
import { describe, expect, it } from "vitest";
import { contoso } from "../../fixtures/worlds/contoso.ts";
import { createPortal } from "../../test/support/portal.ts";
import { useEntra } from "./vitest.ts";

const settings = { ...contoso.settings, staySignedInPage: "shown" } as const;
const entra = useEntra({ app: { name: "portal" }, world: { ...contoso, settings } });

const newAgent = () => supertest.agent(createPortal());

describe("a wrong password", () => {
  it("is refused on Entra's page, and the right one is taken afterwards", async () => {
    const agent = newAgent();
    const wrong = entra.signIn("adele", agent, "/auth/signin", { password: "worthless" });
    await expect(wrong).rejects.toMatchObject({
      code: "not-signed-in",
      message: expect.stringMatching(/adele was not signed in: AADSTS50126: /) as string,
    });
    await agent.get("/profile").expect(401);
    expect((await entra.signIn("adele", agent, "/auth/signin")).text).toBe("Hello Adele Vance");
  });

  it("is not typed by a person with a session, and the test fails", async () => {
    const agent = newAgent();
    await entra.signIn("adele", agent, "/auth/signin");
    await expect(
      entra.signIn("adele", agent, "/auth/signin", { password: "worthless" }),
    ).rejects.toThrow(/adele was signed in, but was asked for no password\n.*new agent/);
  });
});

describe('"Stay signed in?"', () => {
  const hasKept = (): boolean =>
    entra.history().events.some((event) => JSON.stringify(event).includes("ESTSAUTHPERSISTENT="));

  it.each([
    ["yes", true],
    ["no", false],
  ] as const)("is answered with %s", async (staySignedIn, isKept) => {
    await entra.signIn("adele", newAgent(), "/auth/signin", { staySignedIn });
    expect(hasKept()).toBe(isKept);
  });
});

describe("Cancel", () => {
  it("brings access_denied to the app, whose answer the test gets", async () => {
    const agent = newAgent();
    const visit = await entra.signIn("adele", agent, "/auth/signin", { cancel: true });
    expect([visit.status, visit.text]).toEqual([403, "no code"]);
    expect(new URL(visit.url).searchParams.get("error")).toBe("access_denied");
    expect(entra.timeline()).toMatch(/operation 1 fails: access_denied/);
    await agent.get("/profile").expect(401);
  });

  it("is no failure of the app", async () => {
    for (let time = 0; time < 3; time += 1)
      await entra.signIn("adele", newAgent(), "/auth/signin", { cancel: true });
    await entra.signIn("adele", newAgent(), "/auth/signin");
    expect(entra).toPassRule("failure-while-healthy");
  });
});

it.each([
  [{ pasword: "x" }, /pasword/],
  [{ cancel: false }, /cancel: expected true, or that it is left out/],
  ["yes", /expected/],
])("says what is wrong with the options %j", async (options, message) => {
  const signIn = entra.signIn("adele", newAgent(), "/auth/signin", options as object);
  await expect(signIn).rejects.toMatchObject({ code: "bad-usage" });
  await expect(signIn).rejects.toThrow(message);
});

/** Tokens that MSAL Node evicts from its own cache, in whole runs. */
import { describe, expect, it } from "vitest";
import { graph, run } from "../../test/support/run.ts";
import { cachedToken } from "./cached-token.ts";

const [read, mail, calendar] = ["User.Read", "Mail.Read", "Calendars.Read"].map(
  (name) => `https://graph.microsoft.com/${name}`,
) as [string, string, string];

const askedScopes = { settings: { grantedScopes: "asked" } } as const;

describe("cached-token names what MSAL Node has evicted", () => {
  it("for a token with overlapping scopes", async () => {
    const { history } = await run(async ({ open, world, clock }) => {
      const user = world.user("adele");
      const portal = await open({ app: "portal" });
      await portal.acquire({ flow: "authorization-code", scopes: [read], user });
      for (const scopes of [
        [read, mail],
        [mail, calendar],
        [read, mail],
      ]) {
        await clock.sleep(60_000);
        await portal.acquire({ flow: "silent", scopes, user });
      }
      // Tokens with all that the app has consent for would overlap only for an app that asks for more.
    }, askedScopes);
    expect(cachedToken.judge(history)).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("the client had evicted it 2m into the run"),
    });
  });

  it("for a token on behalf of another session of the same user", async () => {
    const { history } = await run(async ({ open, world, clock }) => {
      const user = world.user("adele");
      const scopes = ["api://orders/access_as_user"];
      const api = await open({ app: "orders-api" });
      const assertions: string[] = [];
      for (let count = 0; count < 2; count += 1) {
        const portal = await open({ app: "portal", process: `session ${count}` });
        const signedIn = { flow: "authorization-code", scopes, user } as const;
        assertions.push((await portal.acquire(signedIn)).accessToken);
        await clock.sleep(60_000);
      }
      const [first = "", second = ""] = assertions;
      for (const credential of [first, second, first]) {
        await api.acquire({ flow: "on-behalf-of", scopes: graph, user, credential });
        await clock.sleep(60_000);
      }
    });
    expect(cachedToken.judge(history)).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("a token for another session of the same user"),
    });
  });
});

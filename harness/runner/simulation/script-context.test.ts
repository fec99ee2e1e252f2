import { describe, expect, it } from "vitest";
import { minutes } from "../../core/time/duration.ts";
import { HarnessError } from "../../core/errors.ts";
import type { Scenario } from "../scenario.ts";
import { graph, kindsOf, only, run } from "../../../test/support/run.ts";

describe("what a script can do", () => {
  it("presents tokens to APIs, whose verdict is recorded", async () => {
    const outcome = await run(async ({ open, world, clock }) => {
      const user = world.user("adele");
      const portal = await open({ app: "portal", capabilities: ["cp1"] });
      const result = await portal.acquire({ flow: "authorization-code", scopes: graph, user });
      expect(await portal.callApi(result, "graph")).toEqual({ status: 200 });
      await clock.sleep(minutes(1));
      world.revokeSessions([user]);
      const { status, claims } = await portal.callApi(result, "graph");
      expect([status, JSON.parse(claims ?? "{}")]).toMatchObject([
        401,
        { access_token: { nbf: { essential: true } } },
      ]);
    });
    expect(
      only(outcome, "token-presented").map(({ verdict, client }) => [verdict, client]),
    ).toEqual([
      ["accepted", "portal-1"],
      ["revoked", "portal-1"],
    ]);
    expect(only(outcome, "exchange-ended").at(-1)?.servedBy).toBe("resource");
  });

  it("changes the world, and records it", async () => {
    const outcome = await run(({ world }) => {
      world.revokeSessions("everyone");
      world.changePassword(world.user("adele"));
      world.disable(world.user("frank", "fabrikam"));
      world.rotateKeys();
      return Promise.resolve();
    });
    const changes = only(outcome, "world-changed").map(({ change, users }) => [
      change,
      users?.length,
    ]);
    expect(changes).toEqual([
      ["refresh-tokens-revoked", undefined],
      ["refresh-tokens-revoked", undefined],
      ["password-changed", 1],
      ["user-disabled", 1],
      ["keys-rotated", undefined],
      ["keys-rotated", undefined],
    ]);
  });

  it("restarts a process, which loses its memory but not what it saved", async () => {
    const outcome = await run(async ({ open, world }) => {
      const user = world.user("megan");
      for (const cache of ["memory", "persisted"] as const) {
        const counter = await open({ app: "desk-app", cache });
        await counter.acquire({ flow: "authorization-code", scopes: graph, user });
        await counter.restart();
        await counter.attempt({ flow: "silent", scopes: graph, user });
      }
    });
    const ends = only(outcome, "operation-completed").map((event) => [
      event.outcome,
      "fromCache" in event && event.fromCache,
    ]);
    expect(ends).toEqual([
      ["ok", false],
      ["fail", false],
      ["ok", false],
      ["ok", true],
    ]);
    expect(only(outcome, "client-restarted").map(({ persisted }) => persisted)).toEqual([
      "nothing",
      "cache",
    ]);
  });

  it("records the prompts that it causes, with the call that caused them", async () => {
    const outcome = await run(async ({ open, world }) => {
      const user = world.user("adele");
      const portal = await open({ app: "portal" });
      await portal.acquire({ flow: "authorization-code", scopes: graph, user, prompt: "login" });
    });
    const tenant = "11111111-aaaa-4aaa-8aaa-000000000001";
    expect(only(outcome, "prompt-shown")).toMatchObject([
      {
        client: "portal-1",
        operation: 1,
        prompt: "login",
        user: `55555555-eeee-4eee-8eee-000000000001.${tenant}`,
      },
    ]);
  });

  it("records a call of the user's own code", async () => {
    const outcome = await run(async ({ operate, note }) => {
      note("now");
      await operate("my-app", () => Promise.resolve("a-token"));
      await operate("my-app", () => Promise.reject(new TypeError("broken"))).catch(() => undefined);
    });
    expect(kindsOf(outcome)[0]).toBe("noted");
    expect(only(outcome, "operation-completed")).toMatchObject([
      { outcome: "ok" },
      {
        outcome: "fail",
        error: { name: "TypeError", message: "broken", interactionRequired: false },
      },
    ]);
  });
});

describe("a script that asks for something that does not exist", () => {
  it.each([
    [
      "an unknown user",
      ({ world }: Parameters<Scenario["script"]>[0]) => world.user("adel"),
      "adele",
    ],
    [
      "an unknown tenant",
      ({ world }: Parameters<Scenario["script"]>[0]) => world.tenant("contosso"),
      "contoso",
    ],
    [
      "an unknown app",
      ({ world }: Parameters<Scenario["script"]>[0]) => world.app("portl"),
      "portal",
    ],
    [
      "an unknown app to open",
      ({ open }: Parameters<Scenario["script"]>[0]) => open({ app: "nightly-demon" }),
      "nightly-daemon",
    ],
    [
      "a certificate that is not there",
      ({ open }: Parameters<Scenario["script"]>[0]) =>
        open({ app: "portal", credential: "certificate" }),
      "cert-daemon",
    ],
  ])("says what is near %s", async (_, act, near) => {
    const error = await run(async (context) => void (await act(context))).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(HarnessError);
    expect((error as HarnessError).hint).toContain(near);
  });
});

describe("a script with a mistake in it", () => {
  type Act = (context: Parameters<Scenario["script"]>[0]) => unknown;
  const daemon = { app: "nightly-daemon" } as const;
  const mistakes: readonly (readonly [string, Act, string, string])[] = [
    [
      "an option of open",
      ({ open }) => open({ ...daemon, cahce: "persisted" } as never),
      "open.cahce",
      "cache",
    ],
    [
      "a kind of cache",
      ({ open }) => open({ ...daemon, cache: "disk" } as never),
      "open.cache",
      "disk",
    ],
    [
      "a host that is not simulated",
      ({ open }) => open({ ...daemon, host: "login.example.com" }),
      "open.host",
      "login.example.com",
    ],
    ["nothing to open", ({ open }) => open("portal" as never), "open", "portal"],
    [
      "a flow",
      async ({ open }) => (await open(daemon)).attempt({ flow: "auth-code", scopes: [] } as never),
      "nightly-daemon-1.acquire.flow",
      "authorization-code",
    ],
    [
      "a field of a request",
      async ({ open }) =>
        (await open(daemon)).attempt({ flow: "client-credentials", scope: "x" } as never),
      "nightly-daemon-1.acquire.scope",
      "scopes",
    ],
    [
      "no scopes",
      async ({ open }) => (await open(daemon)).attempt({ flow: "client-credentials" } as never),
      "nightly-daemon-1.acquire.scopes",
      "User.Read",
    ],
    [
      "a user by name",
      async ({ open }) =>
        (await open(daemon)).attempt({ flow: "silent", scopes: [], user: "adele" } as never),
      "nightly-daemon-1.acquire.user",
      "world.user",
    ],
    [
      "on-behalf-of without the token of a user",
      async ({ open }) =>
        (await open({ app: "orders-api" })).attempt({
          flow: "on-behalf-of",
          scopes: ["User.Read"],
        }),
      "orders-api-1.acquire.credential",
      "credential: result.accessToken",
    ],
    [
      "on-behalf-of with an empty text",
      async ({ open }) =>
        (await open({ app: "orders-api" })).attempt({
          flow: "on-behalf-of",
          scopes: ["User.Read"],
          credential: "",
        }),
      "orders-api-1.acquire.credential",
      "credential: result.accessToken",
    ],
    [
      "no name for an operation",
      ({ operate }) => operate((() => "token") as never, undefined as never),
      "operate",
      "my-app",
    ],
  ];

  it.each(mistakes)(
    "%s: is reported with its place and the nearest name",
    async (_, act, place, near) => {
      const error = await run(async (context) => void (await act(context))).catch(
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(HarnessError);
      expect(error).toMatchObject({ code: "bad-scenario", place });
      expect(`${(error as HarnessError).message} ${(error as HarnessError).hint}`).toContain(near);
    },
  );
});

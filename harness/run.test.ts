import { describe, expect, it } from "vitest";
import { createBareFetch } from "./client/bare-fetch.ts";
import { loadMsalNode } from "./client/msal-node.ts";
import { hours, minutes, seconds } from "./clock/duration.ts";
import { HarnessError } from "./errors.ts";
import { hang, partialOutage, throttled } from "./fault/presets.ts";
import type { HistoryEvent } from "./history/event.ts";
import { runScenario, type RunOutcome } from "./run.ts";
import { defineScenario, type Scenario } from "./scenario.ts";

const daemonToken = {
  flow: "client-credentials",
  scopes: ["https://graph.microsoft.com/.default"],
} as const;
const graph = ["https://graph.microsoft.com/User.Read"];

function scenario(script: Scenario["script"], more: Partial<Scenario> = {}): Scenario {
  const story = { standsFor: "a test", asserts: "a test", failureMeans: "a test", fix: "a test" };
  return defineScenario({
    name: "test",
    title: "Test",
    story,
    needs: [],
    asserts: [],
    faults: [],
    script,
    ...more,
  });
}

async function run(
  script: Scenario["script"],
  more: Partial<Scenario> = {},
  seed = "1",
): Promise<RunOutcome> {
  return runScenario(scenario(script, more), {
    client: await loadMsalNode(),
    mount: "direct",
    seed,
  });
}

function kindsOf(outcome: RunOutcome): string[] {
  return outcome.history.events.map(({ kind }) => kind);
}

function only<Kind extends HistoryEvent["kind"]>(outcome: RunOutcome, kind: Kind) {
  return outcome.history.events.filter(
    (event): event is Extract<HistoryEvent, { kind: Kind }> => event.kind === kind,
  );
}

describe("a run", () => {
  it("records the call, its request and both ends, in virtual time", async () => {
    const outcome = await run(async ({ open, clock }) => {
      const daemon = await open({ app: "nightly-daemon" });
      await clock.sleep(minutes(1));
      await daemon.acquire(daemonToken);
    });
    expect(kindsOf(outcome)).toEqual([
      "operation-invoked",
      "exchange-began",
      "exchange-ended",
      "operation-completed",
    ]);
    const [began] = only(outcome, "exchange-began");
    expect(began).toMatchObject({
      operation: 1,
      client: "nightly-daemon-1",
      endpoint: "token",
      grant: "client_credentials",
    });
    expect(began?.at).toBe(Date.UTC(2026, 2, 2, 8, 1));
    const [completed] = only(outcome, "operation-completed");
    expect(completed).toMatchObject({ outcome: "ok", fromCache: false });
    expect(outcome.simulatedMs).toBe(minutes(1));
  });

  it("says in its header what was run", async () => {
    const outcome = await run(
      () => Promise.resolve(),
      { asserts: ["recovery"], limits: { promptsMax: 1 }, startsAt: "2020-09-28T20:25:00Z" },
      "seed-7",
    );
    expect(outcome.history.header).toMatchObject({
      schema: "brownout/journal/1",
      scenario: "test",
      client: { name: "msal-node" },
      mount: "direct",
      seed: "seed-7",
      startedAt: Date.UTC(2020, 8, 28, 20, 25),
      asserts: ["recovery"],
      limits: { promptsMax: 1 },
    });
  });

  it("announces faults in their order, those at the start before anything else", async () => {
    const outcome = await run(
      async ({ open, clock }) => {
        const daemon = await open({ app: "nightly-daemon" });
        await daemon.attempt(daemonToken);
        await clock.until(minutes(10));
      },
      {
        faults: [
          throttled({ id: "first", from: 0, for: minutes(2) }),
          throttled({ id: "second", from: minutes(1), for: minutes(3) }),
        ],
      },
    );
    expect(kindsOf(outcome).filter((kind) => kind.startsWith("fault"))).toEqual([
      "fault-began",
      "fault-began",
      "fault-ended",
      "fault-ended",
      "faults-cleared",
    ]);
    expect(kindsOf(outcome)[0]).toBe("fault-began");
    expect(only(outcome, "exchange-ended")[0]).toMatchObject({
      faults: ["first"],
      servedBy: "primary",
      retryAfter: { raw: "60", ms: 60_000 },
    });
    expect(only(outcome, "faults-cleared")[0]?.at).toBe(Date.UTC(2026, 2, 2, 8, 4));
  });

  it("ends what is still open: calls are unknown, requests abandoned", async () => {
    const outcome = await run(
      async ({ open, clock }) => {
        const daemon = await open({ app: "nightly-daemon" });
        void daemon.attempt(daemonToken);
        await clock.sleep(seconds(10));
      },
      { faults: [hang({ from: 0, for: hours(1) })] },
    );
    expect(only(outcome, "operation-completed")).toMatchObject([
      { outcome: "unknown", reason: "run-ended" },
    ]);
    expect(only(outcome, "exchange-ended")).toMatchObject([
      { end: { kind: "abandoned" }, faults: ["hang"] },
    ]);
  });

  it("tells a caller's own time-out from a failure", async () => {
    const outcome = await run(
      async ({ open }) => {
        const daemon = await open({ app: "nightly-daemon" });
        const result = await daemon.attempt({ ...daemonToken, timeoutMs: 5_000 });
        expect(result).toBeInstanceOf(Error);
      },
      { faults: [hang({ from: 0, for: minutes(1) })] },
    );
    const [completed] = only(outcome, "operation-completed");
    expect(completed).toMatchObject({ outcome: "unknown", reason: "caller-timeout" });
    expect((completed?.at ?? 0) - outcome.history.header.startedAt).toBe(5_000);
  });

  it("gives one history for one seed, and another for another", async () => {
    const script: Scenario["script"] = async ({ open, clock }) => {
      for (let job = 0; job < 30; job += 1) {
        const daemon = await open({ app: "nightly-daemon" });
        await daemon.attempt(daemonToken);
        await clock.sleep(minutes(1));
      }
    };
    const more = { faults: [partialOutage({ from: 0, for: hours(1), share: 0.5 })] };
    const [first, second, other] = [
      await run(script, more),
      await run(script, more),
      await run(script, more, "2"),
    ];
    expect(JSON.stringify(second.history)).toBe(JSON.stringify(first.history));
    expect(JSON.stringify(other.history.events)).not.toBe(JSON.stringify(first.history.events));
  });

  it("holds no secret", async () => {
    const outcome = await run(async ({ open, world }) => {
      const user = world.user("adele");
      const portal = await open({ app: "portal" });
      const result = await portal.acquire({ flow: "authorization-code", scopes: graph, user });
      await portal.callApi(result, "graph");
      const desk = await open({ app: "desk-app" });
      await desk.acquire({ flow: "password", scopes: graph, user });
      await desk.acquire({ flow: "device-code", scopes: graph, user });
    });
    const text = JSON.stringify(outcome.history);
    const userCode = "VZMWHNXXN";
    expect(text).toContain("enter the code <redacted>");
    for (const secret of [
      "fixture-secret",
      "fixture-password",
      "eyJ0eXAi",
      "ESTSAUTH=1",
      "1.A",
      userCode,
    ])
      expect(text).not.toContain(secret);
  });
});

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

  it("changes the world, on the record", async () => {
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

  it("restarts a process: memory is gone, what was saved is not", async () => {
    const outcome = await run(async ({ open, world }) => {
      const user = world.user("megan");
      for (const cache of ["memory", "persisted"] as const) {
        const desk = await open({ app: "desk-app", cache });
        await desk.acquire({ flow: "authorization-code", scopes: graph, user });
        await desk.restart();
        await desk.attempt({ flow: "silent", scopes: graph, user });
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

  it("records a user's own code as a call of its own", async () => {
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

describe("a run that cannot be", () => {
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

  it("names the host that a client must not reach", async () => {
    const stray = run(async ({ operate }) => {
      await operate("my-app", async () => (await fetch("https://example.com/")).text());
    });
    await expect(stray).rejects.toThrow("example.com");
  });

  it("refuses a rule that nobody has", async () => {
    await expect(run(() => Promise.resolve(), { asserts: ["retry-aftr"] })).rejects.toMatchObject({
      code: "unknown-rule",
    });
  });

  it("passes on what the script throws, and leaves the process fit for the next run", async () => {
    const broken = run(
      async ({ open, clock }) => {
        const daemon = await open({ app: "nightly-daemon" });
        void daemon.attempt(daemonToken);
        await clock.sleep(1);
        throw new RangeError("my script");
      },
      { faults: [hang({ from: 0, for: hours(1) })] },
    );
    await expect(broken).rejects.toThrow("my script");
    const next = await run(
      async ({ open }) => void (await (await open({ app: "nightly-daemon" })).acquire(daemonToken)),
    );
    expect(only(next, "operation-completed")).toMatchObject([{ outcome: "ok" }]);
    expect(Math.abs(Date.now() - Date.UTC(2026, 2, 2))).toBeGreaterThan(days(1));
  });

  it("stops a script that waits for nothing", async () => {
    await expect(run(() => new Promise(() => undefined))).rejects.toMatchObject({ code: "stuck" });
  });
});

const days = (count: number): number => hours(24 * count);

describe("a client by hand", () => {
  it("runs in place of msal-node", async () => {
    const outcome = await runScenario(
      scenario(
        async ({ open }) =>
          void (await (await open({ app: "nightly-daemon" })).acquire(daemonToken)),
      ),
      { client: createBareFetch(), mount: "direct", seed: "1" },
    );
    expect(outcome.client).toEqual({ name: "bare-fetch", version: "1" });
    expect(only(outcome, "operation-completed")).toMatchObject([{ outcome: "ok" }]);
  });
});

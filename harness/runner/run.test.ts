import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createBareFetch } from "../clients/reference/bare-fetch.ts";
import { hours, minutes, seconds } from "../core/time/duration.ts";
import { hang, partialOutage, throttled } from "../faults/presets.ts";
import { judgeHistory } from "../rules/rules.ts";
import { runScenario } from "./run.ts";
import { daemonToken, graph, kindsOf, only, run, scenario } from "../../test/support/run.ts";
import type { Scenario } from "./scenario.ts";

describe("a script that starts another program", () => {
  const ask = `fetch("https://login.microsoftonline.com/").catch(() => undefined)`;
  const stopped = {
    code: "unmocked-request",
    message: "the program node was stopped from reaching login.microsoftonline.com",
  };

  it("ends with the program's name when that asks Entra", async () => {
    const outcome = run(async ({ clock }) => {
      spawnSync(process.execPath, ["-e", ask]);
      await clock.sleep(minutes(1));
    });
    await expect(outcome).rejects.toMatchObject(stopped);
  });

  it("ends so when the script waits for the program, in no virtual time", async () => {
    let elapsedMs: number | undefined;
    const outcome = run(async ({ clock }) => {
      await once(spawn(process.execPath, ["-e", ask]), "exit");
      elapsedMs = clock.elapsed();
      await clock.sleep(minutes(1));
    });
    await expect(outcome).rejects.toMatchObject(stopped);
    expect(elapsedMs).toBe(0);
  });

  it("ends so also when the program is still running in the end", async () => {
    const folder = mkdtempSync(join(tmpdir(), "brownout-run-"));
    const marker = join(folder, "asked");
    const code = `${ask}.then(() => require("node:fs").writeFileSync(${JSON.stringify(marker)}, "")); setInterval(() => {}, 1_000)`;
    let child: ChildProcess | undefined;
    const outcome = run(async () => {
      child = spawn(process.execPath, ["-e", code], { stdio: "ignore" });
      const never = new Int32Array(new SharedArrayBuffer(4));
      while (!existsSync(marker)) Atomics.wait(never, 0, 0, 20);
      return Promise.resolve();
    });
    await expect(outcome).rejects.toMatchObject(stopped);
    child?.kill();
    rmSync(folder, { recursive: true });
  });
});

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

  it("distinguishes a caller's own time-out from a failure", async () => {
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

  it("contains no secret", async () => {
    const outcome = await run(async ({ open, world }) => {
      const user = world.user("adele");
      const portal = await open({ app: "portal" });
      const result = await portal.acquire({ flow: "authorization-code", scopes: graph, user });
      await portal.callApi(result, "graph");
      const nativeApp = await open({ app: "desk-app" });
      await nativeApp.acquire({ flow: "password", scopes: graph, user });
      await nativeApp.acquire({ flow: "device-code", scopes: graph, user });
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

describe("a run with a mistake", () => {
  it("names a host that is not simulated", async () => {
    const stray = run(async ({ operate }) => {
      await operate("my-app", async () => (await fetch("https://example.com/")).text());
    });
    await expect(stray).rejects.toThrow("example.com");
  });

  it("names the mount that code with its own network needs", async () => {
    const own = run(async ({ operate }) => {
      await operate("my-app", async () =>
        (await fetch("https://login.microsoftonline.com/")).text(),
      );
    });
    await expect(own).rejects.toMatchObject({ hint: expect.stringContaining("--mount https") });
  });

  it("refuses a rule that does not exist", async () => {
    await expect(run(() => Promise.resolve(), { asserts: ["retry-aftr"] })).rejects.toMatchObject({
      code: "unknown-rule",
    });
  });

  it("rejects with what the script throws, and can be followed by another run", async () => {
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
    expect(Math.abs(Date.now() - Date.UTC(2026, 2, 2))).toBeGreaterThan(hours(24));
  });

  it("says what to do when a script does not catch a failed call", async () => {
    const careless = run(
      async ({ open, clock }) => {
        const daemon = await open({ app: "nightly-daemon" });
        await clock.sleep(minutes(90));
        await daemon.acquire(daemonToken);
      },
      { faults: [throttled({ from: 0, for: hours(2) })] },
    );
    await expect(careless).rejects.toMatchObject({
      code: "bad-scenario",
      message: expect.stringContaining("1h 30m in"),
      hint: expect.stringContaining("attempt()"),
    });
  });

  it("refuses a scenario with a mistake before anything runs", async () => {
    const running = run(() => Promise.resolve(), { needs: ["client-credential"] as never });
    await expect(running).rejects.toMatchObject({
      code: "bad-scenario",
      place: "scenario.needs[0]",
      hint: 'Did you mean "client-credentials"?',
    });
  });

  it("stops a script that never ends", async () => {
    const endless = run(async ({ clock }) => {
      for (;;) await clock.sleep(hours(1));
    });
    await expect(endless).rejects.toMatchObject({
      code: "stuck",
      hint: expect.stringContaining("Let it end"),
    });
  });

  it("stops a script that calls endlessly at one moment", async () => {
    const still = run(async ({ operate }) => {
      for (;;) await operate("my-app", () => Promise.resolve("token"));
    });
    await expect(still).rejects.toMatchObject({
      code: "stuck",
      hint: expect.stringContaining("Let time pass"),
    });
  });

  it("stops a script that waits for nothing", async () => {
    await expect(run(() => new Promise(() => undefined))).rejects.toMatchObject({ code: "stuck" });
  });

  it("ends, with a verdict, when its script waits for a call that never ends", async () => {
    const outcome = await run(async ({ operate }) => {
      await operate("load", () => new Promise(() => undefined));
    });
    expect(only(outcome, "operation-completed")).toMatchObject([
      { outcome: "unknown", reason: "never-ends" },
    ]);
    expect(
      judgeHistory(outcome.history).map(({ rule, verdict }) => [rule, verdict]),
    ).toContainEqual(["call-duration", "fail"]);
  });
});

describe("a client of the scenario's own", () => {
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

describe("a run that fails", () => {
  it("answers the requests that its script has left under way", async () => {
    let answer: Promise<number> | undefined;
    const failing = runScenario(
      scenario(async () => {
        answer = fetch("https://login.microsoftonline.com/common/discovery/v2.0/keys").then(
          ({ status }) => status,
        );
        // It is looked at once the run is over.
        answer.catch(() => undefined);
        throw new Error("the script failed");
      }),
      { client: createBareFetch(), mount: "https", seed: "1" },
    );
    await expect(failing).rejects.toThrow("the script failed");
    await expect(answer).resolves.toBe(200);
  });

  it("reports what its script threw, though an unread body keeps the clock waiting", async () => {
    const failing = runScenario(
      scenario(async () => {
        await fetch("https://login.microsoftonline.com/common/discovery/v2.0/keys");
        throw new Error("the script failed");
      }),
      { client: createBareFetch(), mount: "https", seed: "1" },
    );
    await expect(failing).rejects.toThrow("the script failed");
  });
});

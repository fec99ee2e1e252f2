import { describe, expect, it } from "vitest";
import { hours, minutes, seconds } from "../../core/time/duration.ts";
import {
  cacheStoreDown,
  cacheStoreFull,
  cacheStoreSlow,
  clockWrong,
  offline,
} from "../../faults/device-presets.ts";
import { daemonToken, graph, only, run } from "../../../test/support/run.ts";
import { judgeHistory } from "../../rules/rules.ts";
import type { ScriptContext } from "../scenario.ts";

/** What `Date` shows more than the right time, ms. */
const shownMore = ({ clock }: ScriptContext): number => Date.now() - clock.now();

describe("a wrong clock", () => {
  it("is shown by Date and by nothing else, from the start and as long as its window is open", async () => {
    const seen: unknown[] = [];
    await run(
      async (context) => {
        const { clock } = context;
        seen.push(shownMore(context), new Date().getTime() - clock.now());
        const before = performance.now();
        await clock.until(minutes(30));
        seen.push(shownMore(context), performance.now() - before);
        await clock.until(hours(2));
        seen.push(shownMore(context));
      },
      { faults: [clockWrong({ from: 0, for: hours(1), byMs: -hours(1) })] },
    );
    expect(seen).toEqual([-hours(1), -hours(1), -hours(1), minutes(30), 0]);
    expect(Math.abs(Date.now() - performance.timeOrigin - performance.now())).toBeLessThan(
      minutes(5),
    );
  });

  it("is set back in mid-run, and two shifts add up", async () => {
    const seen: number[] = [];
    const faults = [
      clockWrong({ id: "ahead", from: 0, for: hours(9), byMs: minutes(10) }),
      clockWrong({ id: "back", from: hours(1), for: hours(1), byMs: -hours(1) }),
    ];
    await run(
      async (context) => {
        for (const at of [0, 1, 2]) {
          await context.clock.until(hours(at) + 1);
          seen.push(shownMore(context));
        }
      },
      { faults },
    );
    expect(seen).toEqual([minutes(10), -minutes(50), minutes(10)]);
  });

  it("leaves timers and the times in tokens as they are", async () => {
    const outcome = await run(
      async ({ open, clock }) => {
        const daemon = await open({ app: "nightly-daemon" });
        const { accessToken } = await daemon.acquire(daemonToken);
        const [, payload = ""] = accessToken.split(".");
        const { iat } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { iat: number };
        expect(Math.abs(iat * 1_000 - clock.now())).toBeLessThan(minutes(6));
        await new Promise((resolve) => void setTimeout(resolve, minutes(5)));
        expect(clock.elapsed()).toBe(minutes(5));
      },
      { faults: [clockWrong({ from: 0, for: hours(1), byMs: hours(5) })] },
    );
    expect(only(outcome, "fault-began")).toHaveLength(1);
  });
});

describe("a device that is offline", () => {
  it("resolves no name, and works again afterwards", async () => {
    const outcome = await run(
      async ({ open, clock }) => {
        const daemon = await open({ app: "nightly-daemon" });
        await daemon.attempt(daemonToken);
        await clock.until(minutes(20));
        await daemon.attempt(daemonToken);
      },
      { faults: [offline({ from: 0, for: minutes(10) })] },
    );
    const [first] = only(outcome, "exchange-ended");
    expect(first).toMatchObject({
      end: { kind: "network-fault", code: "ENOTFOUND" },
      faults: ["offline"],
      servedBy: "edge",
    });
    expect(only(outcome, "operation-completed").map(({ outcome: how }) => how)).toEqual([
      "fail",
      "ok",
    ]);
  });
});

describe("a cache store that processes share", () => {
  it("has an entry for each user, which a restart of the app does not lose", async () => {
    const outcome = await run(
      async ({ open, world }) => {
        const portal = await open({ app: "portal", cache: "shared" });
        for (const name of ["adele", "megan"]) {
          const user = world.user(name);
          await portal.acquire({ flow: "authorization-code", user, scopes: graph });
        }
        await portal.restart();
        for (const name of ["megan", "adele"]) {
          const token = await portal.acquire({
            flow: "silent",
            user: world.user(name),
            scopes: graph,
          });
          expect(token.fromCache).toBe(true);
        }
      },
      { asserts: ["persisted-cache"] },
    );
    const verdicts = judgeHistory(outcome.history).map(({ rule, verdict }) => [rule, verdict]);
    expect(verdicts).toContainEqual(["persisted-cache", "pass"]);
    expect(verdicts.filter(([, verdict]) => verdict === "fail")).toEqual([]);
  });

  it("that is down is no fault of an app that has just restarted", async () => {
    const outcome = await run(
      async ({ open, world, clock }) => {
        const portal = await open({ app: "portal", cache: "shared" });
        const user = world.user("adele");
        await portal.acquire({ flow: "authorization-code", user, scopes: graph });
        await clock.until(minutes(2));
        await portal.restart();
        await portal.attempt({ flow: "silent", user, scopes: graph });
      },
      { faults: [cacheStoreDown({ from: minutes(1), for: minutes(10) })] },
    );
    const found = judgeHistory(outcome.history).filter(({ verdict }) => verdict === "fail");
    for (const rule of ["persisted-cache", "cached-token"])
      expect(found.map((finding) => finding.rule)).not.toContain(rule);
  });
});

describe("a cache store", () => {
  const signInAndPoll = async ({ open, clock, world }: ScriptContext): Promise<void> => {
    const app = await open({ app: "desk-app", cache: "persisted" });
    const user = world.user("megan");
    await app.attempt({ flow: "authorization-code", user, scopes: graph });
    for (const minute of [10, 20, 30]) {
      await clock.until(minutes(minute));
      await app.attempt({ flow: "silent", user, scopes: graph });
    }
  };
  const during = { from: minutes(15), for: minutes(10) };

  it.each([
    ["fails", cacheStoreDown(during), ["ok", "ok", "fail", "ok"], ["read fail"]],
    ["is slow", cacheStoreSlow(during), ["ok", "ok", "ok", "ok"], ["read ok"]],
    ["is full", cacheStoreFull(during), ["ok", "ok", "ok", "ok"], ["read ok"]],
  ])("that %s is what MSAL meets through its cache plugin", async (_, fault, ends, accesses) => {
    const outcome = await run(signInAndPoll, { faults: [fault] });
    expect(only(outcome, "operation-completed").map(({ outcome: how }) => how)).toEqual(ends);
    const seen = only(outcome, "store-accessed");
    expect(seen.map(({ access, outcome: how }) => `${access} ${how}`)).toEqual(
      expect.arrayContaining(accesses),
    );
    for (const { client, operation, faults } of seen)
      expect([client, operation, faults]).toEqual(["desk-app-1", 3, [fault.id]]);
  });

  it("that is slow delays the call by as long", async () => {
    const outcome = await run(signInAndPoll, {
      faults: [cacheStoreSlow({ ...during, delay: seconds(7) })],
    });
    const [invoked] = only(outcome, "operation-invoked").filter(({ operation }) => operation === 3);
    const [ended] = only(outcome, "operation-completed").filter(({ operation }) => operation === 3);
    expect(((ended?.at ?? 0) - (invoked?.at ?? 0)) % seconds(7)).toBe(0);
    expect(ended?.at).toBeGreaterThan(invoked?.at ?? Infinity);
  });

  it("that is full refuses a first write", async () => {
    const outcome = await run(signInAndPoll, {
      faults: [cacheStoreFull({ from: 0, for: minutes(5) })],
    });
    const failed = only(outcome, "store-accessed").filter(({ outcome: how }) => how === "fail");
    expect(failed.map(({ access }) => access)).toContain("write");
  });

  it("that is healthy is not in the history", async () => {
    expect(only(await run(signInAndPoll), "store-accessed")).toEqual([]);
  });
});

describe("the list of faults that met nothing", () => {
  it("has no wrong clock, which is there for everyone, and a store only while nothing uses it", async () => {
    const faults = [
      clockWrong({ from: 0, for: hours(1), byMs: 1 }),
      cacheStoreDown({ from: hours(1), for: hours(1) }),
      cacheStoreDown({ id: "unused", from: hours(2), for: hours(1) }),
    ];
    const { history } = await run(
      async ({ open, clock, world }) => {
        const app = await open({ app: "desk-app", cache: "persisted" });
        await clock.until(hours(1));
        await app.attempt({ flow: "authorization-code", user: world.user("megan"), scopes: graph });
        await clock.until(hours(3));
      },
      { faults },
    );
    expect(history.header.unmetFaults).toEqual([{ id: "unused", why: "no-request" }]);
  });
});

import { afterEach, describe, expect, it } from "vitest";
import { minutes } from "../../core/time/duration.ts";
import { askForToken, tokenRequest } from "../../../test/support/session.ts";
import { mount } from "../../network/direct.ts";
import { ruleById } from "../../rules/rules.ts";
import type { OwnProcess, TakeProcessEnd } from "../simulation/process-errors.ts";
import { type LiveSimulation, startLiveSimulation } from "./live-simulation.ts";
import type { LiveOptions } from "./live-options.ts";

const realDate = Date;

let session: LiveSimulation | undefined;

async function start(options: Partial<LiveOptions> = {}): Promise<LiveSimulation> {
  session = await startLiveSimulation({ mount, ...options });
  return session;
}

/** Asks for an app token through the mount; resolves to the status. */
const ask = async ({ mounted }: LiveSimulation): Promise<number> => {
  const response = await mounted.fetch(tokenRequest());
  await response.text();
  return response.status;
};

const kindsOf = ({ history }: LiveSimulation): string[] => history().events.map(({ kind }) => kind);

afterEach(() => session?.stop());

describe("an error that nothing in the process of a test catches", () => {
  /** A process that throws when the returned function is called; `take` says whether it was taken. */
  const ownProcess = () => {
    let take: TakeProcessEnd = () => false;
    const process: OwnProcess = {
      watch(taking) {
        take = taking;
        return () => {
          take = () => false;
        };
      },
    };
    return { process, ends: (thrown: unknown) => take(thrown, "rejected") };
  };
  const error = new TypeError("token is undefined\n    at x");

  it("is recorded in an outage, with the call in which it was thrown, and fails a rule", async () => {
    const own = ownProcess();
    const entra = await start({ process: own.process });
    expect(own.ends(error)).toBe(false);
    entra.outage("throttled", { for: "1h" });
    await entra.operate("load", async () => {
      await ask(entra);
      expect(own.ends(error)).toBe(true);
    });
    expect(entra.history().events).toContainEqual(
      expect.objectContaining({
        kind: "process-error",
        client: "own-code",
        operation: 1,
        by: "rejected",
        error: { name: "TypeError", message: "token is undefined" },
      }),
    );
    expect(ruleById("uncaught-error").judge(entra.history())).toMatchObject({ verdict: "fail" });
    await entra.stop();
    expect(own.ends(error)).toBe(false);
  });

  it("is of the one call that is open, when it is thrown outside of every call", async () => {
    const own = ownProcess();
    const entra = await start({ process: own.process });
    entra.outage("throttled", { for: "1h" });
    await entra.operate("first", async () => Promise.resolve("done"));
    const never = entra.operate("second", () => new Promise<void>(() => undefined));
    never.catch(() => undefined);
    expect(own.ends("a text")).toBe(true);
    expect(entra.history().events.at(-1)).toMatchObject({
      operation: 2,
      error: { name: "Error", message: "a text" },
    });
  });

  it("is none of the application's when the test has let go of a call that failed", async () => {
    const own = ownProcess();
    const entra = await start({ process: own.process });
    entra.outage("throttled", { for: "1h" });
    await entra.operate("load", () => Promise.reject(error)).catch(() => undefined);
    expect(own.ends(error)).toBe(false);
  });
});

describe("the outages of a live simulation", () => {
  it("reach the store of the test's own code, once it is known, and not after the test", async () => {
    const entra = await start();
    expect(() => entra.outage("cache-store-down")).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("entra.cacheStore(store)") }),
    );
    const store = entra.cacheStore({
      get: async (key: string) => Promise.resolve(`value of ${key}`),
      set: async () => Promise.resolve("OK"),
    });
    entra.outage("cache-store-down");
    await expect(entra.operate("read", () => store.get("a"))).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
    entra.clear();
    entra.outage("cache-store-slow", { delay: minutes(1) });
    const before = entra.clock.now();
    expect(await entra.operate("read", () => store.get("a"))).toBe("value of a");
    expect(entra.clock.now() - before).toBe(minutes(1));
    entra.clear();
    entra.outage("cache-store-full");
    await expect(store.set()).rejects.toMatchObject({ code: "ENOSPC" });
    const operations = entra
      .history()
      .events.flatMap((event) =>
        event.kind === "store-accessed" ? [[event.operation, event.client, event.outcome]] : [],
      );
    expect(operations).toEqual([
      [1, "own-code", "fail"],
      [2, "own-code", "ok"],
      [undefined, "own-code", "fail"],
    ]);
    await entra.stop();
    expect(await store.set()).toBe("OK");
  });

  it("begin and end when the test says so, and are recorded", async () => {
    const entra = await start();
    expect(await ask(entra)).toBe(200);
    expect(entra.outage("token-server-error", { from: "10m", for: "1h" })).toEqual([
      "token-server-error",
    ]);
    expect(await ask(entra)).toBe(200);
    await entra.clock.advance("30m");
    expect(await ask(entra)).toBe(503);
    expect(entra.outage("throttled")).toEqual(["throttled"]);
    await entra.clock.advance("1h");
    expect(await ask(entra)).toBe(429);
    entra.clear();
    expect(await ask(entra)).toBe(200);
    expect(
      entra.requests({ endpoint: "token" }).map(({ status, faults }) => [status, ...faults]),
    ).toEqual([[200], [200], [503, "token-server-error"], [429, "throttled"], [200]]);
    expect(kindsOf(entra).filter((kind) => kind.startsWith("fault"))).toEqual([
      "fault-began",
      "fault-began",
      "fault-ended",
      "fault-ended",
      "faults-cleared",
    ]);
  });

  it("last a day by default, and can be cleared one by one", async () => {
    const entra = await start();
    const [first = ""] = entra.outage();
    expect(entra.outage("primary-down")).toEqual(["primary-down", "primary-down-pages"]);
    entra.clear(first);
    expect(await ask(entra)).toBe(503);
    await entra.clock.advance("1d");
    expect(await ask(entra)).toBe(200);
    expect(entra.outage()).toEqual(["outage-2"]);
  });

  it("can be a plan, whose times count from now", async () => {
    const entra = await start();
    await entra.clock.advance("2h");
    entra.faults([
      {
        id: "mine",
        at: "primary",
        on: ["token"],
        from: minutes(1),
        for: minutes(1),
        effect: { kind: "reset" },
      },
    ]);
    await entra.clock.advance("90s");
    await expect(ask(entra)).rejects.toThrow("fetch failed");
    expect(entra.requests().at(-1)).toMatchObject({ failed: "ECONNRESET", atMs: 7_290_000 });
  });

  it("are refused when the name does not exist", async () => {
    const { outage, faults, clear, requests } = await start();
    const untyped = outage as (...values: unknown[]) => unknown;
    expect(() => untyped("outrage")).toThrow('there is no outage "outrage"');
    expect(() => untyped({ fro: "1h" })).toThrow('unknown key "fro"');
    expect(() => untyped("throttled", { share: 1 })).toThrow('unknown key "share"');
    expect(() => outage("partial-outage", { share: 2 })).toThrow(/chance/);
    expect(() => faults([{} as never])).toThrow(/faults\[0\]/);
    expect(() => clear("nothing")).toThrow('there was no fault "nothing"');
    expect(() => requests({ endpoint: "tokens" as never })).toThrow('no endpoint "tokens"');
    expect(() =>
      faults([{ id: "b", at: "backup", on: "all", from: 0, for: 1, effect: { kind: "reset" } }]),
    ).toThrow("there is no backup system");
  });

  it("can affect the backup system when the settings have one", async () => {
    const entra = await start({ settings: { backup: "2026-03" } });
    entra.faults([
      { id: "b", at: "backup", on: "all", from: 0, for: 60_000, effect: { kind: "reset" } },
    ]);
    expect(kindsOf(entra)).toEqual(["fault-began"]);
  });
});

describe("the operations of a live simulation", () => {
  it("are recorded with their requests, settle as the code does, and end with the simulation", async () => {
    const entra = await start({ app: { name: "shop", version: "2" } });
    expect(await entra.operate("load", () => ask(entra))).toBe(200);
    await expect(
      entra.operate("load", () => Promise.reject(new Error("no orders"))),
    ).rejects.toThrow("no orders");
    expect(await entra.operate("sync", () => 7)).toBe(7);
    const open = entra.operate("wait", () => entra.clock.settle(new Promise(() => undefined)));
    open.catch(() => undefined);
    await entra.stop();
    const history = entra.history();
    expect(history.header).toMatchObject({
      client: { name: "shop", version: "2" },
      mount: "direct",
    });
    expect(history.events.filter(({ kind }) => kind.startsWith("operation"))).toMatchObject([
      { kind: "operation-invoked", client: "shop", app: "load", flow: "custom" },
      { outcome: "ok" },
      { app: "load" },
      { outcome: "fail", error: { message: "no orders" } },
      { app: "sync" },
      { outcome: "ok" },
      { app: "wait" },
      { outcome: "unknown", reason: "run-ended" },
    ]);
    expect(history.events.find(({ kind }) => kind === "exchange-began")).toMatchObject({
      operation: 1,
      client: "shop",
    });
  });

  it("record the token that they return, but no other text", async () => {
    const entra = await start();
    const token = await askForToken(entra);
    await entra.operate("token", () => token);
    await entra.operate("result", () => ({ accessToken: token, other: 1 }));
    await entra.operate("greeting", () => "hello");
    const ended = entra.history().events.filter(({ kind }) => kind === "operation-completed");
    expect(ended.map((event) => "token" in event)).toEqual([true, true, false]);
  });

  it("are not said to report a token that is somewhere in what they return", async () => {
    const entra = await start();
    const token = await askForToken(entra);
    const answer = {
      status: 200,
      data: [],
      config: { headers: { Authorization: `Bearer ${token}` } },
    };
    await entra.operate("orders", () => answer);
    entra.outage("token-server-error");
    await entra.operate("orders", () => ({ stale: true }));
    const history = entra.history();
    const [first, second] = history.events.filter(({ kind }) => kind === "operation-completed");
    expect(first).toMatchObject({ tokenWithin: expect.stringMatching(/^at-[\da-f]{12}$/) });
    expect(first).not.toHaveProperty("token");
    expect(second).not.toHaveProperty("tokenWithin");
    expect(ruleById("empty-token").judge(history).verdict).toBe("inconclusive");
  });

  it("record that a person is needed when MSAL says so", async () => {
    const entra = await start();
    const error = Object.assign(new Error("interaction_required: sign in"), {
      name: "InteractionRequiredAuthError",
      errorCode: "interaction_required",
      subError: "",
    });
    await expect(entra.operate("mail", () => Promise.reject(error))).rejects.toBe(error);
    expect(entra.history().events.at(-1)).toMatchObject({
      error: { code: "interaction_required", interactionRequired: true },
    });
  });

  it("do not include other requests, which are recorded as the application's", async () => {
    const entra = await start();
    await ask(entra);
    expect(entra.history().events[0]).toMatchObject({ client: "own-code" });
  });
});

describe("a live simulation", () => {
  it("has the same journal for the same seed, byte for byte", async () => {
    const play = async (seed: string): Promise<string> => {
      const entra = await start({ seed });
      entra.outage("partial-outage", { share: 0.5 });
      for (let call = 0; call < 8; call += 1) await ask(entra);
      await entra.stop();
      return entra.journal();
    };
    const first = await play("1");
    expect(await play("1")).toBe(first);
    expect(await play("2")).not.toBe(first.replace('"seed":"1"', '"seed":"2"'));
  });

  it("records changes of its world and remarks", async () => {
    const entra = await start();
    entra.world.revokeSessions([entra.world.user("adele")]);
    entra.note("now it gets worse");
    expect(entra.timeline().split("\n")).toEqual([
      expect.stringMatching(/^\+0s +sessions-revoked in /),
      expect.stringMatching(/^\+0s +note: now it gets worse$/),
    ]);
  });

  it("returns a history that does not change later", async () => {
    const entra = await start();
    const before = entra.history();
    entra.note("later");
    expect([before.events.length, entra.history().events.length]).toEqual([0, 1]);
  });

  it.each([
    [{ startsAt: "tomorrow" }, "startsAt"],
    [{ seed: 1 as never }, "seed"],
    [{ settings: { backups: "off" } as never }, "settings.backups"],
    [{ settings: { backup: "1999" as never } }, "settings.backup"],
    [{ machine: "nowhere" }, "machine"],
  ])("refuses %j by name, and leaves the process as it was", async (options, place) => {
    await expect(start(options)).rejects.toMatchObject({ name: "HarnessError", place });
    expect(Date).toBe(realDate);
    await (await start()).stop();
  });
});

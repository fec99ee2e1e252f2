/** The store of the user's own code, through the faults at `cache-store`. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfidentialClientApplication, DistributedCachePlugin } from "@azure/msal-node";
import { describe, expect, it } from "vitest";
import { minutes, seconds } from "../../core/time/duration.ts";
import { cacheStoreDown, cacheStoreFull, cacheStoreSlow } from "../../faults/device-presets.ts";
import type { FaultWindow } from "../../faults/plan.ts";
import { judgeHistory } from "../../rules/rules.ts";
import { only, run, scenario } from "../../../test/support/run.ts";
import { loadClient } from "../../clients/registry.ts";
import { runScenario, type RunOutcome } from "../run.ts";
import type { ScriptContext } from "../scenario.ts";

const during = { from: minutes(1), for: minutes(10) };

/** A store as clients of Redis have it. */
class OwnRedis {
  readonly #values = new Map<string, string>();
  get(key: string): Promise<string | null> {
    return Promise.resolve(this.#values.get(key) ?? null);
  }
  set(key: string, value: string): Promise<string> {
    this.#values.set(key, value);
    return Promise.resolve("OK");
  }
  del(key: string): Promise<number> {
    return Promise.resolve(this.#values.delete(key) ? 1 : 0);
  }
  get size(): number {
    return this.#values.size;
  }
}

interface Seen {
  readonly outcome: RunOutcome;
  /** What each attempt came to: a result, or the code of an error, and how long it took. */
  readonly results: readonly unknown[];
}

/** Prepares before the fault, then tries each of these while it is open. */
async function attempts(
  fault: FaultWindow,
  script: (
    context: ScriptContext,
  ) => Promise<readonly (() => unknown)[]> | readonly (() => unknown)[],
): Promise<Seen> {
  const results: unknown[] = [];
  const outcome = await run(
    async (context) => {
      const tries = await script(context);
      await context.clock.until(minutes(2));
      for (const attempt of tries) {
        const before = context.clock.now();
        const result = await (async () => attempt())().catch(
          (error: NodeJS.ErrnoException) => error.code,
        );
        const tookMs = context.clock.now() - before;
        results.push(tookMs === 0 ? result : [result, tookMs]);
      }
    },
    { faults: [fault] },
  );
  return { outcome, results };
}

const redisTries = async ({ cacheStore }: ScriptContext) => {
  const redis = cacheStore(new OwnRedis());
  await redis.set("a", "1");
  return [() => redis.get("a"), () => redis.set("a", "22"), () => redis.del("a"), () => redis.size];
};

describe("a store like a client of Redis", () => {
  it.each([
    ["down", cacheStoreDown(during), ["ECONNREFUSED", "ECONNREFUSED", "ECONNREFUSED", 1]],
    ["down for reads", cacheStoreDown({ ...during, access: "read" }), ["ECONNREFUSED", "OK", 1, 0]],
    ["full", cacheStoreFull(during), ["1", "ENOSPC", 1, 0]],
    [
      "slow",
      cacheStoreSlow({ ...during, delay: seconds(9) }),
      [["1", 9_000], ["OK", 9_000], [1, 9_000], 0],
    ],
  ])("is %s", async (_, fault, expected) => {
    const { results, outcome } = await attempts(fault, redisTries);
    expect(results).toEqual(expected);
    expect(only(outcome, "store-accessed")).toHaveLength(3);
    expect(outcome.history.header.unmetFaults).toBeUndefined();
  });
});

/** Commands that are sent together, as ioredis and node-redis have them. */
class RedisWithTransactions extends OwnRedis {
  multi() {
    const queued: (() => Promise<unknown>)[] = [];
    const chain = {
      get: (key: string) => (queued.push(() => this.get(key)), chain),
      set: (key: string, value: string) => (queued.push(() => this.set(key, value)), chain),
      exec: async () => Promise.all(queued.map(async (one) => one())),
    };
    return chain;
  }
  pipeline() {
    return this.multi();
  }
}

describe("commands that are sent together", () => {
  const tries = async ({ cacheStore }: ScriptContext) => {
    const redis = cacheStore(new RedisWithTransactions());
    await redis.multi().set("a", "1").exec();
    return [
      () => redis.multi().set("a", "22").get("a").exec(),
      () => redis.pipeline().get("a").exec(),
      () => redis.multi().set("a", "3").exec(),
    ];
  };
  it.each([
    ["are down", cacheStoreDown(during), ["ECONNREFUSED", "ECONNREFUSED", "ECONNREFUSED"]],
    [
      "are down for reads",
      cacheStoreDown({ ...during, access: "read" }),
      [["OK", "22"], "ECONNREFUSED", ["OK"]],
    ],
    ["meet a full store", cacheStoreFull(during), ["ENOSPC", ["1"], ["OK"]]],
  ])("%s", async (_, fault, expected) => {
    const { results, outcome } = await attempts(fault, tries);
    expect(results).toEqual(expected);
    expect(only(outcome, "store-accessed").length).toBeGreaterThan(0);
  });
});

it("a method that is replaced later is the one that is called", async () => {
  const store = new OwnRedis();
  await attempts(cacheStoreFull(during), async ({ cacheStore }) => {
    const outside = cacheStore(store);
    expect(await outside.get("a")).toBeNull();
    Object.assign(store, { get: async () => Promise.resolve("replaced") });
    expect(await outside.get("a")).toBe("replaced");
    return [];
  });
});

describe("a Map", () => {
  const mapTries = ({ cacheStore }: ScriptContext) => {
    const map = cacheStore(new Map([["a", "1"]]));
    return [
      () => map.get("a"),
      () => map.set("a", "22").size,
      () => map.delete("a"),
      () => map.size,
    ];
  };

  it.each([
    ["fails", cacheStoreDown(during), ["ECONNREFUSED", "ECONNREFUSED", "ECONNREFUSED", 1]],
    ["is full", cacheStoreFull(during), ["1", "ENOSPC", true, 0]],
  ])("%s at once", async (_, fault, expected) => {
    expect((await attempts(fault, mapTries)).results).toEqual(expected);
  });

  it("is never slow, and the fault counts as one that nothing met", async () => {
    const { results, outcome } = await attempts(cacheStoreSlow(during), mapTries);
    expect(results).toEqual(["1", 1, true, 0]);
    expect(outcome.history.header.unmetFaults).toHaveLength(1);
  });
});

it("files by node:fs/promises cannot be read or written, or the disk is full", async () => {
  const folder = mkdtempSync(join(tmpdir(), "brownout-store-"));
  const file = join(folder, "tokens.json");
  const tries = async ({ cacheStore }: ScriptContext) => {
    const files = cacheStore(fs);
    await files.writeFile(file, "1");
    return [
      () => files.readFile(file, "utf8"),
      () => files.writeFile(file, "22"),
      () => files.writeFile(file, "3"),
    ];
  };
  try {
    const refused = ["ECONNREFUSED", "ECONNREFUSED", "ECONNREFUSED"];
    expect((await attempts(cacheStoreDown(during), tries)).results).toEqual(refused);
    const full = await attempts(cacheStoreFull(during), tries);
    expect(full.results).toEqual(["1", "ENOSPC", undefined]);
    expect(readFileSync(file, "utf8")).toBe("3");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("other methods are passed on, and a store may name its own", async () => {
  const store = {
    fetchIt: async () => Promise.resolve("it"),
    ping: async () => Promise.resolve("pong"),
  };
  const { results } = await attempts(cacheStoreDown(during), ({ cacheStore }) => {
    expect(() => cacheStore(store)).toThrow(
      expect.objectContaining({ code: "bad-usage", hint: expect.stringContaining("reads:") }),
    );
    expect(() => cacheStore(store, { reads: ["fetch"] })).toThrow(/no method "fetch"/);
    const named = cacheStore(Object.freeze(store), { reads: ["fetchIt"] });
    return [() => named.fetchIt(), () => named.ping()];
  });
  expect(results).toEqual(["ECONNREFUSED", "pong"]);
});

/** An app of the user's own with the plugin of MSAL for distributed caches; the careful one goes on without its store. */
async function appWith(kind: "careless" | "careful", fault: FaultWindow): Promise<RunOutcome> {
  const own = scenario(
    async ({ cacheStore, world, operate, clock }) => {
      const redis = cacheStore(new OwnRedis());
      const client = {
        get: async (key: string) => (await redis.get(key)) ?? "",
        set: (key: string, value: string) => redis.set(key, value),
      };
      const patient = {
        get: (key: string) => client.get(key).catch(() => ""),
        set: (key: string, value: string) => client.set(key, value).catch(() => "lost"),
      };
      const { clientId, secrets } = world.app("nightly-daemon");
      const app = new ConfidentialClientApplication({
        auth: {
          clientId,
          clientSecret: secrets[0]?.value ?? "",
          authority: `https://login.microsoftonline.com/${world.tenant().id}`,
        },
        cache: {
          cachePlugin: new DistributedCachePlugin(kind === "careless" ? client : patient, {
            getKey: () => Promise.resolve("app"),
            extractKey: () => Promise.resolve("app"),
          }),
        },
      });
      const scopes = ["https://graph.microsoft.com/.default"];
      for (let minute = 0; minute < 30; minute += 5) {
        await clock.until(minutes(minute));
        await operate("get token", () => app.acquireTokenByClientCredential({ scopes })).catch(
          () => undefined,
        );
      }
    },
    { faults: [fault], app: { name: "own-app" } },
  );
  return runScenario(own, { client: await loadClient(undefined, own), mount: "msw", seed: "1" });
}

describe("an app with MSAL's plugin for distributed caches", () => {
  const failing = ({ history }: RunOutcome): readonly string[] =>
    judgeHistory(history)
      .filter(({ verdict }) => verdict === "fail")
      .map(({ rule }) => rule);

  it("stands still without its store, which is found", async () => {
    expect(failing(await appWith("careless", cacheStoreDown(during)))).toContain("availability");
  });

  it("goes on when it catches what the store throws", async () => {
    expect(failing(await appWith("careful", cacheStoreDown(during)))).toEqual([]);
  });

  it("waits for a slow store, which is found", async () => {
    const slow = cacheStoreSlow({ ...during, delay: minutes(2) });
    expect(failing(await appWith("careful", slow))).toContain("call-duration");
  });
});

/** Rule metadata where it is close whether a document had to be read again. */
import { describe, expect, it } from "vitest";
import { isFailedByDiscovery, metadata } from "./metadata.ts";
import type { Ask, Reply } from "../../test/support/run-builder-wire.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";

const judge = (run: RunBuilder) => metadata.judge(run.history());
const configuration = { endpoint: "openid-configuration" } as const;
const keys = { endpoint: "keys" } as const;
const own = { flow: "custom", app: "validate", anyone: true } as const;

function gotToken(run: RunBuilder, ...asks: readonly (Ask & Reply)[]): void {
  const call = run.operation();
  for (const ask of asks) run.exchange({ by: call, ...ask });
  run.exchange({ by: call });
  call.ok();
}

describe("a document that is read twice", () => {
  const twice = (one: Ask & Reply, other: Ask & Reply, afterMs = 60_000) => {
    const run = buildRun();
    run.exchange(one);
    run.after(afterMs);
    run.exchange(other);
    run.exchange();
    return judge(run).verdict;
  };
  const at = (path: string): Ask => ({
    ...configuration,
    url: `https://login.microsoftonline.com/${path}`,
  });

  it("is the same one in any case and order of its parameters, without those of the client", () => {
    expect(twice(at("T/v2.0?a=1&b=2"), at("t/v2.0?b=2&a=1"))).toBe("fail");
    expect(twice(at("t?a=1&client-request-id=1"), at("t?a=1&x-client-SKU=2"))).toBe("fail");
    expect(twice(at("t?a=client-1"), at("t?a=client-2"))).toBe("pass");
  });

  it("was not known while the first answer broke off, and is old after a day", () => {
    expect(twice({ ...configuration, cut: "fin" }, configuration)).toBe("pass");
    const dayMs = 86_400_000;
    expect(twice(configuration, configuration, dayMs - 1_001)).toBe("fail");
    expect(twice(configuration, configuration, dayMs - 1_000)).toBe("pass");
  });

  it("was not outdated by another change than that of the keys", () => {
    for (const [change, verdict] of [
      ["keys-rotated", "pass"],
      ["user-disabled", "fail"],
    ] as const) {
      const run = buildRun();
      run.exchange(keys);
      run.changed(change);
      run.after(60_000);
      run.exchange(keys);
      run.exchange();
      expect(judge(run).verdict).toBe(verdict);
    }
    const before = buildRun();
    before.changed("keys-rotated");
    for (let read = 0; read < 2; read += 1) before.exchange(keys);
    before.changed("keys-rotated");
    expect(judge(before).verdict).toBe("fail");
  });
});

describe("the keys, read again for a token of an unknown key", () => {
  /** A validator reads the keys; so long afterwards it reads them again in a call. */
  function judged(
    afterMs: number,
    {
      ask = keys,
      also = {},
      outcome = "fails",
    }: {
      ask?: Ask;
      also?: Ask & Reply;
      outcome?: "fails" | "ok";
    } = {},
  ) {
    const run = buildRun();
    run.exchange(ask);
    run.after(afterMs);
    const call = run.operation(own);
    run.exchange({ by: call, ...ask });
    if (Object.keys(also).length > 0) run.exchange({ by: call, ...also });
    if (outcome === "ok") call.ok({ token: "none" });
    else call.fails({ code: "invalid_token" });
    return judge(run).verdict;
  }

  it("are fine after half a minute, in a call that refuses the token", () => {
    expect(judged(30_000)).not.toBe("fail");
    expect(judged(29_999)).toBe("fail");
  });

  it("are not in a call that accepts it, or fails for another reason, and no other document is", () => {
    expect(judged(60_000, { outcome: "ok" })).toBe("fail");
    expect(judged(60_000, { also: { endpoint: "resource", status: 503 } })).toBe("fail");
    expect(judged(60_000, { ask: configuration })).toBe("fail");
  });

  it("are not outside of a call", () => {
    const run = buildRun();
    const call = run.operation(own);
    run.exchange({ by: call, ...keys });
    call.fails();
    run.after(60_000);
    run.exchange(keys);
    expect(judge(run).verdict).toBe("fail");
  });
});

describe("a client that had a token", () => {
  const failsWith = (run: RunBuilder, reply: Ask & Reply): void => {
    const call = run.operation();
    run.exchange({ by: call, ...configuration, ...reply });
    call.fails();
  };

  it("was failed by discovery only when a call failed after it for want of a document", () => {
    const judged = (...steps: readonly ((run: RunBuilder) => void)[]) => {
      const run = buildRun();
      for (const step of steps) step(run);
      return isFailedByDiscovery(run.history());
    };
    const good = (run: RunBuilder): void => gotToken(run);
    const bad = (run: RunBuilder): void => failsWith(run, { status: 503 });
    const okWithout = (run: RunBuilder): void => gotToken(run, { ...configuration, status: 503 });
    expect(judged(good, bad, good)).toBe(true);
    expect(judged(bad, good)).toBe(false);
    expect(judged(good, okWithout)).toBe(false);
    expect(judged(good, (run) => run.operation().fails())).toBe(false);
    expect(judged(good, (run) => failsWith(run, { status: 400 }))).toBe(false);
  });

  it("succeeds while discovery fails, in any of its faults, and only while they last", () => {
    const successes = (window: object) => {
      const run = buildRun();
      gotToken(run, configuration);
      run.after(1);
      for (const id of ["first", "second"]) {
        const end = run.fault({ id, ...window });
        run.operation().ok();
        run.operation().fails();
        run.after(1_000);
        end();
        run.operation().ok();
        run.after(1_000);
      }
      const { message } = judge(run);
      return Number(/(\d+) calls? of processes/.exec(message)?.[1]);
    };
    expect(successes({ on: ["openid-configuration"] })).toBe(2);
    expect(successes({ on: ["instance-discovery"] })).toBe(2);
    expect(successes({ on: "all" })).toBe(2);
    expect(successes({ on: "all", at: "resource" })).toBe(0);
    expect(successes({ on: ["keys"] })).toBe(0);
  });

  it("is shown with the documents that it kept and the calls that succeeded", () => {
    const run = buildRun();
    gotToken(run, configuration);
    run.after(1);
    run.fault({ id: "down", on: ["openid-configuration"] });
    run.operation().ok();
    expect(judge(run)).toMatchObject({ verdict: "pass", evidence: [1, 7] });
  });
});

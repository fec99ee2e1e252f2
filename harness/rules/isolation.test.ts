import { describe, expect, it } from "vitest";
import { isolation } from "./isolation.ts";
import type { Judgement } from "./rule.ts";
import { ada, ben, type Ask, type Call, type Reply } from "../../test/support/run-builder-wire.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";

const judge = (run: RunBuilder) => isolation.judge(run.history());
const throttle: Reply = { status: 429, retryAfter: 300 };

function succeeds(run: RunBuilder, call: Call): void {
  const operation = run.operation(call);
  run.exchange({ by: operation });
  operation.ok();
}

function isThrottled(run: RunBuilder, call: Call, reply = throttle): void {
  const operation = run.operation(call);
  run.exchange({ by: operation, ...reply });
  operation.fails();
}

/** Two users have signed in; five minutes later Ada is throttled, and it is a minute later. */
function adaIsThrottled(reply = throttle): RunBuilder {
  const run = buildRun();
  for (const user of [ada, ben]) succeeds(run, { user });
  run.at("00:05:00");
  isThrottled(run, { user: ada }, reply);
  run.at("00:06:00");
  return run;
}

describe("isolation", () => {
  it("passes when another user's call reaches the service, also if it fails there", () => {
    const run = adaIsThrottled();
    succeeds(run, { user: ben });
    expect(judge(run)).toMatchObject({
      verdict: "pass",
      message: expect.stringContaining("1 call for other callers"),
      evidence: [10, 12],
    });
    const failing = adaIsThrottled();
    isThrottled(failing, { user: ben }, { status: 503 });
    failing.operation({ user: ben }).fails();
    expect(judge(failing).verdict).toBe("pass");
  });

  it("passes when another user is served from the cache", () => {
    const run = adaIsThrottled();
    run.operation({ user: ben }).ok();
    expect(judge(run).verdict).toBe("pass");
  });

  it("fails when another user's call fails without a request", () => {
    const run = adaIsThrottled();
    run.operation({ user: ben }).fails();
    expect(judge(run)).toEqual({
      verdict: "fail",
      message: `A call of app-1 for ${ben} failed without a request while only another caller was throttled.`,
      evidence: [10, 13],
    });
  });

  it("fails after a 503 with Retry-After, and within a minute of a 429 without one", () => {
    const busy = adaIsThrottled({ status: 503, retryAfter: 300 });
    busy.operation({ user: ben }).fails();
    expect(judge(busy).verdict).toBe("fail");
    const run = buildRun();
    for (const user of [ada, ben]) succeeds(run, { user });
    isThrottled(run, { user: ada }, { status: 429 });
    run.at("00:00:59");
    run.operation({ user: ben }).fails();
    expect(judge(run).verdict).toBe("fail");
  });

  it.each<[string, Call]>([
    ["scope", { scopes: ["api://other/.default"] }],
    ["tenant", { tenant: "22222222-2222-4222-8222-222222222222" }],
    ["app", { app: "33333333-3333-4333-8333-333333333333" }],
  ])("fails when one %s blocks another", (_, other) => {
    const run = buildRun();
    const daemon = { flow: "client-credentials" } as const;
    isThrottled(run, daemon);
    run.operation({ ...daemon, ...other }).fails();
    expect(judge(run).verdict).toBe("fail");
  });

  it("fails between the answers to calls that were under way together", () => {
    const run = buildRun();
    for (const user of [ada, ben]) succeeds(run, { user });
    const slow = run.operation({ user: ada });
    const late = run.request({ by: slow });
    isThrottled(run, { user: "another.user" });
    run.operation({ user: ben }).fails();
    late.answered(throttle);
    slow.fails();
    expect(judge(run).verdict).toBe("fail");
  });

  it("accepts the failure of a user who was served only later", () => {
    const run = adaIsThrottled();
    run.operation({ user: "new.user" }).fails();
    run.at("00:20:00");
    succeeds(run, { user: "new.user" });
    expect(judge(run).verdict).toBe("inconclusive");
  });

  it("accepts failures of a user who is throttled, too, is new, or has to sign in", () => {
    const run = adaIsThrottled();
    run.operation({ user: "new.user" }).fails();
    run.operation({ user: ben }).fails({ interactionRequired: true });
    isThrottled(run, { user: ben });
    run.operation({ user: ben }).fails();
    run.operation({ user: ada }).fails();
    expect(judge(run).verdict).toBe("pass");
  });

  it("is inconclusive without a throttle, without a call for another user, or in another process", () => {
    const calm = buildRun();
    for (const user of [ada, ben]) succeeds(calm, { user });
    isThrottled(calm, { user: ada }, { status: 503 });
    calm.after(30_000);
    calm.operation({ user: ben }).fails();
    expect(judge(calm)).toMatchObject({
      verdict: "inconclusive",
      message: "No call was throttled.",
    });
    const alone = adaIsThrottled();
    alone.operation({ user: ada }).fails();
    expect(judge(alone).verdict).toBe("inconclusive");
    const late = adaIsThrottled();
    late.at("00:10:00");
    late.operation({ user: ben }).fails();
    expect(judge(late).verdict).toBe("inconclusive");
    const restarted = adaIsThrottled();
    restarted.restarted();
    restarted.operation({ user: ben }).fails();
    restarted.operation({ user: ben, client: "app-2" }).fails();
    expect(judge(restarted).verdict).toBe("inconclusive");
  });
});

describe("isolation of own code", () => {
  const graph = {
    app: "client",
    grant: "client_credentials",
    form: { scope: "graph" },
    scopes: ["graph"],
  } as const;
  const orders = { ...graph, scopes: ["orders"] } as const;
  const calls = (app: string) => ({ flow: "custom", app, scopes: [], anyone: true }) as const;

  /** Both calls got a token; then "load" is throttled, and "save", which asks for `other`, fails without a request. */
  function blocked(other: Ask): Judgement {
    const run = buildRun();
    for (const [name, ask] of [
      ["load", graph],
      ["save", other],
    ] as const) {
      const call = run.operation(calls(name));
      run.exchange({ ...ask, by: call });
      call.ok();
    }
    run.at("02:00:00");
    const throttled = run.operation(calls("load"));
    run.exchange({ ...graph, by: throttled, status: 429, retryAfter: 300 });
    throttled.fails();
    run.operation(calls("save")).fails();
    return isolation.judge(run.history());
  }

  it("fails for a call that needs another token", () => {
    expect(blocked(orders)).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining(`for "save" failed without a request`),
    });
  });

  it("knows what a call is for from a later one, and from those whose names differ in a number", () => {
    const later = (first: string, second: string, ask: Ask = orders): string => {
      const run = buildRun();
      const throttled = run.operation(calls("load"));
      run.exchange({ ...graph, by: throttled, status: 429, retryAfter: 300 });
      throttled.fails();
      run.operation(calls(first)).fails();
      run.at("00:10:00");
      const call = run.operation(calls(second));
      run.exchange({ ...ask, by: call });
      call.ok();
      return isolation.judge(run.history()).verdict;
    };
    expect(later("save", "save")).toBe("fail");
    expect(later("order 17", "order 18")).toBe("fail");
    expect(later("save", "delete")).toBe("inconclusive");
    expect(later("save", "save", graph)).toBe("inconclusive");
    const machine = { endpoint: "managed-identity", app: "client", scopes: ["orders"] } as const;
    expect(later("save", "save", machine)).toBe("fail");
    // A user may not have signed in before.
    expect(later("save", "save", { ...orders, grant: "refresh_token" })).toBe("inconclusive");
  });

  it("knows what a call for a user is for from those of its name before it", () => {
    expect(blocked({ ...orders, grant: "refresh_token", subject: ada }).verdict).toBe("fail");
  });

  it("does not know what a call is for when those of its purpose ask for different tokens", () => {
    const run = buildRun();
    const ask = (name: string, asked: Ask & Reply): void => {
      const call = run.operation(calls(name));
      run.exchange({ ...asked, by: call });
      if (asked.status === 429) call.fails();
      else call.ok();
    };
    ask("order 1", graph);
    ask("order 2", orders);
    ask("load", { ...graph, scopes: ["files"], status: 429, retryAfter: 300 });
    run.operation(calls("order 3")).fails();
    // Nor is it served by what it gets meanwhile.
    run.operation(calls("unknown")).ok({ token: "none" });
    expect(isolation.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("does not take metadata for what a call is for", () => {
    const run = buildRun();
    const throttled = run.operation(calls("load"));
    run.exchange({ ...graph, by: throttled, status: 429, retryAfter: 300 });
    throttled.fails();
    run.operation(calls("save")).fails();
    run.at("00:10:00");
    const call = run.operation(calls("save"));
    run.exchange({ by: call, endpoint: "openid-configuration" });
    run.exchange({ ...orders, by: call });
    call.ok();
    expect(isolation.judge(run.history()).verdict).toBe("fail");
  });

  it("does not fail for a call that needs the token that is throttled", () => {
    expect(blocked(graph).verdict).toBe("inconclusive");
  });

  it("does not take a request to an API for one to the service", () => {
    const run = buildRun();
    const [load, save] = [run.operation(calls("load")), run.operation(calls("save"))];
    run.exchange({ ...orders, by: save });
    save.ok();
    run.exchange({ ...graph, by: load, status: 429, retryAfter: 300 });
    load.fails();
    const blocked = run.operation(calls("save"));
    run.exchange({ endpoint: "resource", by: blocked });
    blocked.fails();
    expect(isolation.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("does not take a request that was never sent for one of the app itself", () => {
    const later = (sentBefore: boolean) => {
      const run = buildRun();
      const load = run.operation(calls("load"));
      const save = run.operation(calls("save"));
      const unsent = run.operation(calls("save"));
      run.exchange({ ...graph, by: load, status: 429, retryAfter: 300 });
      load.fails();
      if (sentBefore) run.exchange({ ...orders, by: save });
      save.fails();
      run.exchange({
        ...calls("save"),
        by: unsent,
        sent: "connection",
        networkFault: "ECONNRESET",
      });
      unsent.fails();
      run.after(61_000);
      run.operation(calls("save")).fails();
      return isolation.judge(run.history()).verdict;
    };
    // It may have been for a user who never signed in.
    expect(later(false)).toBe("inconclusive");
    expect(later(true)).toBe("fail");
  });

  it("covers managed identities", () => {
    const run = buildRun();
    const identity = { flow: "managed-identity", client: "app-1", anyone: true } as const;
    const vault = { ...identity, scopes: ["https://vault.azure.net/.default"] };
    const storage = { ...identity, scopes: ["https://storage.azure.com/.default"] };
    const throttled = run.operation(vault);
    run.exchange({
      ...vault,
      by: throttled,
      endpoint: "managed-identity",
      status: 429,
      retryAfter: 60,
    });
    throttled.fails();
    run.operation(storage).fails();
    expect(isolation.judge(run.history()).verdict).toBe("fail");
  });
});

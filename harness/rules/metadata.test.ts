import { describe, expect, it } from "vitest";
import { metadata } from "./metadata.ts";
import { ada, ben, type Ask } from "../../test/support/run-builder-wire.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";

const judge = (run: RunBuilder) => metadata.judge(run.history());
const configuration = { endpoint: "openid-configuration" } as const;
const keys = { endpoint: "keys" } as const;

/** A client that has read the metadata and got a token. */
function warmClient(): RunBuilder {
  const run = buildRun();
  const call = run.operation();
  run.exchange({ by: call, ...configuration });
  run.exchange({ by: call });
  call.ok();
  return run;
}

/** A call that asks for metadata, gets none, and fails. */
function failsForWantOf(run: RunBuilder, ask: Ask): void {
  const call = run.operation();
  run.exchange({ by: call, ...ask, status: 503 });
  call.fails({ code: "endpoints_resolution_error" });
}

describe("metadata", () => {
  it("passes for a client that reads it once a day", () => {
    const run = warmClient();
    run.at("01:00:00");
    const call = run.operation();
    run.exchange({ by: call });
    call.ok();
    run.at("24:00:00");
    run.exchange(configuration);
    expect(judge(run).verdict).toBe("pass");
  });

  it("passes for other documents, tenants and processes, and beside a request that fails", () => {
    const run = buildRun();
    const first = run.request(configuration);
    const second = run.request(configuration);
    first.answered({ status: 503 });
    second.answered();
    run.exchange(keys);
    run.exchange({ ...configuration, tenant: "common" });
    run.exchange({ ...configuration, client: "app-2" });
    run.restarted();
    run.exchange(configuration);
    expect(judge(run).verdict).toBe("pass");
  });

  it("passes for a client with a token that works without it", () => {
    const run = buildRun();
    const signIn = run.operation();
    run.exchange({ by: signIn });
    signIn.ok();
    run.fault({ id: "down", on: ["openid-configuration"] });
    run.at("00:01:00");
    run.operation().ok();
    expect(judge(run)).toMatchObject({
      verdict: "pass",
      message: expect.stringContaining("1 call of processes with a token"),
    });
  });

  it("fails for reading the same document several times at once", () => {
    const run = warmClient();
    run.restarted();
    const reads = [1, 2, 3].map(() => run.request(configuration));
    for (const read of reads) read.answered();
    const verdict = judge(run);
    expect(verdict).toMatchObject({
      verdict: "fail",
      message:
        "app-1 read openid-configuration while it was already reading it, 2 times in all: callers that need a document at once share one request.",
    });
    expect(verdict.evidence).toHaveLength(2);
  });

  it("fails for reading the same document again within a day", () => {
    const run = warmClient();
    run.at("23:00:00");
    run.exchange(configuration);
    expect(judge(run)).toEqual({
      verdict: "fail",
      message:
        "app-1 read openid-configuration again 23h after the last time, although it is valid for 1d.",
      evidence: [2, 6],
    });
  });

  it("lets a process read the keys again after a rotation", () => {
    const run = buildRun();
    run.exchange(keys);
    run.changed("keys-rotated");
    run.exchange(keys);
    expect(judge(run).verdict).toBe("pass");
    run.exchange(keys);
    expect(judge(run).verdict).toBe("fail");
  });

  it("fails for reading it again with another correlation id", () => {
    const run = buildRun();
    const url = "https://login.microsoftonline.com/common/discovery/instance?api-version=1.1";
    const discovery = { endpoint: "instance-discovery" } as const;
    run.exchange({ ...discovery, url: `${url}&client-request-id=1` });
    run.exchange({ ...discovery, url: `${url}&authorization_endpoint=another` });
    expect(judge(run).verdict).toBe("pass");
    run.exchange({ ...discovery, url: `${url}&client-request-id=2` });
    expect(judge(run).verdict).toBe("fail");
  });

  it("fails for a client with a token that fails because it is unavailable", () => {
    const run = warmClient();
    run.at("30:00:00");
    failsForWantOf(run, configuration);
    expect(judge(run)).toEqual({
      verdict: "fail",
      message:
        "app-1 had a token before, but failed a call because it requested openid-configuration again and got a 503.",
      evidence: [8, 9],
    });
  });

  it("accepts failures of a client without a token, and failures for another reason", () => {
    const run = buildRun();
    failsForWantOf(run, configuration);
    expect(judge(run).verdict).toBe("inconclusive");
    const warm = warmClient();
    warm.at("30:00:00");
    const call = warm.operation();
    warm.exchange({ by: call, ...configuration, status: 503 });
    warm.exchange({ by: call, status: 503 });
    call.fails();
    expect(judge(warm).verdict).toBe("pass");
    const elsewhere = warm.operation({ tenant: "another" });
    warm.exchange({ by: elsewhere, ...configuration, networkFault: "ENOTFOUND" });
    elsewhere.fails();
    expect(judge(warm).verdict).toBe("pass");
    warm.restarted();
    failsForWantOf(warm, configuration);
    expect(judge(warm).verdict).toBe("pass");
  });

  it("is inconclusive without metadata, and when nothing followed it", () => {
    const run = buildRun();
    for (const user of [ada, ben]) {
      const call = run.operation({ user });
      run.exchange({ by: call });
      call.ok();
    }
    expect(judge(run).verdict).toBe("inconclusive");
    const last = buildRun();
    last.exchange(configuration);
    last.exchange({ client: "app-2" });
    expect(judge(last).verdict).toBe("inconclusive");
  });
});

it("metadata takes each instance in a process for one with a cache of its own", () => {
  const oneProcess = { sharedProcesses: { "app-2": "app-1" } } as const;
  const reads = buildRun(oneProcess);
  for (const client of ["app-1", "app-2"])
    reads.exchange({ by: reads.operation({ client }), ...configuration });
  expect(judge(reads).verdict).not.toBe("fail");
  reads.exchange({ by: reads.operation({ client: "app-2" }), ...configuration });
  expect(judge(reads).verdict).toBe("fail");

  const cold = buildRun(oneProcess);
  const first = cold.operation();
  cold.exchange({ by: first });
  first.ok();
  const second = cold.operation({ client: "app-2" });
  cold.exchange({ by: second, ...configuration, status: 503 });
  second.fails();
  expect(judge(cold).verdict).not.toBe("fail");
});

it("metadata treats each load of a page as a process", () => {
  const run = buildRun();
  const reads = (tab: string): void => {
    run.exchange({ by: run.operation({ tab }), ...configuration });
  };
  reads("tab-1");
  reads("tab-2");
  run.tab("reloaded");
  reads("tab-1");
  expect(judge(run).verdict).not.toBe("fail");
  reads("tab-2");
  expect(judge(run).verdict).toBe("fail");
});

it.each([
  ["inconclusive", "asked in vain", [{ ...configuration, status: 503 }]],
  ["inconclusive", "asked for nothing", []],
  ["fail", "read it after a failure", [{ ...configuration, status: 503 }, configuration]],
  ["fail", "got a token", [{}]],
] as const)(
  "metadata: %s for own code that cannot read it, and whose first call succeeded and %s",
  (verdict, _, asked) => {
    const run = buildRun();
    const own = { flow: "custom", client: "shop", app: "load", scopes: [] } as const;
    const first = run.operation(own);
    for (const ask of asked) run.exchange({ by: first, ...ask });
    first.ok({ token: "none" });
    run.at("00:05:00");
    const second = run.operation(own);
    run.exchange({ by: second, ...configuration, status: 503 });
    second.fails({ code: "endpoints_resolution_error" });
    expect(judge(run).verdict).toBe(verdict);
  },
);

it("metadata fails own code that had a token when its first call succeeded without metadata", () => {
  const judged = (how: "returned" | "shown"): string => {
    const run = buildRun();
    const own = { flow: "custom", client: "shop", app: "load", scopes: [] } as const;
    const token = run.token();
    const first = run.operation(own);
    run.exchange({ by: first, ...configuration, status: 503 });
    if (how === "shown") run.shows(first, token);
    first.ok({ token: how === "returned" ? token : "none" });
    run.at("00:05:00");
    const second = run.operation(own);
    run.exchange({ by: second, ...configuration, status: 503 });
    second.fails({ code: "endpoints_resolution_error" });
    return judge(run).verdict;
  };
  expect(judged("returned")).toBe("fail");
  expect(judged("shown")).toBe("fail");
});

describe("metadata, of own code for several tenants", () => {
  const [north, south] = [
    "aaaaaaaa-1111-4111-8111-000000000001",
    "bbbbbbbb-2222-4222-8222-000000000002",
  ];
  const own = { flow: "custom", app: "load", tenant: "", scopes: [] } as const;

  /** The verdict when `load` has got a token as in `served`, and then no metadata as in `failed`. */
  const judgeTenants = (served: Ask, failed: Ask) => {
    const run = buildRun();
    const call = run.operation(own);
    run.exchange({ by: call, ...configuration, ...served });
    run.exchange({ by: call, ...served });
    call.ok();
    run.at("30:00:00");
    const later = run.operation(own);
    run.exchange({ by: later, ...configuration, ...failed, status: 503 });
    later.fails({ code: "endpoints_resolution_error" });
    return judge(run).verdict;
  };

  it("fails where it had a token of the tenant, by any of its names", () => {
    const byDomain = { tenant: "north.example", tenantId: north };
    expect(judgeTenants({ tenant: north }, { tenant: north })).toBe("fail");
    expect(judgeTenants({ tenant: north }, byDomain)).toBe("fail");
    expect(judgeTenants(byDomain, { tenant: north })).toBe("fail");
    expect(judgeTenants({ tenant: "common", tenantId: north }, { tenant: "common" })).toBe("fail");
  });

  it("accepts that the metadata of another tenant are needed", () => {
    const instance = (tenant: string): Ask => ({
      endpoint: "instance-discovery",
      url: `https://login.microsoftonline.com/common/discovery/instance?authorization_endpoint=https%3A%2F%2Flogin.microsoftonline.com%2F${tenant}%2Foauth2%2Fv2.0%2Fauthorize`,
    });
    expect(judgeTenants({ tenant: north }, instance(north))).toBe("fail");
    expect(judgeTenants({ tenant: north }, instance(south))).not.toBe("fail");
    expect(judgeTenants({ tenant: north }, { tenant: south })).not.toBe("fail");
    expect(judgeTenants({ tenant: north }, { tenant: "south.example", tenantId: south })).not.toBe(
      "fail",
    );
  });
});

import { describe, expect, it } from "vitest";
import { ada, ben, type Ask, type Reply } from "../../../test/support/run-builder-wire.ts";
import { buildRun } from "../../../test/support/run-builder.ts";
import { similarityKeyOf } from "./similar-requests.ts";
import { faultSpansOf, lastFaultsCleared, outageSpansOf, totalOutagesAt } from "./fault-windows.ts";
import { exchangesOf, operationsOf } from "./exchanges.ts";
import { isServiceFailure } from "./exchange-outcomes.ts";

describe("reading a history", () => {
  it("pairs beginnings with ends, and calls with their requests", () => {
    const run = buildRun();
    const [first, second] = [run.operation(), run.operation()];
    const slow = run.request({ by: first });
    run.exchange({ by: second, status: 503 });
    slow.answered();
    first.ok();
    const open = run.request({ by: second });
    const history = run.history();
    const [one, two] = operationsOf(history);
    expect(one?.exchanges.map(({ ended }) => ended?.index)).toEqual([5]);
    expect(two?.exchanges.map(({ ended }) => ended?.index)).toEqual([4, undefined]);
    expect(one?.completed?.outcome).toBe("ok");
    expect(two).not.toHaveProperty("completed");
    expect(exchangesOf(history).at(-1)?.began.exchange).toBe(open.exchange);
  });

  it("tells the processes of one client apart, and clients of a recording by app and host", () => {
    const run = buildRun();
    run.operation().ok();
    run.restarted("another");
    run.operation().ok();
    run.restarted();
    run.operation().ok();
    run.exchange({ anonymous: true });
    run.exchange({ anonymous: true, endpoint: "keys" });
    const history = run.history();
    expect(operationsOf(history).map(({ process }) => process)).toEqual([
      "app-1#0",
      "app-1#0",
      "app-1#1",
    ]);
    expect(operationsOf(history, "another")).toEqual([]);
    expect(exchangesOf(history).map(({ client }) => client)).toEqual([
      "11112222-bbbb-3333-cccc-4444dddd5555@login.microsoftonline.com",
      "login.microsoftonline.com",
    ]);
  });

  it("merges faults that overlap, up to the end when one never closes", () => {
    const run = buildRun();
    const endFirst = run.fault({ id: "first" });
    run.at("00:01:00");
    const endSecond = run.fault({ id: "second" });
    run.at("00:02:00");
    endFirst();
    run.at("00:03:00");
    endSecond();
    run.cleared();
    const { startedAt } = run.history().header;
    expect(outageSpansOf(run.history())).toEqual([{ from: startedAt, to: startedAt + 180_000 }]);
    expect(lastFaultsCleared(run.history())?.index).toBe(4);
    run.at("00:05:00");
    run.fault({ id: "third" });
    run.at("00:06:00");
    run.exchange();
    expect(outageSpansOf(run.history())[1]).toEqual({
      from: startedAt + 300_000,
      to: startedAt + 360_000,
    });
    expect(faultSpansOf(run.history()).at(-1)).not.toHaveProperty("endedAt");
    expect(lastFaultsCleared(run.history())).toBeUndefined();
  });
});

describe("a preflight", () => {
  const preflight = { method: "OPTIONS", grant: "", hint: "" } as const;

  it("that was told yes is no request of the client's", () => {
    const run = buildRun();
    const call = run.operation();
    run.exchange({ ...preflight, by: call, status: 204, issued: "nothing" });
    run.exchange({ by: call });
    call.ok();
    const history = run.history();
    expect(exchangesOf(history).map(({ began }) => began.method)).toEqual(["POST"]);
    expect(operationsOf(history)[0]?.exchanges).toHaveLength(1);
  });

  it("that was told no stands for the request that is never sent, and nobody reads why", () => {
    const run = buildRun();
    const call = run.operation();
    run.exchange({
      ...preflight,
      by: call,
      status: 503,
      retryAfter: 60,
      error: { error: "temporarily_unavailable", codes: [90033] },
    });
    call.fails();
    const [exchange] = exchangesOf(run.history());
    expect(exchange?.began.method).toBe("OPTIONS");
    expect(exchange === undefined ? undefined : isServiceFailure(exchange)).toBe(true);
    expect(exchange?.ended).not.toHaveProperty("retryAfter");
    expect(exchange?.ended).not.toHaveProperty("error");
    expect(operationsOf(run.history())[0]?.exchanges).toHaveLength(1);
  });

  it.each(["ECONNREFUSED", "abandoned"] as const)("that ended with %s stands for it too", (end) => {
    const run = buildRun();
    run.exchange({ ...preflight, networkFault: end });
    run.request(preflight);
    expect(exchangesOf(run.history())).toHaveLength(2);
  });
});

describe("an outage for everyone", () => {
  it.each([
    [{}, 1],
    [{ preflights: "take" }, 1],
    [{ preflights: "only" }, 0],
    [{ first: 1 }, 0],
  ] as const)("is a window with %o: %i", (changes, count) => {
    const run = buildRun();
    run.fault({ id: "window", ...changes });
    const history = run.history();
    expect(totalOutagesAt(history, history.header.startedAt)).toHaveLength(count);
  });
});

describe("likeness", () => {
  /** Whether two requests, each of its own call, are alike. */
  function areAlike(first: Ask, second: Ask): boolean {
    const run = buildRun();
    for (const ask of [first, second]) run.exchange({ ...ask, by: run.operation(ask) });
    const [one, two] = exchangesOf(run.history()).map(similarityKeyOf);
    return one === two;
  }

  it("is that of the same wish, whatever its scopes' order, and whether or not it left the machine", () => {
    expect(areAlike({}, {})).toBe(true);
    const scopes = ["a", "b"];
    expect(areAlike({ scopes }, { scopes: ["B", "openid", "a", "offline_access"] })).toBe(true);
    expect(areAlike({}, { sent: "connection" })).toBe(true);
    const daemon = { flow: "client-credentials" } as const;
    expect(areAlike(daemon, { ...daemon, sent: "connection" })).toBe(true);
  });

  it.each<[string, Ask]>([
    ["user", { user: ben }],
    ["scope", { scopes: ["api://other/.default"] }],
    ["client", { client: "app-2" }],
    ["app", { app: "another" }],
    ["tenant", { tenant: "another" }],
    ["grant", { flow: "on-behalf-of" }],
    ["endpoint", { endpoint: "keys" }],
  ])("ends with another %s", (_, other) => {
    expect(areAlike({}, other)).toBe(false);
  });

  it("does not take strangers for one person, but one refresh token", () => {
    const run = buildRun();
    const code = { anonymous: true, flow: "authorization-code", hint: "" } as const;
    const refresh = {
      anonymous: true,
      flow: "silent",
      hint: "",
      form: { refresh_token: "rt-0" },
    } as const;
    for (const ask of [code, code, refresh, refresh]) run.exchange(ask);
    const [one, two, three, four] = exchangesOf(run.history()).map(similarityKeyOf);
    expect(one).not.toBe(two);
    expect(three).toBe(four);
  });

  it("of discovery knows no users", () => {
    const keys = { endpoint: "keys" } as const;
    expect(areAlike({ ...keys, user: ada }, { ...keys, user: ben })).toBe(true);
  });
});

describe("a 404 or 410", () => {
  it("is the service's failure from a machine's endpoint, unless it is an answer of Service Fabric", () => {
    const failed = (ask: Ask & Reply): boolean => {
      const run = buildRun();
      run.exchange(ask);
      return exchangesOf(run.history()).some(isServiceFailure);
    };
    const endpoint = "managed-identity";
    expect(failed({ endpoint, status: 404 })).toBe(true);
    expect(failed({ endpoint, status: 410 })).toBe(true);
    expect(failed({ endpoint, status: 404, error: "ManagedIdentityNotFound" })).toBe(false);
    expect(failed({ endpoint, status: 400 })).toBe(false);
    expect(failed({ endpoint: "token", status: 404 })).toBe(false);
  });
});

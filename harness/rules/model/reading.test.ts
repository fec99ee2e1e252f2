import { describe, expect, it } from "vitest";
import { likenessOf } from "./likeness.ts";
import { totalOutagesAt } from "./reading-operations.ts";
import {
  exchangesOf,
  faultSpansOf,
  isServiceFailure,
  lastFaultsCleared,
  operationsOf,
  outageSpansOf,
} from "./reading.ts";
import { ada, ben, type Ask, type Reply } from "../../../test/support/check-story-wire.ts";
import { story } from "../../../test/support/check-story.ts";

describe("reading a history", () => {
  it("pairs beginnings with ends, and calls with their requests", () => {
    const told = story();
    const [first, second] = [told.operation(), told.operation()];
    const slow = told.request({ by: first });
    told.exchange({ by: second, status: 503 });
    slow.answered();
    first.ok();
    const open = told.request({ by: second });
    const history = told.history();
    const [one, two] = operationsOf(history);
    expect(one?.exchanges.map(({ ended }) => ended?.index)).toEqual([5]);
    expect(two?.exchanges.map(({ ended }) => ended?.index)).toEqual([4, undefined]);
    expect(one?.completed?.outcome).toBe("ok");
    expect(two).not.toHaveProperty("completed");
    expect(exchangesOf(history).at(-1)?.began.exchange).toBe(open.exchange);
  });

  it("tells the processes of one client apart, and clients of a recording by app and host", () => {
    const told = story();
    told.operation().ok();
    told.restarted("another");
    told.operation().ok();
    told.restarted();
    told.operation().ok();
    told.exchange({ anonymous: true });
    told.exchange({ anonymous: true, endpoint: "keys" });
    const history = told.history();
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
    const told = story();
    const endFirst = told.fault({ id: "first" });
    told.at("00:01:00");
    const endSecond = told.fault({ id: "second" });
    told.at("00:02:00");
    endFirst();
    told.at("00:03:00");
    endSecond();
    told.cleared();
    const { startedAt } = told.history().header;
    expect(outageSpansOf(told.history())).toEqual([{ from: startedAt, to: startedAt + 180_000 }]);
    expect(lastFaultsCleared(told.history())?.index).toBe(4);
    told.at("00:05:00");
    told.fault({ id: "third" });
    told.at("00:06:00");
    told.exchange();
    expect(outageSpansOf(told.history())[1]).toEqual({
      from: startedAt + 300_000,
      to: startedAt + 360_000,
    });
    expect(faultSpansOf(told.history()).at(-1)).not.toHaveProperty("endedAt");
    expect(lastFaultsCleared(told.history())).toBeUndefined();
  });
});

describe("a preflight", () => {
  const preflight = { method: "OPTIONS", grant: "", hint: "" } as const;

  it("that was told yes is no request of the client's", () => {
    const told = story();
    const call = told.operation();
    told.exchange({ ...preflight, by: call, status: 204, issued: "nothing" });
    told.exchange({ by: call });
    call.ok();
    const history = told.history();
    expect(exchangesOf(history).map(({ began }) => began.method)).toEqual(["POST"]);
    expect(operationsOf(history)[0]?.exchanges).toHaveLength(1);
  });

  it("that was told no stands for the request that is never sent, and nobody reads why", () => {
    const told = story();
    const call = told.operation();
    told.exchange({
      ...preflight,
      by: call,
      status: 503,
      retryAfter: 60,
      error: { error: "temporarily_unavailable", codes: [90033] },
    });
    call.fails();
    const [exchange] = exchangesOf(told.history());
    expect(exchange?.began.method).toBe("OPTIONS");
    expect(exchange === undefined ? undefined : isServiceFailure(exchange)).toBe(true);
    expect(exchange?.ended).not.toHaveProperty("retryAfter");
    expect(exchange?.ended).not.toHaveProperty("error");
    expect(operationsOf(told.history())[0]?.exchanges).toHaveLength(1);
  });

  it.each(["ECONNREFUSED", "abandoned"] as const)("that ended with %s stands for it too", (end) => {
    const told = story();
    told.exchange({ ...preflight, networkFault: end });
    told.request(preflight);
    expect(exchangesOf(told.history())).toHaveLength(2);
  });
});

describe("an outage for everyone", () => {
  it.each([
    [{}, 1],
    [{ preflights: "take" }, 1],
    [{ preflights: "only" }, 0],
    [{ first: 1 }, 0],
  ] as const)("is a window with %o: %i", (changes, count) => {
    const told = story();
    told.fault({ id: "window", ...changes });
    const history = told.history();
    expect(totalOutagesAt(history, history.header.startedAt)).toHaveLength(count);
  });
});

describe("likeness", () => {
  /** Whether two requests, each of its own call, are alike. */
  function areAlike(first: Ask, second: Ask): boolean {
    const told = story();
    for (const ask of [first, second]) told.exchange({ ...ask, by: told.operation(ask) });
    const [one, two] = exchangesOf(told.history()).map(likenessOf);
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
    const told = story();
    const code = { anonymous: true, flow: "authorization-code", hint: "" } as const;
    const refresh = {
      anonymous: true,
      flow: "silent",
      hint: "",
      form: { refresh_token: "rt-0" },
    } as const;
    for (const ask of [code, code, refresh, refresh]) told.exchange(ask);
    const [one, two, three, four] = exchangesOf(told.history()).map(likenessOf);
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
      const told = story();
      told.exchange(ask);
      return exchangesOf(told.history()).some(isServiceFailure);
    };
    const endpoint = "managed-identity";
    expect(failed({ endpoint, status: 404 })).toBe(true);
    expect(failed({ endpoint, status: 410 })).toBe(true);
    expect(failed({ endpoint, status: 404, error: "ManagedIdentityNotFound" })).toBe(false);
    expect(failed({ endpoint, status: 400 })).toBe(false);
    expect(failed({ endpoint: "token", status: 404 })).toBe(false);
  });
});

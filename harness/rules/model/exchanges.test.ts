import { describe, expect, it } from "vitest";
import { buildRun } from "../../../test/support/run-builder.ts";
import { exchangesOf, operationsOf } from "./exchanges.ts";
import { isServiceFailure } from "./exchange-outcomes.ts";

describe("the exchanges and operations of a history", () => {
  it("join requests with their answers, and calls with their requests", () => {
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

  it("distinguish the processes of one client, and name clients of a recording by app and host", () => {
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
});

it("what shares memory is a tab between two loads of its page, or a process without tabs", () => {
  const run = buildRun();
  const call = (tab?: string): void => run.operation(tab === undefined ? {} : { tab }).ok();
  call();
  call("tab-1");
  run.tab("opened");
  call("tab-1");
  run.tab("reloaded");
  call("tab-1");
  run.tab("closed");
  call("tab-1");
  call("tab-2");
  expect(operationsOf(run.history()).map(({ page }) => page)).toEqual([
    "app-1#0",
    "app-1#0 tab-1#0",
    "app-1#0 tab-1#1",
    "app-1#0 tab-1#2",
    "app-1#0 tab-1#2",
    "app-1#0 tab-2#0",
  ]);
});

describe("a preflight", () => {
  const preflight = { method: "OPTIONS", grant: "", hint: "" } as const;

  it("that was allowed does not count as a request", () => {
    const run = buildRun();
    const call = run.operation();
    run.exchange({ ...preflight, by: call, status: 204, issued: "nothing" });
    run.exchange({ by: call });
    call.ok();
    const history = run.history();
    expect(exchangesOf(history).map(({ began }) => began.method)).toEqual(["POST"]);
    expect(operationsOf(history)[0]?.exchanges).toHaveLength(1);
  });

  it("that was refused counts as the request that was not sent, without its error", () => {
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

  it.each(["ECONNREFUSED", "abandoned"] as const)(
    "that ended with %s counts as the request, too",
    (end) => {
      const run = buildRun();
      run.exchange({ ...preflight, networkFault: end });
      run.request(preflight);
      expect(exchangesOf(run.history())).toHaveLength(2);
    },
  );
});

import { describe, expect, it } from "vitest";
import { prematureRequestsIn, retryAfter } from "./retry-after.ts";
import { ben, type Ask, type Reply } from "../../test/support/run-builder-wire.ts";
import { buildRun, type BuiltRequest, type RunBuilder } from "../../test/support/run-builder.ts";

const judge = (run: RunBuilder) => retryAfter.judge(run.history());
const daemon = { flow: "client-credentials", client: "daemon-1" } as const;

/** A daemon that gets a Retry-After at the start, and calls again at `clock`. */
function throttledThenAsksAt(
  clock: string,
  retryAfterValue: number | string,
  status = 429,
): RunBuilder {
  const run = buildRun();
  run.exchange({ ...daemon, status, retryAfter: retryAfterValue });
  run.at(clock);
  run.exchange(daemon);
  return run;
}

describe("retry-after", () => {
  it("passes when the client waits for Retry-After", () => {
    expect(judge(throttledThenAsksAt("00:01:00", 60)).verdict).toBe("pass");
    expect(judge(throttledThenAsksAt("00:02:00", 120, 503)).verdict).toBe("pass");
  });

  it("passes when calls fail locally in the meantime", () => {
    const run = buildRun();
    run.exchange({ ...daemon, status: 429, retryAfter: 60 });
    run.at("00:00:30");
    run.operation(daemon).fails();
    expect(judge(run).verdict).toBe("pass");
  });

  it("fails for a similar request before the time, and reports the wait", () => {
    const judgement = judge(throttledThenAsksAt("00:00:30", 60));
    expect(judgement).toEqual({
      verdict: "fail",
      message:
        "daemon-1 sent another request to the token endpoint 30s after a 429 with a Retry-After (in seconds) of 1m.",
      evidence: [1, 2],
    });
  });

  it("fails for waiting too short after an HTTP-date, and after a 503", () => {
    const date = buildRun().httpDate(180);
    expect(judge(throttledThenAsksAt("00:01:00", date))).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("1m after a 429 with a Retry-After (as an HTTP-date) of 3m"),
    });
    expect(judge(throttledThenAsksAt("00:00:59", 120, 503)).verdict).toBe("fail");
  });

  it("does not count preflights, or the Retry-After in their answers", () => {
    const run = buildRun();
    run.exchange({ ...daemon, method: "OPTIONS", issued: "nothing" });
    run.exchange({ ...daemon, status: 429, retryAfter: 60 });
    run.at("00:00:30");
    run.exchange({ ...daemon, method: "OPTIONS", issued: "nothing" });
    run.at("00:01:00");
    run.exchange(daemon);
    expect(judge(run).verdict).toBe("pass");
    const refused = buildRun();
    refused.exchange({ ...daemon, method: "OPTIONS", status: 429, retryAfter: 60 });
    refused.at("00:00:30");
    refused.exchange(daemon);
    expect(judge(refused).verdict).toBe("inconclusive");
  });

  it("tolerates rounding to whole seconds, but not for a wait of one second", () => {
    const run = buildRun();
    run.exchange({ ...daemon, status: 429, retryAfter: 60 });
    run.after(59_500);
    run.exchange(daemon);
    expect(judge(run).verdict).toBe("pass");
    const hasty = buildRun();
    hasty.exchange({ ...daemon, status: 429, retryAfter: 1 });
    hasty.after(500);
    hasty.exchange(daemon);
    expect(judge(hasty).verdict).toBe("fail");
  });

  it("counts a failed connection as a request, and each early request once", () => {
    const run = buildRun();
    const first = run.operation(daemon);
    run.exchange({ by: first, status: 429, retryAfter: 60 });
    first.fails();
    for (const clock of ["00:00:10", "00:00:20"]) {
      run.at(clock);
      const again = run.operation(daemon);
      run.exchange({ by: again, sent: "connection", networkFault: "ECONNREFUSED" });
      again.fails();
    }
    expect(judge(run)).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("and 1 more time."),
    });
  });

  it("uses the longer of two Retry-After times", () => {
    const run = buildRun();
    const slow = run.request(daemon);
    const quick = run.request(daemon);
    quick.answered({ status: 429, retryAfter: 600 });
    slow.answered({ status: 429, retryAfter: 10 });
    run.at("00:05:00");
    run.exchange(daemon);
    expect(judge(run).verdict).toBe("fail");
  });

  it("does not judge other users, other clients and requests that were already open", () => {
    const run = buildRun();
    const call = run.operation();
    const underway = run.request({ by: call });
    run.exchange({ by: call, status: 429, retryAfter: 60 });
    underway.answered();
    run.at("00:00:10");
    const other = run.operation({ user: ben });
    run.exchange({ by: other });
    run.exchange({ by: call, client: "app-2" });
    expect(judge(run).verdict).toBe("pass");
  });

  it("fails for a process that forgets a Retry-After in a restart", () => {
    const run = buildRun();
    run.exchange({ ...daemon, status: 429, retryAfter: 60 });
    run.restarted("daemon-1");
    run.at("00:00:10");
    run.exchange(daemon);
    expect(judge(run).verdict).toBe("fail");
  });

  it("judges a recording without clients and operations", () => {
    const run = buildRun();
    run.exchange({ anonymous: true, status: 429, retryAfter: 60 });
    run.at("00:00:05");
    run.exchange({ anonymous: true });
    expect(judge(run).verdict).toBe("fail");
  });

  it.each([0, "soon", "-5"])("is inconclusive for Retry-After: %s", (value) => {
    expect(judge(throttledThenAsksAt("00:00:00", value)).verdict).toBe("inconclusive");
  });

  it("judges protected APIs, each address, method and token by itself", () => {
    const orders: Ask = {
      client: "shop",
      endpoint: "resource",
      host: "orders.contoso.example",
      url: "https://orders.contoso.example/items",
      headers: [["authorization", "Bearer at-0123456789ab"]],
    };
    const hammers = (next: Ask): ReturnType<typeof judge> => {
      const run = buildRun();
      run.exchange({ ...orders, status: 429, retryAfter: 60 });
      run.after(5_000);
      run.exchange({ ...orders, ...next });
      return judge(run);
    };
    expect(hammers({})).toMatchObject({
      verdict: "fail",
      message:
        "shop sent another request to the API at orders.contoso.example 5s after a 429 with a Retry-After (in seconds) of 1m.",
    });
    for (const other of [
      { url: "https://orders.contoso.example/customers" },
      { method: "POST" },
      { headers: [["authorization", "Bearer at-ba9876543210"]] },
      { client: "another" },
    ] as const)
      expect(hammers(other).verdict).not.toBe("fail");
  });

  it("lets an API limit each order by itself, until it throttles two of them", () => {
    const order = (id: number): Ask & Reply => ({
      client: "shop",
      endpoint: "resource",
      url: `https://orders.contoso.example/orders/${id}`,
    });
    const asks = (...ids: readonly number[]) => {
      const run = buildRun();
      for (const id of ids) {
        run.exchange({ ...order(id), status: 429, retryAfter: 60 });
        run.after(5_000);
      }
      return judge(run).verdict;
    };
    expect(asks(17, 18)).toBe("pass");
    expect(asks(17, 17)).toBe("fail");
    expect(asks(17, 18, 19)).toBe("fail");
    const run = buildRun();
    for (const id of [17, 18, 19]) {
      run.exchange({ ...order(id), status: 429, retryAfter: 60 });
      run.after(60_000);
    }
    expect(judge(run).verdict).toBe("pass");
  });

  it("judges an order that was throttled by its own Retry-After, and not by that of others", () => {
    const asksAt = (seconds: number, id: number) => {
      const run = buildRun();
      const order = (number: number): Ask => ({
        client: "shop",
        endpoint: "resource",
        url: `https://orders.contoso.example/orders/${number}`,
      });
      const together: (readonly [BuiltRequest, number])[] = [];
      for (const [number, retryAfterSeconds] of [
        [17, 5],
        [18, 60],
        [19, 60],
      ] as const) {
        together.push([run.request(order(number)), retryAfterSeconds]);
      }
      for (const [request, wait] of together) request.answered({ status: 429, retryAfter: wait });
      run.after(seconds * 1_000);
      run.exchange(order(id));
      return judge(run).verdict;
    };
    expect(asksAt(6, 17)).toBe("pass");
    expect(asksAt(4, 17)).toBe("fail");
    expect(asksAt(6, 20)).toBe("fail");
  });

  it.each([400, 403, 404])(
    "judges a %s with Retry-After, which asks for a wait as well",
    (status) => {
      const run = buildRun();
      run.exchange({ ...daemon, status, retryAfter: 60, error: "slow_down" });
      run.after(5_000);
      run.exchange(daemon);
      expect(judge(run).verdict).toBe("fail");
      const patient = buildRun();
      patient.exchange({ ...daemon, status, retryAfter: 60 });
      patient.after(60_000);
      patient.exchange(daemon);
      expect(judge(patient).verdict).toBe("pass");
    },
  );

  it("is inconclusive without a throttle, and when nothing follows", () => {
    expect(judge(throttledThenAsksAt("00:00:00", 60, 200)).verdict).toBe("inconclusive");
    const run = buildRun();
    run.exchange({ ...daemon, status: 429, retryAfter: 60 });
    run.operation({ client: "another" }).fails();
    expect(judge(run).verdict).toBe("inconclusive");
  });
});

describe("retry-after knows", () => {
  const throttle = (retryAfter: number) => ({ ...daemon, status: 429, retryAfter });

  it("all that broke it, in their order, with what was asked", () => {
    const run = buildRun();
    run.exchange({ ...throttle(60), client: "one" });
    run.exchange({ ...throttle(60), client: "two" });
    run.after(1_000);
    run.exchange({ ...daemon, client: "two" });
    run.exchange({ ...daemon, client: "one" });
    run.exchange({ ...daemon, client: "two" });
    const found = prematureRequestsIn(run.history());
    expect(
      found.map(({ answer, early, askedMs }) => [answer.began.index, early.began.index, askedMs]),
    ).toEqual([
      [2, 4, 60_000],
      [0, 6, 60_000],
      [2, 8, 60_000],
    ]);
  });

  it("an answer that came first, although its request began later", () => {
    const run = buildRun();
    const slow = run.request(daemon);
    run.exchange(throttle(60));
    run.at("00:00:30");
    run.exchange(daemon);
    slow.answered({ status: 429, retryAfter: 60 });
    expect(judge(run)).toMatchObject({ verdict: "fail", evidence: [2, 3] });
  });

  it("of two answers that ask for the same wait the later one", () => {
    const run = buildRun();
    run.exchange(throttle(60));
    run.exchange(throttle(60));
    run.exchange(throttle(0));
    run.at("00:00:30");
    run.exchange(daemon);
    expect(judge(run).evidence.slice(0, 2)).toEqual([1, 2]);
    expect(prematureRequestsIn(run.history()).at(-1)?.answer.began.index).toBe(2);
  });

  it("the first moment at which a request may be sent", () => {
    const after = (ms: number): string => {
      const run = buildRun();
      run.exchange(throttle(60));
      run.after(ms);
      run.exchange(daemon);
      return judge(run).verdict;
    };
    expect([after(58_999), after(59_000)]).toEqual(["fail", "pass"]);
  });

  it("the strictest of what an API asked for several orders", () => {
    const run = buildRun();
    const order = (id: number): Ask => ({
      ...daemon,
      endpoint: "resource",
      host: "api.contoso.example",
      url: `https://api.contoso.example/orders/${id}`,
    });
    run.exchange({ ...order(1), status: 429, retryAfter: 600 });
    run.exchange({ ...order(2), status: 429, retryAfter: 60 });
    run.at("00:00:30");
    run.exchange({ ...order(3), status: 200 });
    expect(judge(run).message).toContain("of 10m");
  });

  it("that the client went on: by a call or a request of its own, and by nothing else", () => {
    const after = (then: (run: RunBuilder) => void, more: Ask = {}) => {
      const run = buildRun();
      run.exchange({ ...throttle(60), ...more });
      run.at("00:02:00");
      then(run);
      return judge(run);
    };
    const nothing = "The client did nothing after the last answer with a Retry-After.";
    expect(after((run) => run.tab("opened", "tab-1", "daemon-1")).message).toBe(nothing);
    expect(after((run) => void run.operation({ ...daemon, client: "other" })).message).toBe(
      nothing,
    );
    expect(after((run) => run.exchange({ ...daemon, client: "other" })).message).toBe(nothing);
    expect(after((run) => run.exchange(daemon))).toMatchObject({ verdict: "pass", evidence: [1] });
    expect(after((run) => run.exchange(daemon), { anonymous: true }).verdict).toBe("pass");
    expect(judge(buildRun()).message).toBe(
      "No failure with a valid Retry-After other than zero was seen.",
    );
  });
});

describe("in a browser", () => {
  it("does not count requests that the browser resends by itself", () => {
    const run = buildRun();
    run.exchange({ ...daemon, status: 429, retryAfter: 60 });
    run.exchange({ ...daemon, resent: true });
    expect(judge(run).verdict).toBe("pass");
    run.exchange({ ...daemon, resent: true, status: 429, retryAfter: 60 });
    run.after(5_000);
    run.exchange(daemon);
    expect(judge(run).verdict).toBe("fail");
  });

  it("judges a tab by the answers to its own requests, also those before a reload", () => {
    const run = buildRun();
    const asks = (tab: string, reply = {}): void => {
      run.exchange({ by: run.operation({ tab }), ...reply });
    };
    asks("tab-1", { status: 429, retryAfter: 60 });
    asks("tab-2");
    expect(judge(run).verdict).toBe("pass");
    run.tab("reloaded");
    asks("tab-1");
    expect(judge(run).verdict).toBe("fail");
  });
});

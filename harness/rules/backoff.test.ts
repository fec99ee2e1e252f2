import { describe, expect, it } from "vitest";
import { backoff } from "./backoff.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import { ada, ben, type Reply } from "../../test/support/run-builder-wire.ts";

const judge = (run: RunBuilder) => backoff.judge(run.history());

/** A client whose requests fail, each so many seconds after the one before, until the last is answered. */
function retriesAfter(
  gapsSeconds: readonly number[],
  failure: Reply = { status: 503 },
): RunBuilder {
  const run = buildRun();
  run.exchange(failure);
  gapsSeconds.forEach((gap, index) => {
    run.after(gap * 1_000);
    run.exchange(index === gapsSeconds.length - 1 ? {} : failure);
  });
  return run;
}

describe("backoff", () => {
  it("passes for waits that double and then stay at a minute or more", () => {
    expect(judge(retriesAfter([5, 10, 20, 40, 80, 60, 60])).verdict).toBe("pass");
  });

  it("passes for a request every five minutes, and for a single retry", () => {
    expect(judge(retriesAfter([300, 300, 300, 300])).verdict).toBe("pass");
    expect(judge(retriesAfter([5]))).toMatchObject({
      verdict: "pass",
      message: "1 retry after a failure; the first retry came never sooner than 5s.",
    });
  });

  it("passes for a client that doubles its wait while its application polls every thirty seconds", () => {
    expect(judge(retriesAfter([30, 30, 30, 60, 60])).verdict).toBe("pass");
    expect(judge(retriesAfter([5, 7, 10, 15, 22, 33])).verdict).toBe("pass");
  });

  it("passes for waits with a little jitter", () => {
    expect(judge(retriesAfter([6, 11, 10, 24, 55, 60])).verdict).toBe("pass");
  });

  it.each<[string, Reply]>([
    ["a 500", { status: 500 }],
    ["a 429 without Retry-After", { status: 429 }],
    ["a Retry-After of zero", { status: 429, retryAfter: 0 }],
    ["a garbled Retry-After", { status: 503, retryAfter: "soon" }],
    ["a reset", { networkFault: "ECONNRESET" }],
    ["the client's own time-out", { networkFault: "abandoned" }],
    ["half a body", { cut: "fin" }],
    ["a success without a token", { issued: "nothing" }],
  ])("fails for a retry at once after %s", (_, failure) => {
    expect(judge(retriesAfter([0], failure)).verdict).toBe("fail");
  });

  it("fails for a first retry after four seconds, and reports the wait", () => {
    expect(judge(retriesAfter([4]))).toEqual({
      verdict: "fail",
      message: "app-1 sent another request to the token endpoint 4s after a 503, sooner than 5s.",
      evidence: [1, 2],
    });
  });

  it("fails for waits that shrink", () => {
    expect(judge(retriesAfter([30, 10]))).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("sooner than the previous retry, which waited 30s"),
    });
    expect(judge(retriesAfter([300, 20])).verdict).toBe("fail");
  });

  it("fails for waits that never grow", () => {
    for (const gaps of [
      [10, 10, 10],
      [30, 30, 30, 30],
    ]) {
      expect(judge(retriesAfter(gaps))).toMatchObject({
        verdict: "fail",
        message: expect.stringContaining("the third wait in a row that did not grow"),
      });
    }
  });

  it("fails for a connection that is retried at once", () => {
    const run = buildRun();
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const call = run.operation();
      run.exchange({ by: call, sent: "connection", networkFault: "ECONNREFUSED" });
      call.fails();
    }
    expect(judge(run)).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("0s after ECONNREFUSED"),
    });
  });

  it.each<[string, readonly number[], string]>([
    ["a wait that a timer shortened by a tenth", [30, 27], "pass"],
    ["three waits of nine tenths of what is due", [18, 18, 18], "pass"],
    ["a third wait that grew no more than a timer's inaccuracy", [9, 9, 10], "fail"],
    ["a third wait that grew by more", [9, 9, 11], "pass"],
  ])("allows for inaccurate timers: %s", (_, gaps, verdict) => {
    expect(judge(retriesAfter(gaps)).verdict).toBe(verdict);
  });

  it.each([
    [1, "fail", "1s after the caller's own time-out, sooner than 5s"],
    [5, "pass", "1 retry after a failure"],
  ])("counts the caller's time-out as a failure: a retry %d s later: %s", (gap, verdict, says) => {
    const run = buildRun();
    const call = run.operation();
    const underway = run.request({ by: call });
    run.at("00:00:30");
    call.unknown("caller-timeout");
    run.after(gap * 1_000);
    run.exchange({ by: run.operation() });
    underway.answered();
    expect(judge(run)).toMatchObject({ verdict, message: expect.stringContaining(says) });
  });

  it("counts no failure when a call merely never ends: its request may still be answered", () => {
    const run = buildRun();
    const call = run.operation();
    run.request({ by: call });
    call.unknown("never-ends");
    run.after(1_000);
    run.exchange({ by: run.operation() });
    expect(judge(run).verdict).toBe("inconclusive");
  });

  it("counts a wait from the failed answer, although the caller times out later", () => {
    const run = buildRun();
    const call = run.operation();
    run.exchange({ by: call, status: 503 });
    run.after(1_000);
    run.exchange({ by: call });
    call.unknown("caller-timeout");
    expect(judge(run).message).toContain("1s after a 503, sooner than 5s");
  });

  it("fails for metadata that is requested again at once, also for another user", () => {
    const run = buildRun();
    for (const user of [ada, ben]) {
      const call = run.operation({ user });
      run.exchange({ by: call, endpoint: "openid-configuration", status: 503 });
      call.fails();
    }
    expect(judge(run)).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining(
        "sent another request to the openid-configuration endpoint 0s after",
      ),
    });
  });

  it("starts again after a successful answer", () => {
    const run = buildRun();
    for (const clock of ["00:00:00", "00:00:30", "00:00:31", "00:00:40"]) {
      run.at(clock);
      run.exchange(clock === "00:00:30" ? {} : { status: 503 });
    }
    expect(judge(run).verdict).toBe("pass");
  });

  it("does not count requests for other users or open requests as retries", () => {
    const run = buildRun();
    const mine = run.operation();
    const theirs = run.operation({ user: ben });
    const first = run.request({ by: mine });
    const second = run.request({ by: mine });
    first.answered({ status: 503 });
    second.answered({ status: 503 });
    run.exchange({ by: theirs });
    expect(judge(run).verdict).toBe("inconclusive");
  });

  it("is inconclusive after failures with a valid Retry-After, which that rule judges, and without failures", () => {
    expect(judge(retriesAfter([1], { status: 503, retryAfter: 60 })).verdict).toBe("inconclusive");
    expect(judge(retriesAfter([1], { status: 400, error: "invalid_grant" })).verdict).toBe(
      "inconclusive",
    );
    expect(judge(retriesAfter([])).verdict).toBe("inconclusive");
  });

  it("fails for a process that crashes and sends the request again at once", () => {
    const run = buildRun();
    run.exchange({ status: 503 });
    run.restarted();
    run.exchange({});
    expect(judge(run).verdict).toBe("fail");
  });
});

describe("in a browser", () => {
  it("counts a request and its resend by the browser as one", () => {
    const run = buildRun();
    run.exchange({ networkFault: "ECONNRESET" });
    run.exchange({ resent: true, status: 503 });
    expect(judge(run).verdict).toBe("inconclusive");
    run.after(1_000);
    run.exchange();
    expect(judge(run).message).toContain("1s after a 503");
  });

  it("judges each tab by its own failures", () => {
    const run = buildRun();
    run.exchange({ by: run.operation({ tab: "tab-1" }), status: 503 });
    run.after(1_000);
    run.exchange({ by: run.operation({ tab: "tab-2" }) });
    expect(judge(run).verdict).toBe("inconclusive");
  });
});

describe("another host", () => {
  const regional = { host: "westeurope.login.microsoft.com" } as const;
  const refused = { sent: "connection", networkFault: "ECONNREFUSED" } as const;

  it("is no retry: a client asks the global service right after that of its region has failed", () => {
    const run = buildRun();
    const by = run.operation();
    run.exchange({ by, ...regional, ...refused });
    run.exchange({ by });
    run.after(600_000);
    run.exchange({ by, ...regional });
    expect(judge(run)).toMatchObject({
      verdict: "pass",
      message: "1 retry after a failure; the first retry came never sooner than 10m.",
    });
  });

  it("is no excuse for a client that goes back and forth between two that fail", () => {
    const run = buildRun();
    const by = run.operation();
    for (let round = 0; round < 3; round += 1) {
      run.exchange({ by, ...regional, ...refused });
      run.exchange({ by, ...refused });
    }
    expect(judge(run).message).toContain("0s after ECONNREFUSED, sooner than 5s");
  });

  it("is no excuse when it is an alias of the same service", () => {
    const run = buildRun();
    run.exchange({ status: 503 });
    run.exchange({ host: "login.windows.net" });
    expect(judge(run).verdict).toBe("fail");
  });
});

describe("a sign-in page", () => {
  const page = { endpoint: "authorize", method: "GET", flow: "popup" } as const;

  it("fails that is asked for again right after a failure", () => {
    const run = buildRun();
    run.exchange({ ...page, by: run.operation(page), status: 503 });
    run.after(1_000);
    run.exchange({ ...page, by: run.operation(page) });
    expect(judge(run).message).toContain("sent another request to the authorize endpoint 1s after");
  });

  it("does not fail for the form that its person sends", () => {
    const run = buildRun();
    const by = run.operation(page);
    run.exchange({ ...page, by, status: 503 });
    run.exchange({ ...page, by, method: "POST" });
    expect(judge(run).verdict).toBe("inconclusive");
  });
});

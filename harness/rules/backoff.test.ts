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
  it("holds for gaps that double, and stay at a minute or more", () => {
    expect(judge(retriesAfter([5, 10, 20, 40, 80, 60, 60])).verdict).toBe("pass");
  });

  it("holds for a poll every five minutes, and for one retry", () => {
    expect(judge(retriesAfter([300, 300, 300, 300])).verdict).toBe("pass");
    expect(judge(retriesAfter([5]))).toMatchObject({
      verdict: "pass",
      message: "1 retry after a failure; the first retry came never sooner than 5s.",
    });
  });

  it("holds for a client that doubles its wait under a poll every thirty seconds", () => {
    expect(judge(retriesAfter([30, 30, 30, 60, 60])).verdict).toBe("pass");
    expect(judge(retriesAfter([5, 7, 10, 15, 22, 33])).verdict).toBe("pass");
  });

  it("holds for gaps that jitter a little", () => {
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
  ])("is broken by a retry at once after %s", (_, failure) => {
    expect(judge(retriesAfter([0], failure)).verdict).toBe("fail");
  });

  it("is broken by a first retry after four seconds, with the figures", () => {
    expect(judge(retriesAfter([4]))).toEqual({
      verdict: "fail",
      message: "app-1 sent another request to the token endpoint 4s after a 503, sooner than 5s.",
      evidence: [1, 2],
    });
  });

  it("is broken by gaps that shrink", () => {
    expect(judge(retriesAfter([30, 10]))).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("sooner than the previous retry, which waited 30s"),
    });
    expect(judge(retriesAfter([300, 20])).verdict).toBe("fail");
  });

  it("is broken by gaps that never grow", () => {
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

  it("is broken by a connection that is tried again at once", () => {
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

  it.each([
    [1, "fail"],
    [5, "pass"],
  ])("counts the caller's time-out as a failure: asked again %d s later, %s", (gap, verdict) => {
    const run = buildRun();
    const call = run.operation();
    const underway = run.request({ by: call });
    run.at("00:00:30");
    call.unknown("caller-timeout");
    run.after(gap * 1_000);
    run.exchange({ by: run.operation() });
    underway.answered();
    expect(judge(run).verdict).toBe(verdict);
  });

  it("is broken by metadata that is asked for again at once, whoever the user is", () => {
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

  it("begins anew after a good answer", () => {
    const run = buildRun();
    for (const clock of ["00:00:00", "00:00:30", "00:00:31", "00:00:40"]) {
      run.at(clock);
      run.exchange(clock === "00:00:30" ? {} : { status: 503 });
    }
    expect(judge(run).verdict).toBe("pass");
  });

  it("takes neither other users nor requests underway for retries", () => {
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

  it("leaves failures with a valid Retry-After to that rule, and sees nothing without failures", () => {
    expect(judge(retriesAfter([1], { status: 503, retryAfter: 60 })).verdict).toBe("inconclusive");
    expect(judge(retriesAfter([1], { status: 400, error: "invalid_grant" })).verdict).toBe(
      "inconclusive",
    );
    expect(judge(retriesAfter([])).verdict).toBe("inconclusive");
  });

  it("is broken by a process that crashes and asks again at once", () => {
    const run = buildRun();
    run.exchange({ status: 503 });
    run.restarted();
    run.exchange({});
    expect(judge(run).verdict).toBe("fail");
  });
});

describe("in a browser", () => {
  it("takes a request and what the browser sent again for it as one", () => {
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

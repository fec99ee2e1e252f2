/** Invented runs for rule proactive-refresh. */
import { describe, expect, it } from "vitest";
import { proactiveRefresh } from "./proactive-refresh.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";

/** A token of a day that asks to be renewed after six hours; the time is seven hours later. */
function pastRefreshIn(header: Parameters<typeof buildRun>[0] = {}): RunBuilder {
  const run = buildRun(header);
  const call = run.operation();
  run.exchange({
    by: call,
    issued: { token: run.token({ expiresIn: 86_400, refreshIn: 21_600 }) },
  });
  call.ok();
  run.at("07:00:00");
  return run;
}

describe("proactive-refresh passes", () => {
  it("when the token is handed out although its refresh fails", () => {
    const run = pastRefreshIn();
    const call = run.operation();
    run.exchange({ by: call, status: 503, takesMs: 2_000 });
    call.ok();
    expect(proactiveRefresh.judge(run.history())).toEqual({
      verdict: "pass",
      message:
        "The one call with a valid token past refresh_in and a failing or slow refresh got a token, the slowest after 2s.",
      evidence: [2, 4, 6, 7],
    });
  });

  it("when the refresh hangs in the background and does not delay the call", () => {
    const run = pastRefreshIn();
    const call = run.operation();
    const refresh = run.request({ by: call });
    call.ok();
    run.at("07:05:00");
    refresh.answered({ networkFault: "ECONNRESET" });
    expect(proactiveRefresh.judge(run.history()).verdict).toBe("pass");
  });

  it("when the client sends no request in a total outage, from the second of refresh_in on", () => {
    const run = buildRun();
    const token = run.token({ expiresIn: 86_400, refreshIn: 21_600 });
    run.operation().ok({ token });
    run.at("06:00:00");
    run.fault({ id: "down", on: "all" });
    run.operation().ok({ token });
    expect(proactiveRefresh.judge(run.history()).verdict).toBe("pass");
  });
});

describe("proactive-refresh fails", () => {
  it("for a call that throws after its refresh failed", () => {
    const run = pastRefreshIn();
    const call = run.operation();
    run.exchange({ by: call, networkFault: "ECONNREFUSED" });
    call.fails();
    expect(proactiveRefresh.judge(run.history())).toEqual({
      verdict: "fail",
      message:
        "Of 1 call with a valid token past refresh_in and a failing or slow refresh, 1 got no token; the first, 7h into the run, ended after 0s.",
      evidence: [2, 4, 6, 7],
    });
  });

  it("for a call that throws while the client waits after an earlier failure", () => {
    const run = pastRefreshIn();
    const first = run.operation();
    run.exchange({ by: first, status: 503 });
    first.ok();
    run.at("07:00:30");
    run.operation().fails();
    expect(proactiveRefresh.judge(run.history())).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("Of 2 calls"),
    });
  });

  it("for a call that waits for a hanging refresh", () => {
    const run = pastRefreshIn();
    const call = run.operation();
    run.exchange({ by: call, networkFault: "ECONNRESET", takesMs: 60_000 });
    call.ok();
    expect(proactiveRefresh.judge(run.history()).message).toBe(
      "Of 1 call with a valid token past refresh_in and a failing or slow refresh, 1 waited longer than 5s, up to 1m; the first, 7h into the run, ended after 1m.",
    );
  });

  it("for a slow refresh that succeeds after more than the limit of the scenario", () => {
    const run = pastRefreshIn({ limits: { proactiveRefreshDelayMaxMs: 1_000 } });
    const call = run.operation();
    run.exchange({ by: call, takesMs: 1_500 });
    call.ok();
    expect(proactiveRefresh.judge(run.history()).verdict).toBe("fail");
    const patient = pastRefreshIn();
    const waits = patient.operation();
    patient.exchange({ by: waits, takesMs: 1_500 });
    waits.ok();
    expect(proactiveRefresh.judge(patient.history()).verdict).toBe("inconclusive");
  });
});

describe("proactive-refresh is inconclusive", () => {
  it("when the refresh works", () => {
    const run = pastRefreshIn();
    const call = run.operation();
    run.exchange({ by: call });
    call.ok();
    expect(proactiveRefresh.judge(run.history())).toMatchObject({
      verdict: "inconclusive",
      evidence: [],
    });
  });

  it("when the token has no refresh_in, has not reached it, or is about to expire", () => {
    const run = buildRun();
    const plain = run.operation();
    run.exchange({ by: plain, issued: { token: run.token({ expiresIn: 86_400 }) } });
    plain.ok();
    run.at("07:00:00");
    run.operation().fails();
    const young = pastRefreshIn();
    young.at("23:54:59");
    const late = young.operation();
    young.exchange({ by: late, status: 503, takesMs: 1_000 });
    late.fails();
    young.at("23:56:00");
    const slow = young.operation();
    young.exchange({ by: slow, takesMs: 60_000 });
    slow.ok();
    for (const one of [run, young])
      expect(proactiveRefresh.judge(one.history()).verdict).toBe("inconclusive");
  });

  it("when the application forced the refresh, long ago or now", () => {
    const run = buildRun();
    const first = run.operation();
    const token = run.token({ expiresIn: 86_400, refreshIn: 21_600 });
    run.exchange({ by: first, issued: { token } });
    first.ok();
    for (const time of ["05:00:00", "07:00:00"]) {
      run.at(time);
      run.operation().ok();
      const forced = run.operation({ forceRefresh: true });
      run.exchange({ by: forced, status: 503 });
      forced.fails();
    }
    expect(proactiveRefresh.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("when a person is needed, although the refresh before it failed", () => {
    const run = pastRefreshIn();
    const forced = run.operation({ forceRefresh: true });
    run.exchange({ by: forced, status: 503 });
    forced.fails();
    const call = run.operation();
    run.exchange({ by: call, status: 400, error: "interaction_required" });
    call.fails({ interactionRequired: true });
    expect(proactiveRefresh.judge(run.history()).verdict).toBe("inconclusive");
  });
});

describe("proactive-refresh, at its edges,", () => {
  /** Calls with a token past refresh_in, whose refreshes take so many ms and fail; then the call gets the token. */
  function delayedBy(...times: readonly number[]) {
    const run = pastRefreshIn();
    for (const takesMs of times) {
      const call = run.operation();
      run.exchange({ by: call, status: 503, takesMs });
      call.ok();
    }
    return proactiveRefresh.judge(run.history());
  }

  it("names the slowest of several, in time or not", () => {
    expect(delayedBy(1_000, 3_000, 2_000).message).toContain("the slowest after 3s");
    expect(delayedBy(6_000, 8_000, 7_000).message).toContain("up to 8s");
  });

  it("lets a call wait for as long as is allowed", () => {
    expect(delayedBy(5_000).verdict).toBe("pass");
    expect(delayedBy(5_001).verdict).toBe("fail");
  });

  it("is shown by a call that got its token, not by one without an end", () => {
    const run = pastRefreshIn();
    const open = run.operation();
    run.exchange({ by: open, status: 503 });
    const call = run.operation();
    run.exchange({ by: call, status: 503 });
    call.ok();
    open.unknown("run-ended");
    expect(proactiveRefresh.judge(run.history())).toMatchObject({
      verdict: "pass",
      evidence: [2, 7, 9, 10],
    });
    const alone = pastRefreshIn();
    const only = alone.operation();
    alone.exchange({ by: only, status: 503 });
    only.unknown("run-ended");
    expect(proactiveRefresh.judge(alone.history()).verdict).toBe("inconclusive");
  });

  it("does not judge before refresh_in, nor by a failing API", () => {
    const early = buildRun();
    const first = early.operation();
    const token = early.token({ expiresIn: 86_400, refreshIn: 21_600 });
    early.exchange({ by: first, issued: { token } });
    first.ok();
    early.at("05:59:59");
    const call = early.operation();
    early.exchange({ by: call, status: 503 });
    call.fails();
    expect(proactiveRefresh.judge(early.history()).verdict).toBe("inconclusive");
    const api = pastRefreshIn();
    const asks = api.operation();
    api.exchange({ by: asks, endpoint: "resource", status: 503 });
    asks.fails();
    expect(proactiveRefresh.judge(api.history()).verdict).toBe("inconclusive");
  });

  it("counts a failure from the second of refresh_in on as one of the refresh", () => {
    const run = buildRun();
    const first = run.operation();
    const token = run.token({ expiresIn: 86_400, refreshIn: 21_600 });
    run.exchange({ by: first, issued: { token } });
    first.ok();
    run.at("06:00:00");
    const refreshing = run.operation();
    run.exchange({ by: refreshing, status: 503 });
    refreshing.ok({ token });
    run.after(1_000);
    run.operation().fails();
    expect(proactiveRefresh.judge(run.history()).message).toContain("Of 2 calls");
  });
});

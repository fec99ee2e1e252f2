/** Invented runs for rule token-expiry. */
import { describe, expect, it } from "vitest";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import { tokenExpiry } from "./token-expiry.ts";

/** A token of an hour, issued at the start. */
function withToken(lifetimes: Parameters<RunBuilder["token"]>[0] = {}) {
  const run = buildRun();
  const call = run.operation();
  const token = run.token(lifetimes);
  run.exchange({ by: call, issued: { token } });
  call.ok();
  return { run, token };
}

describe("token-expiry passes", () => {
  it("when tokens are handed out before they expire, up to the last second", () => {
    const { run, token } = withToken();
    run.at("00:59:59");
    run.operation().ok();
    run.presented(token);
    expect(tokenExpiry.judge(run.history())).toEqual({
      verdict: "pass",
      message:
        "All 2 tokens handed out had not expired; the one closest to its expiry had 1s left.",
      evidence: [5],
    });
  });

  it("when an expired token is used in its extended lifetime because the service fails", () => {
    const { run } = withToken({ extExpiresIn: 86_400 });
    run.at("02:00:00");
    const call = run.operation();
    run.exchange({ by: call, status: 503 });
    call.ok();
    expect(tokenExpiry.judge(run.history()).verdict).toBe("pass");
  });

  it("when an API accepts a token within the clock leeway, and rejects an old one that the application kept", () => {
    const { run, token } = withToken();
    run.at("01:05:00");
    run.presented(token);
    run.presented(run.token(), "not-yet-valid");
    run.at("02:00:00");
    run.presented(token, "expired");
    expect(tokenExpiry.judge(run.history()).verdict).toBe("pass");
  });
});

describe("token-expiry fails", () => {
  it("for a client that hands out an expired token", () => {
    const { run } = withToken();
    run.at("01:00:00");
    run.operation().ok();
    expect(tokenExpiry.judge(run.history()).verdict).toBe("fail");
    run.at("01:10:00");
    run.operation().ok();
    expect(tokenExpiry.judge(run.history())).toEqual({
      verdict: "fail",
      message:
        "2 of 3 tokens handed out had expired; the first, 1h into the run, had expired 0s before.",
      evidence: [5, 4],
    });
  });

  it("for a token used in its extended lifetime although the service is healthy", () => {
    const { run } = withToken({ extExpiresIn: 86_400 });
    run.at("02:00:00");
    run.operation().ok();
    expect(tokenExpiry.judge(run.history()).verdict).toBe("fail");
  });

  it("for a token used past its extended lifetime, also while the service fails", () => {
    const { run } = withToken({ extExpiresIn: 7_200 });
    run.at("02:00:00");
    run.fault({ id: "down" });
    run.operation().ok();
    expect(tokenExpiry.judge(run.history()).verdict).toBe("fail");
  });

  it("for a token that an API rejects as expired at the moment it is handed out", () => {
    const run = buildRun();
    const token = { accessToken: "at-unknown", expiresAt: Number.MAX_SAFE_INTEGER };
    run.operation().ok({ token });
    run.presented(token, "expired");
    expect(tokenExpiry.judge(run.history())).toEqual({
      verdict: "fail",
      message:
        "A token that was handed out 0s into the run was expired for the API at the same moment.",
      evidence: [2, 1],
    });
  });

  it("for an API that accepts a token long after its expiry", () => {
    const { run, token } = withToken();
    run.at("01:20:00");
    run.presented(token);
    expect(tokenExpiry.judge(run.history()).message).toBe(
      "An API accepted a token 20m after it had expired.",
    );
  });
});

describe("token-expiry is inconclusive", () => {
  it("when no token is handed out", () => {
    const run = buildRun();
    run.operation().fails();
    run.operation().ok({ token: "none" });
    expect(tokenExpiry.judge(run.history())).toMatchObject({
      verdict: "inconclusive",
      evidence: [],
    });
  });
});

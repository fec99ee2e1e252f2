/** Golden histories of the rule token-expiry. */
import { describe, expect, it } from "vitest";
import { story, type Story } from "../../test/support/check-story.ts";
import { tokenExpiry } from "./token-expiry.ts";

/** A token of an hour, in hand since the start. */
function withToken(lifetimes: Parameters<Story["token"]>[0] = {}) {
  const told = story();
  const call = told.operation();
  const token = told.token(lifetimes);
  told.exchange({ by: call, issued: { token } });
  call.ok();
  return { told, token };
}

describe("holds", () => {
  it("when tokens are handed out alive, to the last second", () => {
    const { told, token } = withToken();
    told.at("00:59:59");
    told.operation().ok();
    told.presented(token);
    expect(tokenExpiry.judge(told.history())).toEqual({
      verdict: "pass",
      message: "All 2 tokens handed out still lived; the nearest to its end had 1s left.",
      evidence: [5],
    });
  });

  it("when an expired token serves in its extended life because the service fails", () => {
    const { told } = withToken({ extExpiresIn: 86_400 });
    told.at("02:00:00");
    const call = told.operation();
    told.exchange({ by: call, status: 503 });
    call.ok();
    expect(tokenExpiry.judge(told.history()).verdict).toBe("pass");
  });

  it("when an API takes a token within the leeway of clocks, and refuses an old one that the application kept", () => {
    const { told, token } = withToken();
    told.at("01:05:00");
    told.presented(token);
    told.presented(told.token(), "not-yet-valid");
    told.at("02:00:00");
    told.presented(token, "expired");
    expect(tokenExpiry.judge(told.history()).verdict).toBe("pass");
  });
});

describe("is broken", () => {
  it("by a client that hands out what has expired", () => {
    const { told } = withToken();
    told.at("01:00:00");
    told.operation().ok();
    expect(tokenExpiry.judge(told.history()).verdict).toBe("fail");
    told.at("01:10:00");
    told.operation().ok();
    expect(tokenExpiry.judge(told.history())).toEqual({
      verdict: "fail",
      message: "2 of 3 tokens handed out had expired; the first, 1h in, was 0s past its end.",
      evidence: [5, 4],
    });
  });

  it("by a token used in its extended life although the service is well", () => {
    const { told } = withToken({ extExpiresIn: 86_400 });
    told.at("02:00:00");
    told.operation().ok();
    expect(tokenExpiry.judge(told.history()).verdict).toBe("fail");
  });

  it("by a token used past its extended life, whatever the service does", () => {
    const { told } = withToken({ extExpiresIn: 7_200 });
    told.at("02:00:00");
    told.fault({ id: "down" });
    told.operation().ok();
    expect(tokenExpiry.judge(told.history()).verdict).toBe("fail");
  });

  it("by a token that an API calls expired the moment it is handed out", () => {
    const told = story();
    const token = { accessToken: "at-unknown", expiresAt: Number.MAX_SAFE_INTEGER };
    told.operation().ok({ token });
    told.presented(token, "expired");
    expect(tokenExpiry.judge(told.history())).toEqual({
      verdict: "fail",
      message: "A token that was handed out 0s in was expired for the API at that very moment.",
      evidence: [2, 1],
    });
  });

  it("by an API that accepts a token long after its end", () => {
    const { told, token } = withToken();
    told.at("01:20:00");
    told.presented(token);
    expect(tokenExpiry.judge(told.history()).message).toBe(
      "An API accepted a token 20m after it had expired.",
    );
  });
});

describe("is unseen", () => {
  it("when no token is handed out", () => {
    const told = story();
    told.operation().fails();
    told.operation().ok({ token: "none" });
    expect(tokenExpiry.judge(told.history())).toMatchObject({
      verdict: "inconclusive",
      evidence: [],
    });
  });
});

/** Golden histories of the rule proactive-refresh. */
import { describe, expect, it } from "vitest";
import { proactiveRefresh } from "./proactive-refresh.ts";
import { story, type Story } from "../../test/support/check-story.ts";

/** A token of a day that asks to be renewed after six hours; the story stands at seven. */
function pastRefreshIn(header: Parameters<typeof story>[0] = {}): Story {
  const told = story(header);
  const call = told.operation();
  told.exchange({
    by: call,
    issued: { token: told.token({ expiresIn: 86_400, refreshIn: 21_600 }) },
  });
  call.ok();
  told.at("07:00:00");
  return told;
}

describe("holds", () => {
  it("when the token is handed out although its refresh fails", () => {
    const told = pastRefreshIn();
    const call = told.operation();
    told.exchange({ by: call, status: 503, takesMs: 2_000 });
    call.ok();
    expect(proactiveRefresh.judge(told.history())).toEqual({
      verdict: "pass",
      message:
        "The one call with a valid token past refresh_in and a failing or slow refresh got a token, the slowest after 2s.",
      evidence: [2, 4, 6, 7],
    });
  });

  it("when the refresh hangs behind the call, not in front of it", () => {
    const told = pastRefreshIn();
    const call = told.operation();
    const refresh = told.request({ by: call });
    call.ok();
    told.at("07:05:00");
    refresh.answered({ networkFault: "ECONNRESET" });
    expect(proactiveRefresh.judge(told.history()).verdict).toBe("pass");
  });

  it("when nobody tries in a total outage, from the second of refresh_in on", () => {
    const told = story();
    const token = told.token({ expiresIn: 86_400, refreshIn: 21_600 });
    told.operation().ok({ token });
    told.at("06:00:00");
    told.fault({ id: "down", on: "all" });
    told.operation().ok({ token });
    expect(proactiveRefresh.judge(told.history()).verdict).toBe("pass");
  });
});

describe("is broken", () => {
  it("by a call that throws after its refresh failed", () => {
    const told = pastRefreshIn();
    const call = told.operation();
    told.exchange({ by: call, networkFault: "ECONNREFUSED" });
    call.fails();
    expect(proactiveRefresh.judge(told.history())).toEqual({
      verdict: "fail",
      message:
        "Of 1 call with a valid token past refresh_in and a failing or slow refresh, 1 got no token; the first, 7h in, ended after 0s.",
      evidence: [2, 4, 6, 7],
    });
  });

  it("by a call that throws while the client holds back after an earlier failure", () => {
    const told = pastRefreshIn();
    const first = told.operation();
    told.exchange({ by: first, status: 503 });
    first.ok();
    told.at("07:00:30");
    told.operation().fails();
    expect(proactiveRefresh.judge(told.history())).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("Of 2 calls"),
    });
  });

  it("by a call that waits for a hanging refresh", () => {
    const told = pastRefreshIn();
    const call = told.operation();
    told.exchange({ by: call, networkFault: "ECONNRESET", takesMs: 60_000 });
    call.ok();
    expect(proactiveRefresh.judge(told.history()).message).toBe(
      "Of 1 call with a valid token past refresh_in and a failing or slow refresh, 1 waited longer than 5s, up to 1m; the first, 7h in, ended after 1m.",
    );
  });

  it("by a slow refresh that succeeds after more than the scenario allows", () => {
    const told = pastRefreshIn({ limits: { proactiveRefreshDelayMaxMs: 1_000 } });
    const call = told.operation();
    told.exchange({ by: call, takesMs: 1_500 });
    call.ok();
    expect(proactiveRefresh.judge(told.history()).verdict).toBe("fail");
    const patient = pastRefreshIn();
    const waits = patient.operation();
    patient.exchange({ by: waits, takesMs: 1_500 });
    waits.ok();
    expect(proactiveRefresh.judge(patient.history()).verdict).toBe("inconclusive");
  });
});

describe("is unseen", () => {
  it("when the refresh works", () => {
    const told = pastRefreshIn();
    const call = told.operation();
    told.exchange({ by: call });
    call.ok();
    expect(proactiveRefresh.judge(told.history())).toMatchObject({
      verdict: "inconclusive",
      evidence: [],
    });
  });

  it("when the token has no refresh_in, is not that old, or is dying", () => {
    const told = story();
    const plain = told.operation();
    told.exchange({ by: plain, issued: { token: told.token({ expiresIn: 86_400 }) } });
    plain.ok();
    told.at("07:00:00");
    told.operation().fails();
    const young = pastRefreshIn();
    young.at("23:54:59");
    const late = young.operation();
    young.exchange({ by: late, status: 503, takesMs: 1_000 });
    late.fails();
    young.at("23:56:00");
    const slow = young.operation();
    young.exchange({ by: slow, takesMs: 60_000 });
    slow.ok();
    for (const one of [told, young])
      expect(proactiveRefresh.judge(one.history()).verdict).toBe("inconclusive");
  });

  it("when the application forced the refresh, long ago or now", () => {
    const told = story();
    const first = told.operation();
    const token = told.token({ expiresIn: 86_400, refreshIn: 21_600 });
    told.exchange({ by: first, issued: { token } });
    first.ok();
    for (const time of ["05:00:00", "07:00:00"]) {
      told.at(time);
      told.operation().ok();
      const forced = told.operation({ forceRefresh: true });
      told.exchange({ by: forced, status: 503 });
      forced.fails();
    }
    expect(proactiveRefresh.judge(told.history()).verdict).toBe("inconclusive");
  });

  it("when a person is needed, though the refresh before it failed", () => {
    const told = pastRefreshIn();
    const forced = told.operation({ forceRefresh: true });
    told.exchange({ by: forced, status: 503 });
    forced.fails();
    const call = told.operation();
    told.exchange({ by: call, status: 400, error: "interaction_required" });
    call.fails({ interactionRequired: true });
    expect(proactiveRefresh.judge(told.history()).verdict).toBe("inconclusive");
  });
});

/** Golden histories of the rule availability. */
import { describe, expect, it } from "vitest";
import { availability } from "./availability.ts";
import { limitedCapacity, story, type Story } from "../../test/support/check-story.ts";
import { ada, ben } from "../../test/support/check-story-wire.ts";

function served(told: Story, user = ada): void {
  const call = told.operation({ user });
  told.exchange({ by: call, issued: { token: told.token(), refreshToken: "rt-1" } });
  call.ok();
}

/** A call whose request meets a 503. */
function failed(
  told: Story,
  more: { user?: string; faults?: readonly string[]; retryAfter?: number } = {},
): void {
  const call = told.operation({ user: more.user ?? ada });
  told.exchange({ by: call, status: 503, ...more });
  call.fails();
}

describe("holds", () => {
  it("when only calls fail that nothing could have served", () => {
    const told = story();
    told.fault({ id: "down" });
    failed(told, { faults: ["down"] });
    told.at("00:00:30");
    told.operation().fails();
    told.at("00:10:00");
    served(told);
    expect(availability.judge(told.history())).toEqual({
      verdict: "pass",
      message:
        "1 of 1 call that could end ok did (100 %); callers together were without a token for 10m.",
      evidence: [0],
    });
  });

  it("without a word about time without a token when there was none", () => {
    const told = story();
    failed(told);
    told.operation().ok();
    expect(availability.judge(told.history())).toMatchObject({
      verdict: "pass",
      message: "1 of 1 call that could end ok did (100 %).",
    });
  });

  it("when a client waits as long as it was told to, or a minute", () => {
    const told = story();
    failed(told, { retryAfter: 300 });
    told.at("00:05:00");
    told.operation().fails();
    failed(told);
    told.at("00:06:00");
    told.operation().fails();
    told.at("00:07:00");
    served(told);
    expect(availability.judge(told.history()).verdict).toBe("pass");
  });

  it("when a call waits for a request that is underway, or a person is needed, or the secret is wrong", () => {
    const told = story();
    const first = told.operation();
    const request = told.request({ by: first });
    told.at("00:00:30");
    first.unknown("caller-timeout");
    const second = told.operation();
    told.at("00:01:00");
    second.unknown("caller-timeout");
    request.answered({ networkFault: "ECONNRESET" });
    told.operation({ scopes: ["api://orders/read"] }).unknown("run-ended");
    const endless = told.operation({ user: ben });
    told.request({ by: endless });
    told.operation({ user: ben }).fails();
    told.at("01:00:00");
    told.operation().fails({ interactionRequired: true });
    const third = told.operation();
    told.exchange({ by: third, status: 401, error: "invalid_client" });
    third.fails();
    told.operation().unknown("run-ended");
    served(told);
    expect(availability.judge(told.history()).message).toContain("1 of 1 call");
  });

  it("when the share is what the scenario asks for", () => {
    const told = story({ limits: { availabilityMin: 0.5 } });
    failed(told);
    told.at("00:10:00");
    told.operation().fails();
    served(told);
    expect(availability.judge(told.history())).toMatchObject({
      verdict: "pass",
      message: expect.stringContaining("1 of 2 calls that could end ok did (50 %)"),
    });
  });
});

describe("is broken", () => {
  it("by a client that withholds a valid token in an outage", () => {
    const told = story();
    served(told);
    told.at("00:30:00");
    told.fault({ id: "down" });
    told.operation().fails();
    told.at("00:40:00");
    told.operation().ok();
    expect(availability.judge(told.history())).toEqual({
      verdict: "fail",
      message:
        "2 of 3 calls that could end ok did (66.6 %); callers together were without a token for 10m; the first denied needlessly was 30m in, and 100 % are asked for.",
      evidence: [5, 6],
    });
  });

  it("by a client that stays down although the service is there, with a capacity that is limited", () => {
    const told = story();
    told.fault({ id: "limited", effect: limitedCapacity });
    failed(told, { faults: ["limited"] });
    told.at("00:05:00");
    told.operation().fails();
    expect(availability.judge(told.history())).toMatchObject({ verdict: "fail" });
  });

  it("by a client that stays down when the service is back", () => {
    const told = story();
    const end = told.fault({ id: "down" });
    failed(told);
    told.at("00:10:00");
    end();
    told.cleared();
    told.at("00:20:00");
    told.operation().fails();
    expect(availability.judge(told.history()).message).toContain("0 of 1 call");
  });

  it("by a client that lets one user's throttle deny the next user", () => {
    const told = story();
    told.fault({ id: "one-user", where: { user: "ada@contoso.example" } });
    failed(told, { faults: ["one-user"], retryAfter: 300 });
    told.operation({ user: ben }).fails();
    told.at("00:08:00");
    told.operation().fails();
    const { verdict, evidence } = availability.judge(told.history());
    expect([verdict, evidence]).toEqual(["fail", [5, 6]]);
  });

  it("by a client that does not try in a small incident, and not by one in a big one", () => {
    for (const [chance, verdict] of [
      [0.04, "fail"],
      [0.83, "inconclusive"],
    ] as const) {
      const told = story();
      told.fault({ id: "partial", chance });
      failed(told);
      told.at("00:05:00");
      told.operation().fails();
      expect(availability.judge(told.history()).verdict).toBe(verdict);
    }
  });

  it("by a client that does not try in an outage of those only who ask by a preflight first", () => {
    const told = story();
    told.fault({ id: "preflights", preflights: "only" });
    failed(told);
    told.at("00:05:00");
    told.operation().fails();
    expect(availability.judge(told.history()).verdict).toBe("fail");
  });

  it("by a client that does not try after a window took the one request it was to take", () => {
    const told = story();
    told.fault({ id: "first-only", first: 1 });
    told.fault({ id: "standby", at: "backup" });
    failed(told, { faults: ["first-only"] });
    told.at("00:05:00");
    told.operation().fails();
    expect(availability.judge(told.history()).verdict).toBe("fail");
  });

  it("by a client that throws a good answer away", () => {
    const told = story();
    failed(told);
    told.at("00:05:00");
    const call = told.operation();
    told.exchange({ by: call });
    call.fails({ code: "state_mismatch" });
    expect(availability.judge(told.history()).verdict).toBe("fail");
  });

  it("by a client that fails for a part which it need not ask", () => {
    const told = story();
    told.fault({ id: "metadata", on: ["openid-configuration"] });
    const call = told.operation();
    told.exchange({
      by: call,
      endpoint: "openid-configuration",
      status: 500,
      faults: ["metadata"],
    });
    call.fails();
    expect(availability.judge(told.history()).verdict).toBe("fail");
  });
});

it("is failed by a provider that refuses a good SAML answer, and not where there was none", () => {
  const judged = (status: number) => {
    const told = story();
    told.fault({ id: "sign-in", on: ["saml"] });
    const call = told.operation({ flow: "saml-sp-initiated" });
    const faults = status === 503 ? { faults: ["sign-in"] } : {};
    told.exchange({ by: call, endpoint: "saml", status, ...faults });
    call.fails();
    return availability.judge(told.history()).verdict;
  };
  expect([judged(200), judged(503)]).toEqual(["fail", "inconclusive"]);
});

describe("is unseen", () => {
  it("when nothing was wrong, or nothing could have ended ok", () => {
    const well = story();
    well.exchange({ endpoint: "openid-configuration" });
    served(well);
    const dark = story();
    dark.fault({ id: "down", on: "all" });
    const call = dark.operation();
    dark.exchange({ by: call, endpoint: "openid-configuration", status: 503, faults: ["down"] });
    call.fails();
    for (const told of [well, dark])
      expect(availability.judge(told.history())).toMatchObject({
        verdict: "inconclusive",
        evidence: [],
      });
  });
});

it("excuses a page whose sign-in is down, though a mount does not know whose request failed", () => {
  const denied = (
    on: "authorize" | "keys",
    flow: "popup" | "redirect" | "sso-silent" | "silent",
  ) => {
    const told = story();
    told.fault({ id: "down", on: [on] });
    told.operation({ flow, tab: "tab-1" }).fails({ code: "timed_out" });
    return availability.judge(told.history()).verdict;
  };
  for (const flow of ["popup", "redirect", "sso-silent"] as const)
    expect([denied("authorize", flow), denied("keys", flow)]).toEqual(["inconclusive", "fail"]);
  expect(denied("authorize", "silent")).toBe("fail");
});

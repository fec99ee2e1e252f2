/** Invented runs for rule availability. */
import { describe, expect, it } from "vitest";
import { availability } from "./availability.ts";
import { limitedCapacity, buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import { ada, ben } from "../../test/support/run-builder-wire.ts";

function served(run: RunBuilder, user = ada): void {
  const call = run.operation({ user });
  run.exchange({ by: call, issued: { token: run.token(), refreshToken: "rt-1" } });
  call.ok();
}

/** A call whose request gets a 503. */
function failed(
  run: RunBuilder,
  more: { user?: string; faults?: readonly string[]; retryAfter?: number } = {},
): void {
  const call = run.operation({ user: more.user ?? ada });
  run.exchange({ by: call, status: 503, ...more });
  call.fails();
}

describe("availability passes", () => {
  it("when the only failed calls had neither a token nor a service to get one from", () => {
    const run = buildRun();
    run.fault({ id: "down" });
    failed(run, { faults: ["down"] });
    run.at("00:00:30");
    run.operation().fails();
    run.at("00:10:00");
    served(run);
    expect(availability.judge(run.history())).toEqual({
      verdict: "pass",
      message:
        "1 of 1 call that could have ended ok did (100 %); together, callers were without a token for 10m.",
      evidence: [0],
    });
  });

  it("without mentioning time without a token when there was none", () => {
    const run = buildRun();
    failed(run);
    run.operation().ok();
    expect(availability.judge(run.history())).toMatchObject({
      verdict: "pass",
      message: "1 of 1 call that could have ended ok did (100 %).",
    });
  });

  it("when a client waits for Retry-After, or for a minute after another failure", () => {
    const run = buildRun();
    failed(run, { retryAfter: 300 });
    run.at("00:05:00");
    run.operation().fails();
    failed(run);
    run.at("00:06:00");
    run.operation().fails();
    run.at("00:07:00");
    served(run);
    expect(availability.judge(run.history()).verdict).toBe("pass");
  });

  it("when a call waits for another open request, needs a person, or has a wrong secret", () => {
    const run = buildRun();
    const first = run.operation();
    const request = run.request({ by: first });
    run.at("00:00:30");
    first.unknown("caller-timeout");
    const second = run.operation();
    run.at("00:01:00");
    second.unknown("caller-timeout");
    request.answered({ networkFault: "ECONNRESET" });
    run.operation({ scopes: ["api://orders/read"] }).unknown("run-ended");
    const endless = run.operation({ user: ben });
    run.request({ by: endless });
    run.operation({ user: ben }).fails();
    run.at("01:00:00");
    run.operation().fails({ interactionRequired: true });
    const third = run.operation();
    run.exchange({ by: third, status: 401, error: "invalid_client" });
    third.fails();
    run.operation().unknown("run-ended");
    served(run);
    expect(availability.judge(run.history()).message).toContain("1 of 1 call");
  });

  it("when the share of served calls is at least the limit of the scenario", () => {
    const run = buildRun({ limits: { availabilityMin: 0.5 } });
    failed(run);
    run.at("00:10:00");
    run.operation().fails();
    served(run);
    expect(availability.judge(run.history())).toMatchObject({
      verdict: "pass",
      message: expect.stringContaining("1 of 2 calls that could have ended ok did (50 %)"),
    });
  });
});

describe("availability fails", () => {
  it("for a client that does not hand out a valid token in an outage", () => {
    const run = buildRun();
    served(run);
    run.at("00:30:00");
    run.fault({ id: "down" });
    run.operation().fails();
    run.at("00:40:00");
    run.operation().ok();
    expect(availability.judge(run.history())).toEqual({
      verdict: "fail",
      message:
        "2 of 3 calls that could have ended ok did (66.6 %); together, callers were without a token for 10m; at least 100 % must. The first call that was denied without need was made 30m into the run.",
      evidence: [5, 6],
    });
  });

  it("for a client that stays down although a service of limited capacity answers", () => {
    const run = buildRun();
    run.fault({ id: "limited", effect: limitedCapacity });
    failed(run, { faults: ["limited"] });
    run.at("00:05:00");
    run.operation().fails();
    expect(availability.judge(run.history())).toMatchObject({ verdict: "fail" });
  });

  it("for a client that stays down after the service has recovered", () => {
    const run = buildRun();
    const end = run.fault({ id: "down" });
    failed(run);
    run.at("00:10:00");
    end();
    run.cleared();
    run.at("00:20:00");
    run.operation().fails();
    expect(availability.judge(run.history()).message).toContain("0 of 1 call");
  });

  it("for a client that denies one user because another one is throttled", () => {
    const run = buildRun();
    run.fault({ id: "one-user", where: { user: "ada@contoso.example" } });
    failed(run, { faults: ["one-user"], retryAfter: 300 });
    run.operation({ user: ben }).fails();
    run.at("00:08:00");
    run.operation().fails();
    const { verdict, evidence } = availability.judge(run.history());
    expect([verdict, evidence]).toEqual(["fail", [5, 6]]);
  });

  it("for a client that sends no request while few requests fail, and not while most do", () => {
    for (const [chance, verdict] of [
      [0.04, "fail"],
      [0.83, "inconclusive"],
    ] as const) {
      const run = buildRun();
      run.fault({ id: "partial", chance });
      failed(run);
      run.at("00:05:00");
      run.operation().fails();
      expect(availability.judge(run.history()).verdict).toBe(verdict);
    }
  });

  it("for a client that sends no request in an outage that affects only callers with preflights", () => {
    const run = buildRun();
    run.fault({ id: "preflights", preflights: "only" });
    failed(run);
    run.at("00:05:00");
    run.operation().fails();
    expect(availability.judge(run.history()).verdict).toBe("fail");
  });

  it("for a client that sends no request after a fault of a single request has happened", () => {
    const run = buildRun();
    run.fault({ id: "first-only", first: 1 });
    run.fault({ id: "standby", at: "backup" });
    failed(run, { faults: ["first-only"] });
    run.at("00:05:00");
    run.operation().fails();
    expect(availability.judge(run.history()).verdict).toBe("fail");
  });

  it("for a client that discards a successful answer", () => {
    const run = buildRun();
    failed(run);
    run.at("00:05:00");
    const call = run.operation();
    run.exchange({ by: call });
    call.fails({ code: "state_mismatch" });
    expect(availability.judge(run.history()).verdict).toBe("fail");
  });

  it("for a client that fails because of an endpoint that it does not need", () => {
    const run = buildRun();
    run.fault({ id: "metadata", on: ["openid-configuration"] });
    const call = run.operation();
    run.exchange({
      by: call,
      endpoint: "openid-configuration",
      status: 500,
      faults: ["metadata"],
    });
    call.fails();
    expect(availability.judge(run.history()).verdict).toBe("fail");
  });
});

it("availability fails for a service provider that rejects a valid SAML response, and not for one that received none", () => {
  const judged = (status: number) => {
    const run = buildRun();
    run.fault({ id: "sign-in", on: ["saml"] });
    const call = run.operation({ flow: "saml-sp-initiated" });
    const faults = status === 503 ? { faults: ["sign-in"] } : {};
    run.exchange({ by: call, endpoint: "saml", status, ...faults });
    call.fails();
    return availability.judge(run.history()).verdict;
  };
  expect([judged(200), judged(503)]).toEqual(["fail", "inconclusive"]);
});

it("availability takes own calls whose names differ in a number for calls for one token", () => {
  const judged = (then: (run: RunBuilder) => void): string => {
    const run = buildRun();
    const call = run.operation({ flow: "custom", app: "order 17" });
    run.exchange({ by: call, app: "client", issued: { token: run.token() } });
    call.ok();
    run.at("01:00:00");
    const late = run.operation({ flow: "custom", app: "order 18" });
    run.exchange({ by: late, app: "client", status: 503 });
    late.fails();
    run.at("01:00:30");
    then(run);
    run.operation({ flow: "custom", app: "order 19" }).fails();
    return availability.judge(run.history()).verdict;
  };
  // It backs off after the failure of the call before.
  expect(judged(() => undefined)).toBe("pass");
  expect(judged((run) => run.at("01:01:01"))).toBe("fail");
});

describe("availability counts a call that sends no request", () => {
  /** A fault window, and within it, or at `atClock`, a call that fails without a request. */
  const withoutRequest = (
    window: Partial<Parameters<RunBuilder["fault"]>[0]>,
    { atClock = "00:05:00", flow = "silent" }: { atClock?: string; flow?: "silent" | "popup" } = {},
  ) => {
    const run = buildRun();
    run.fault({ id: "partial", ...window });
    run.at(atClock);
    run.operation({ flow }).fails();
    return availability.judge(run.history()).verdict;
  };

  it("only while a rising or falling share of failed requests is below a half", () => {
    const rising = { ramp: { from: 0, to: 1 } };
    const falling = { ramp: { from: 1, to: 0.2 } };
    expect(withoutRequest(rising, { atClock: "00:04:00" })).toBe("fail");
    expect(withoutRequest(rising, { atClock: "00:05:00" })).toBe("inconclusive");
    expect(withoutRequest(falling, { atClock: "00:06:00" })).toBe("inconclusive");
    expect(withoutRequest(falling, { atClock: "00:07:00" })).toBe("fail");
    expect(withoutRequest({ ...falling, chance: 0.5 }, { atClock: "00:01:00" })).toBe("fail");
  });

  it("when the fault starts with a later request, or only the backup is down", () => {
    expect(withoutRequest({ after: 1 })).toBe("fail");
    expect(withoutRequest({ at: "backup", on: ["authorize"] }, { flow: "popup" })).toBe("fail");
    expect(withoutRequest({ at: "edge", on: ["authorize"] }, { flow: "popup" })).toBe(
      "inconclusive",
    );
  });

  it("unless a fault was active when it began, or when it ended", () => {
    const before = buildRun();
    const end = before.fault({ id: "down" });
    const begun = before.operation();
    before.after(1_000);
    end();
    begun.fails();
    const during = buildRun();
    const ending = during.operation();
    during.after(1_000);
    during.fault({ id: "down" });
    ending.fails();
    for (const run of [before, during])
      expect(availability.judge(run.history()).verdict).toBe("inconclusive");
  });
});

describe("availability does not count a call", () => {
  it("that fails after an API has accepted its token", () => {
    const run = buildRun();
    const load = { flow: "custom", app: "load", scopes: [] } as const;
    const token = run.token();
    failed(run, { user: ben });
    const first = run.operation(load);
    run.exchange({ by: first, issued: { token } });
    first.ok();
    run.at("00:10:00");
    const call = run.operation(load);
    run.shows(call, token);
    call.fails({ code: "bad_order" });
    expect(availability.judge(run.history()).message).toContain("1 of 1 call");
  });

  it("whose metadata were taken by a fault of all of sign-in that was over when it failed", () => {
    const judged = (faults: readonly string[]) => {
      const run = buildRun();
      const call = run.operation();
      run.after(1);
      const ends = [
        run.fault({ id: "metadata", on: ["openid-configuration"] }),
        run.fault({ id: "all", on: "all" }),
      ];
      run.exchange({ by: call, endpoint: "openid-configuration", status: 503, faults });
      run.after(1_000);
      for (const end of ends) end();
      call.fails();
      return availability.judge(run.history()).verdict;
    };
    expect(judged(["metadata", "all"])).toBe("inconclusive");
    expect(judged(["metadata"])).toBe("fail");
  });

  it("that the service refused with a 400", () => {
    const run = buildRun();
    run.exchange({ endpoint: "openid-configuration", status: 503 });
    const call = run.operation();
    run.exchange({ by: call, status: 400, error: "invalid_grant" });
    call.fails();
    expect(availability.judge(run.history()).verdict).toBe("inconclusive");
  });
});

describe("availability is inconclusive", () => {
  it("when nothing failed, or no call could have ended ok", () => {
    const well = buildRun();
    well.exchange({ endpoint: "openid-configuration" });
    served(well);
    const dark = buildRun();
    dark.fault({ id: "down", on: "all" });
    const call = dark.operation();
    dark.exchange({ by: call, endpoint: "openid-configuration", status: 503, faults: ["down"] });
    call.fails();
    for (const run of [well, dark])
      expect(availability.judge(run.history())).toMatchObject({
        verdict: "inconclusive",
        evidence: [],
      });
  });
});

it("availability accepts failures of a page whose sign-in is down, also when the mount does not know which call failed", () => {
  const denied = (
    on: "authorize" | "keys",
    flow: "popup" | "redirect" | "sso-silent" | "silent",
  ) => {
    const run = buildRun();
    run.fault({ id: "down", on: [on] });
    run.operation({ flow, tab: "tab-1" }).fails({ code: "timed_out" });
    return availability.judge(run.history()).verdict;
  };
  for (const flow of ["popup", "redirect", "sso-silent"] as const)
    expect([denied("authorize", flow), denied("keys", flow)]).toEqual(["inconclusive", "fail"]);
  expect(denied("authorize", "silent")).toBe("fail");
});

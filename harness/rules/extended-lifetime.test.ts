/** Invented runs for rule extended-lifetime. */
import { describe, expect, it } from "vitest";
import { extendedLifetime } from "./extended-lifetime.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";

/** A token of an hour with an extended lifetime of a day. */
function extended(): RunBuilder {
  const run = buildRun();
  const call = run.operation();
  run.exchange({
    by: call,
    issued: { token: run.token({ expiresIn: 3_600, extExpiresIn: 86_400 }) },
  });
  call.ok();
  return run;
}

/** A call whose refresh gets a 503. */
function failingCall(run: RunBuilder): ReturnType<RunBuilder["operation"]> {
  const call = run.operation();
  run.exchange({ by: call, status: 503 });
  return call;
}

describe("extended-lifetime passes", () => {
  it("when the expired token is used within its extended lifetime", () => {
    const run = extended();
    run.at("02:00:00");
    failingCall(run).ok();
    expect(extendedLifetime.judge(run.history())).toEqual({
      verdict: "pass",
      message:
        "The one call past expires_in in the outage got the token within its ext_expires_in; the first had 22h of it left.",
      evidence: [2, 4, 6],
    });
  });

  it("from the second of expiry on", () => {
    const run = extended();
    run.at("01:00:00");
    failingCall(run).ok();
    expect(extendedLifetime.judge(run.history()).verdict).toBe("pass");
  });

  it("only for a token past its expiry: until then every client hands it out", () => {
    const run = extended();
    run.at("00:57:00");
    failingCall(run).ok();
    expect(extendedLifetime.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("when the client sends no request in a total outage", () => {
    const run = extended();
    run.at("01:30:00");
    run.fault({ id: "down" });
    run.at("02:00:00");
    run.operation().ok();
    expect(extendedLifetime.judge(run.history()).verdict).toBe("pass");
  });
});

describe("extended-lifetime fails", () => {
  it("for a client that throws in the last minutes before the expiry, but not before them", () => {
    const judged = (clock: string, lifetimes = {}) => {
      const run = buildRun();
      const call = run.operation();
      const token = run.token({ expiresIn: 3_600, extExpiresIn: 86_400, ...lifetimes });
      run.exchange({ by: call, issued: { token } });
      call.ok();
      run.at(clock);
      failingCall(run).fails();
      return extendedLifetime.judge(run.history()).verdict;
    };
    expect(judged("00:55:00")).toBe("fail");
    expect(judged("00:54:59")).toBe("inconclusive");
    expect(judged("00:55:00", { extExpiresIn: 3_600 })).toBe("inconclusive");
  });

  it("for a client whose request for a token fails, and whose last one is answered", () => {
    const run = extended();
    run.at("02:00:00");
    const call = failingCall(run);
    run.exchange({ by: call, endpoint: "openid-configuration" });
    call.fails();
    expect(extendedLifetime.judge(run.history()).verdict).toBe("fail");
  });

  it("for a client that throws within the extended lifetime", () => {
    const run = extended();
    run.at("02:00:00");
    failingCall(run).fails();
    expect(extendedLifetime.judge(run.history())).toEqual({
      verdict: "fail",
      message:
        "1 of 1 call near or past expires_in got no token while the service failed and ext_expires_in had not passed (ext_expires_in was never used); the first, 2h into the run, had 22h of it left.",
      evidence: [2, 4, 6],
    });
  });

  it("for a client that waits after a failure, and for one that never returns", () => {
    const run = extended();
    run.at("02:00:00");
    failingCall(run).ok();
    run.at("02:00:10");
    run.operation().fails();
    const hanging = run.operation();
    run.request({ by: hanging });
    run.at("02:01:10");
    hanging.unknown("caller-timeout");
    expect(extendedLifetime.judge(run.history()).message).toBe(
      "2 of 3 calls near or past expires_in got no token while the service failed and ext_expires_in had not passed; the first, 2h 0m 10s into the run, had 21h 59m 50s of it left.",
    );
  });
});

describe("extended-lifetime is inconclusive", () => {
  it("when ext_expires_in is no longer than expires_in", () => {
    const run = buildRun();
    const call = run.operation();
    run.exchange({ by: call, issued: { token: run.token({ extExpiresIn: 3_600 }) } });
    call.ok();
    run.at("01:30:00");
    failingCall(run).fails();
    expect(extendedLifetime.judge(run.history())).toMatchObject({
      verdict: "inconclusive",
      evidence: [],
    });
  });

  it("when the extended lifetime is over, the service is healthy, or the token was not needed", () => {
    const run = extended();
    failingCall(run).fails();
    run.at("02:00:00");
    const refused = run.operation();
    run.exchange({ by: refused, status: 400, error: "invalid_client" });
    refused.fails();
    run.at("24:00:00");
    failingCall(run).fails();
    expect(extendedLifetime.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("when the extended lifetime ends while the call waits", () => {
    const run = extended();
    run.at("23:59:59");
    const call = failingCall(run);
    run.at("24:00:01");
    call.fails();
    expect(extendedLifetime.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("when a call past the expiry got another token although its own request failed", () => {
    const run = extended();
    run.at("02:00:00");
    failingCall(run).ok({ token: run.token() });
    expect(extendedLifetime.judge(run.history()).verdict).toBe("inconclusive");
  });
});

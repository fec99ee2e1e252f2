/** Golden histories of the rule extended-lifetime. */
import { describe, expect, it } from "vitest";
import { extendedLifetime } from "./extended-lifetime.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";

/** A token of an hour whose life the service extends to a day. */
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

/** A call whose refresh meets a 503. */
function failingCall(run: RunBuilder): ReturnType<RunBuilder["operation"]> {
  const call = run.operation();
  run.exchange({ by: call, status: 503 });
  return call;
}

describe("holds", () => {
  it("when the expired token serves as long as it was extended", () => {
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

  it("when the client does not even ask in a total outage", () => {
    const run = extended();
    run.at("01:30:00");
    run.fault({ id: "down" });
    run.at("02:00:00");
    run.operation().ok();
    expect(extendedLifetime.judge(run.history()).verdict).toBe("pass");
  });
});

describe("is broken", () => {
  it("by a client that throws while the extension runs", () => {
    const run = extended();
    run.at("02:00:00");
    failingCall(run).fails();
    expect(extendedLifetime.judge(run.history())).toEqual({
      verdict: "fail",
      message:
        "1 of 1 call past expires_in got no token while the service failed and ext_expires_in had not passed (ext_expires_in was never used); the first, 2h into the run, had 22h of it left.",
      evidence: [2, 4, 6],
    });
  });

  it("by a client that holds back after a failure, and by one that waits for ever", () => {
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
      "2 of 3 calls past expires_in got no token while the service failed and ext_expires_in had not passed; the first, 2h 0m 10s into the run, had 21h 59m 50s of it left.",
    );
  });
});

describe("is unseen", () => {
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

  it("when the extension is over, or the service is well, or the token was not needed", () => {
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
});

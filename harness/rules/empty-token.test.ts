/** Invented runs for rule empty-token. */
import { describe, expect, it } from "vitest";
import { emptyToken } from "./empty-token.ts";
import { buildRun } from "../../test/support/run-builder.ts";

const custom = { flow: "custom", client: "my-service", app: "load 1" } as const;

describe("empty-token passes", () => {
  it("when each call that ends ok has a token, and shows the last", () => {
    const run = buildRun();
    const call = run.operation();
    run.exchange({ by: call });
    call.ok();
    run.operation().fails();
    expect(emptyToken.judge(run.history())).toEqual({
      verdict: "pass",
      message: "The one call that ended ok had a token.",
      evidence: [3],
    });
    for (let more = 0; more < 2; more += 1) run.operation().ok();
    expect(emptyToken.judge(run.history())).toEqual({
      verdict: "pass",
      message: "All 3 calls that ended ok had a token.",
      evidence: [9],
    });
  });
});

describe("empty-token fails", () => {
  it("for a client that reports success for 200 {}", () => {
    const run = buildRun();
    const first = run.operation();
    run.exchange({ by: first });
    first.ok();
    run.at("02:00:00");
    const call = run.operation();
    run.exchange({ by: call, issued: "nothing" });
    call.ok({ token: "none" });
    expect(emptyToken.judge(run.history())).toEqual({
      verdict: "fail",
      message:
        "1 of 2 calls that ended ok had no token; the first was a call of app-1, 2h into the run.",
      evidence: [7, 4, 6],
    });
  });

  it("for custom code that reports its tokens, and reports none when the service issues none", () => {
    const run = buildRun();
    run.operation(custom).ok({ token: run.token() });
    const call = run.operation(custom);
    run.exchange({ by: call, issued: "nothing" });
    call.ok({ token: "none" });
    expect(emptyToken.judge(run.history()).verdict).toBe("fail");
  });

  it("for a client that has never had a token", () => {
    const run = buildRun();
    run.operation().ok({ token: "none" });
    expect(emptyToken.judge(run.history()).verdict).toBe("fail");
  });

  it("for custom code that reports its tokens, and none in an outage", () => {
    const run = buildRun();
    run.operation(custom).ok({ token: run.token() });
    // This one asks for a token, so it is no other work that needs none.
    const call = run.operation(custom);
    run.exchange({ by: call });
    call.ok({ token: "none" });
    run.after(1);
    run.fault({ id: "down" });
    run.operation({ ...custom, app: "load 2" }).ok({ token: "none" });
    expect(emptyToken.judge(run.history()).verdict).toBe("fail");
  });

  it("for custom code that reports none in each of two outages", () => {
    const run = buildRun();
    run.operation(custom).ok({ token: run.token() });
    for (let outage = 0; outage < 2; outage += 1) {
      run.after(1_000);
      const end = run.fault({ id: `down-${outage}` });
      run.operation(custom).ok({ token: "none" });
      run.after(1_000);
      end();
    }
    expect(emptyToken.judge(run.history()).message).toContain("2 of 3 calls");
  });
});

describe("empty-token does not judge", () => {
  it("a call of another client, which may not be for a token", () => {
    const run = buildRun();
    run.operation({ ...custom, app: "get token" }).ok({ token: run.token() });
    run.operation({ ...custom, app: "load orders" }).ok({ token: "none" });
    expect(emptyToken.judge(run.history()).verdict).toBe("pass");
  });

  it("a call of a name that does two things, of which one needs no token", () => {
    const run = buildRun();
    run.operation(custom).ok({ token: run.token() });
    run.operation(custom).ok({ token: "none" });
    run.after(1);
    run.fault({ id: "down" });
    run.operation(custom).ok({ token: "none" });
    expect(emptyToken.judge(run.history()).verdict).toBe("pass");
  });

  it("a call of a name that shows only after the outage that it also needs none", () => {
    const run = buildRun();
    run.operation(custom).ok({ token: run.token() });
    run.after(1);
    const end = run.fault({ id: "down" });
    run.operation(custom).ok({ token: "none" });
    run.after(1);
    end();
    run.after(1);
    run.operation(custom).ok({ token: "none" });
    expect(emptyToken.judge(run.history()).verdict).toBe("pass");
  });

  it("a call that was issued a token, and returns what it was for", () => {
    const run = buildRun();
    run.operation(custom).ok({ token: run.token() });
    const call = run.operation(custom);
    run.exchange({ by: call });
    call.ok({ token: "none" });
    expect(emptyToken.judge(run.history()).verdict).toBe("pass");
  });
});

describe("empty-token is inconclusive", () => {
  it("when no call ended ok", () => {
    const run = buildRun();
    run.operation().fails();
    run.operation().unknown();
    expect(emptyToken.judge(run.history())).toMatchObject({
      verdict: "inconclusive",
      evidence: [],
    });
  });

  it("when custom code never reports its tokens", () => {
    const run = buildRun();
    run.operation({ flow: "custom", client: "my-service" }).ok({ token: "none" });
    expect(emptyToken.judge(run.history()).verdict).toBe("inconclusive");
    const inOutage = buildRun();
    inOutage.fault({ id: "down" });
    inOutage.operation(custom).ok({ token: "none" });
    expect(emptyToken.judge(inOutage.history()).verdict).toBe("inconclusive");
  });
});

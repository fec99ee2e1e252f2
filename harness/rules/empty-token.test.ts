/** Golden histories of the rule empty-token. */
import { describe, expect, it } from "vitest";
import { emptyToken } from "./empty-token.ts";
import { buildRun } from "../../test/support/run-builder.ts";

describe("holds", () => {
  it("when each good end has a token", () => {
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
  });
});

describe("is broken", () => {
  it("by a client that makes a token of 200 {}", () => {
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

  it("by own code that tells its tokens, and once has none to tell", () => {
    const run = buildRun();
    const custom = { flow: "custom", client: "my-service" } as const;
    run.operation(custom).ok({ token: run.token() });
    run.operation(custom).ok({ token: "none" });
    expect(emptyToken.judge(run.history()).verdict).toBe("fail");
  });
});

describe("does not oblige", () => {
  it("a call of another name, which may be for no token at all", () => {
    const run = buildRun();
    const custom = { flow: "custom", client: "my-service" } as const;
    run.operation({ ...custom, app: "get token" }).ok({ token: run.token() });
    run.operation({ ...custom, app: "load orders" }).ok({ token: "none" });
    expect(emptyToken.judge(run.history()).verdict).toBe("pass");
  });
});

describe("is unseen", () => {
  it("when no call ended ok", () => {
    const run = buildRun();
    run.operation().fails();
    run.operation().unknown();
    expect(emptyToken.judge(run.history())).toMatchObject({
      verdict: "inconclusive",
      evidence: [],
    });
  });

  it("when own code never tells its tokens", () => {
    const run = buildRun();
    run.operation({ flow: "custom", client: "my-service" }).ok({ token: "none" });
    expect(emptyToken.judge(run.history()).verdict).toBe("inconclusive");
  });
});

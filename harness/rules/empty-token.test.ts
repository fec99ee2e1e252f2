/** Golden histories of the rule empty-token. */
import { describe, expect, it } from "vitest";
import { emptyToken } from "./empty-token.ts";
import { story } from "../../test/support/check-story.ts";

describe("holds", () => {
  it("when each good end has a token", () => {
    const told = story();
    const call = told.operation();
    told.exchange({ by: call });
    call.ok();
    told.operation().fails();
    expect(emptyToken.judge(told.history())).toEqual({
      verdict: "pass",
      message: "The one call that ended ok brought a token.",
      evidence: [3],
    });
  });
});

describe("is broken", () => {
  it("by a client that makes a token of 200 {}", () => {
    const told = story();
    const first = told.operation();
    told.exchange({ by: first });
    first.ok();
    told.at("02:00:00");
    const call = told.operation();
    told.exchange({ by: call, issued: "nothing" });
    call.ok({ token: "none" });
    expect(emptyToken.judge(told.history())).toEqual({
      verdict: "fail",
      message: "1 of 2 calls that ended ok brought no token; the first, 2h in, by app-1.",
      evidence: [7, 4, 6],
    });
  });

  it("by own code that tells its tokens, and once has none to tell", () => {
    const told = story();
    const custom = { flow: "custom", client: "my-service" } as const;
    told.operation(custom).ok({ token: told.token() });
    told.operation(custom).ok({ token: "none" });
    expect(emptyToken.judge(told.history()).verdict).toBe("fail");
  });
});

describe("does not oblige", () => {
  it("a call of another name, which may be for no token at all", () => {
    const told = story();
    const custom = { flow: "custom", client: "my-service" } as const;
    told.operation({ ...custom, app: "get token" }).ok({ token: told.token() });
    told.operation({ ...custom, app: "load orders" }).ok({ token: "none" });
    expect(emptyToken.judge(told.history()).verdict).toBe("pass");
  });
});

describe("is unseen", () => {
  it("when no call ended ok", () => {
    const told = story();
    told.operation().fails();
    told.operation().unknown();
    expect(emptyToken.judge(told.history())).toMatchObject({
      verdict: "inconclusive",
      evidence: [],
    });
  });

  it("when own code never tells its tokens", () => {
    const told = story();
    told.operation({ flow: "custom", client: "my-service" }).ok({ token: "none" });
    expect(emptyToken.judge(told.history()).verdict).toBe("inconclusive");
  });
});

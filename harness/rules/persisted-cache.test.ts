/** Golden histories of the rule persisted-cache. */
import { describe, expect, it } from "vitest";
import { persistedCache } from "./persisted-cache.ts";
import { story, type Story } from "../../test/support/check-story.ts";
import { ada } from "../../test/support/check-story-wire.ts";

/** Ada signed in at the start, with a token of an hour and a refresh token. */
function signedIn(lifetimes: Parameters<Story["token"]>[0] = {}): Story {
  const told = story();
  const call = told.operation({ flow: "authorization-code" });
  told.prompt({ user: ada, operation: call.operation });
  told.exchange({ by: call, issued: { token: told.token(lifetimes), refreshToken: "rt-1" } });
  call.ok();
  return told;
}

function renews(told: Story): void {
  const call = told.operation();
  told.exchange({ by: call });
  call.ok();
}

describe("holds", () => {
  it("when the first call after a restart in an outage has the saved token", () => {
    const told = signedIn({ expiresIn: 86_400 });
    told.at("01:00:00");
    told.fault({ id: "down", on: "all" });
    told.at("03:00:00");
    told.restarted("app-1", "cache");
    told.operation().ok({ fromCache: true });
    expect(persistedCache.judge(told.history())).toEqual({
      verdict: "pass",
      message:
        "The one first call after a restart got a token by what had been saved; the first by a token got 3h before.",
      evidence: [3, 6, 7],
    });
  });

  it("when the saved refresh token renews the session after a weekend", () => {
    const told = signedIn();
    told.at("72:00:00");
    told.restarted("app-1", "cache");
    renews(told);
    expect(persistedCache.judge(told.history()).message).toContain("by a refresh token got 3d");
  });
});

describe("is broken", () => {
  it("by a cache that was never written: the client knows no account", () => {
    const told = signedIn();
    told.at("70:00:00");
    told.restarted("app-1", "cache");
    told.operation().fails({ code: "no_account", interactionRequired: true });
    expect(persistedCache.judge(told.history())).toEqual({
      verdict: "fail",
      message:
        "A call got nothing 0s after the restart at 2d 22h: the application saves its cache and should have had a refresh token got 2d 22h before.",
      evidence: [3, 5, 6, 7],
    });
  });

  it("by a client that fails without asking anybody", () => {
    const told = signedIn();
    told.at("02:00:00");
    told.restarted("app-1", "cache");
    told.operation().fails({ code: "cache_error" });
    expect(persistedCache.judge(told.history()).verdict).toBe("fail");
  });

  it("by the same in an outage, which is not to blame", () => {
    const told = signedIn();
    told.at("02:00:00");
    told.fault({ id: "down", on: "all" });
    told.restarted("app-1", "cache");
    told.operation().fails({ code: "no_account", interactionRequired: true });
    expect(persistedCache.judge(told.history()).verdict).toBe("fail");
  });

  it("by a sign-in page for a person whose token was saved", () => {
    const told = signedIn();
    told.at("00:10:00");
    told.restarted("app-1", "cache");
    told.at("00:10:05");
    told.prompt({ user: ada });
    expect(persistedCache.judge(told.history()).message).toBe(
      "A person was asked to sign in 5s after the restart at 10m: the application saves its cache and should have had a token got 10m 5s before.",
    );
  });

  it("by an application that persists nothing, in an outage", () => {
    const told = signedIn();
    told.at("00:20:00");
    told.fault({ id: "down", on: "all" });
    told.restarted("app-1", "nothing");
    told.operation().fails({ code: "no_account", interactionRequired: true });
    expect(persistedCache.judge(told.history()).message).toContain(
      "the application persists nothing and lost a token got 20m before",
    );
  });
});

describe("is unseen", () => {
  it("without a restart, and without anything to save", () => {
    const told = signedIn();
    told.operation().ok();
    const empty = story();
    empty.restarted("app-1", "cache");
    empty.operation().fails({ code: "no_account", interactionRequired: true });
    for (const one of [told, empty])
      expect(persistedCache.judge(one.history())).toMatchObject({
        verdict: "inconclusive",
        evidence: [],
      });
  });

  it("when the refresh token is older than three days, or was revoked", () => {
    const old = signedIn();
    old.at("73:00:00");
    old.restarted("app-1", "cache");
    old.operation().fails({ interactionRequired: true });
    const revoked = signedIn();
    revoked.at("02:00:00");
    revoked.changed("password-changed", [ada]);
    revoked.restarted("app-1", "cache");
    revoked.operation().fails({ interactionRequired: true });
    for (const one of [old, revoked])
      expect(persistedCache.judge(one.history()).verdict).toBe("inconclusive");
  });

  it("when the service fails the saved refresh token", () => {
    const told = signedIn();
    told.at("02:00:00");
    told.restarted("app-1", "cache");
    const call = told.operation();
    told.exchange({ by: call, status: 503 });
    told.prompt({ user: ada, operation: call.operation });
    call.fails();
    told.operation().unknown("run-ended");
    expect(persistedCache.judge(told.history()).verdict).toBe("inconclusive");
  });

  it("when a process that persists nothing signs in again while all is well", () => {
    const told = signedIn();
    told.at("00:20:00");
    told.restarted("app-1", "nothing");
    told.operation().fails({ code: "no_account", interactionRequired: true });
    told.prompt({ user: ada });
    expect(persistedCache.judge(told.history()).verdict).toBe("inconclusive");
  });

  it("when a daemon persists nothing, or nothing was lost that was needed", () => {
    const told = story();
    const daemon = { flow: "client-credentials" } as const;
    const call = told.operation(daemon);
    told.exchange({ by: call });
    call.ok();
    told.fault({ id: "down" });
    told.restarted();
    told.operation(daemon).fails();
    const lucky = signedIn();
    lucky.fault({ id: "partial", chance: 0.5 });
    lucky.restarted();
    lucky.operation().ok();
    for (const one of [told, lucky])
      expect(persistedCache.judge(one.history()).verdict).toBe("inconclusive");
  });

  it("when a person is asked after the first silent call was served from what was saved", () => {
    const told = signedIn();
    told.restarted("app-1", "cache");
    told.operation().ok();
    told.at("00:10:00");
    told.prompt({ user: ada });
    const other = told.operation({ flow: "authorization-code", scopes: ["api://orders/read"] });
    told.prompt({ user: ada, operation: other.operation });
    expect(persistedCache.judge(told.history()).verdict).toBe("pass");
  });

  it("when a person is asked long after the first silent call was served", () => {
    const told = signedIn();
    told.at("02:00:00");
    told.restarted("app-1", "cache");
    renews(told);
    told.at("05:00:00");
    told.prompt({ user: ada });
    expect(persistedCache.judge(told.history()).verdict).toBe("pass");
  });
});

/** Invented runs for rule persisted-cache. */
import { describe, expect, it } from "vitest";
import { persistedCache } from "./persisted-cache.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import { ada } from "../../test/support/run-builder-wire.ts";

/** Ada signed in at the start, with a token of an hour and a refresh token. */
function signedIn(lifetimes: Parameters<RunBuilder["token"]>[0] = {}): RunBuilder {
  const run = buildRun();
  const call = run.operation({ flow: "authorization-code" });
  run.prompt({ user: ada, operation: call.operation });
  run.exchange({ by: call, issued: { token: run.token(lifetimes), refreshToken: "rt-1" } });
  call.ok();
  return run;
}

function renews(run: RunBuilder): void {
  const call = run.operation();
  run.exchange({ by: call });
  call.ok();
}

describe("persisted-cache passes", () => {
  it("when the first call after a restart in an outage gets the saved token", () => {
    const run = signedIn({ expiresIn: 86_400 });
    run.at("01:00:00");
    run.fault({ id: "down", on: "all" });
    run.at("03:00:00");
    run.restarted("app-1", "cache");
    run.operation().ok({ fromCache: true });
    expect(persistedCache.judge(run.history())).toEqual({
      verdict: "pass",
      message:
        "The one first call after a restart got a token from the saved cache; the first used a token received 3h earlier.",
      evidence: [3, 6, 7],
    });
  });

  it("when the saved refresh token renews the session after a weekend", () => {
    const run = signedIn();
    run.at("72:00:00");
    run.restarted("app-1", "cache");
    renews(run);
    expect(persistedCache.judge(run.history()).message).toContain(
      "used a refresh token received 3d",
    );
  });
});

describe("persisted-cache fails", () => {
  it("for a cache that was never written, so that the client has no account", () => {
    const run = signedIn();
    run.at("70:00:00");
    run.restarted("app-1", "cache");
    run.operation().fails({ code: "no_account", interactionRequired: true });
    expect(persistedCache.judge(run.history())).toEqual({
      verdict: "fail",
      message:
        "A call got no token 0s after the restart at 2d 22h: the application saves its cache and should have had a refresh token received 2d 22h earlier.",
      evidence: [3, 5, 6, 7],
    });
  });

  it("for a client that fails without sending a request", () => {
    const run = signedIn();
    run.at("02:00:00");
    run.restarted("app-1", "cache");
    run.operation().fails({ code: "cache_error" });
    expect(persistedCache.judge(run.history()).verdict).toBe("fail");
  });

  it("for a client that fails without sending a request, also in an outage", () => {
    const run = signedIn();
    run.at("02:00:00");
    run.fault({ id: "down", on: "all" });
    run.restarted("app-1", "cache");
    run.operation().fails({ code: "no_account", interactionRequired: true });
    expect(persistedCache.judge(run.history()).verdict).toBe("fail");
  });

  it("for a client that reads metadata from a healthy service and never uses its refresh token", () => {
    const run = signedIn();
    run.at("02:00:00");
    run.restarted("app-1", "cache");
    const call = run.operation();
    run.exchange({ by: call, endpoint: "openid-configuration" });
    call.fails({ code: "no_account", interactionRequired: true });
    expect(persistedCache.judge(run.history()).verdict).toBe("fail");
  });

  it("for a sign-in prompt to a user whose token was saved", () => {
    const run = signedIn();
    run.at("00:10:00");
    run.restarted("app-1", "cache");
    run.at("00:10:05");
    run.prompt({ user: ada });
    expect(persistedCache.judge(run.history()).message).toBe(
      "A person was asked to sign in 5s after the restart at 10m: the application saves its cache and should have had a token received 10m 5s earlier.",
    );
  });

  it("for an application that saves nothing, in an outage", () => {
    const run = signedIn();
    run.at("00:20:00");
    run.fault({ id: "down", on: "all" });
    run.restarted("app-1", "nothing");
    run.operation().fails({ code: "no_account", interactionRequired: true });
    expect(persistedCache.judge(run.history()).message).toContain(
      "the application saves nothing and lost a token received 20m earlier",
    );
  });
});

describe("persisted-cache is inconclusive", () => {
  it("without a restart, and when there was nothing to save", () => {
    const run = signedIn();
    run.operation().ok();
    const empty = buildRun();
    empty.restarted("app-1", "cache");
    empty.operation().fails({ code: "no_account", interactionRequired: true });
    for (const one of [run, empty])
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

  it("when the service fails the request with the saved refresh token", () => {
    const run = signedIn();
    run.at("02:00:00");
    run.restarted("app-1", "cache");
    const call = run.operation();
    run.exchange({ by: call, status: 503 });
    run.prompt({ user: ada, operation: call.operation });
    call.fails();
    run.operation().unknown("run-ended");
    expect(persistedCache.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("when the service fails the metadata, a fault changes it, or the client sent its refresh token", () => {
    const metadata = { endpoint: "openid-configuration" } as const;
    for (const answer of [
      { ...metadata, status: 503 },
      { ...metadata, cut: "reset" },
      { ...metadata, faults: ["stale"] },
      { endpoint: "token" },
    ] as const) {
      const run = signedIn();
      run.at("02:00:00");
      run.restarted("app-1", "cache");
      const call = run.operation();
      run.exchange({ by: call, ...answer });
      call.fails();
      expect(persistedCache.judge(run.history()).verdict).toBe("inconclusive");
    }
  });

  it("when a process that saves nothing signs in again while the service is healthy", () => {
    const run = signedIn();
    run.at("00:20:00");
    run.restarted("app-1", "nothing");
    run.operation().fails({ code: "no_account", interactionRequired: true });
    run.prompt({ user: ada });
    expect(persistedCache.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("when a daemon saves nothing, or nothing that was needed was lost", () => {
    const run = buildRun();
    const daemon = { flow: "client-credentials" } as const;
    const call = run.operation(daemon);
    run.exchange({ by: call });
    call.ok();
    run.fault({ id: "down" });
    run.restarted();
    run.operation(daemon).fails();
    const lucky = signedIn();
    lucky.fault({ id: "partial", chance: 0.5 });
    lucky.restarted();
    lucky.operation().ok();
    for (const one of [run, lucky])
      expect(persistedCache.judge(one.history()).verdict).toBe("inconclusive");
  });

  it("when a person is asked after the first silent call was served from the saved cache", () => {
    const run = signedIn();
    run.restarted("app-1", "cache");
    run.operation().ok();
    run.at("00:10:00");
    run.prompt({ user: ada });
    const other = run.operation({ flow: "authorization-code", scopes: ["api://orders/read"] });
    run.prompt({ user: ada, operation: other.operation });
    expect(persistedCache.judge(run.history()).verdict).toBe("pass");
  });

  it("when a person is asked long after the first silent call was served", () => {
    const run = signedIn();
    run.at("02:00:00");
    run.restarted("app-1", "cache");
    renews(run);
    run.at("05:00:00");
    run.prompt({ user: ada });
    expect(persistedCache.judge(run.history()).verdict).toBe("pass");
  });
});

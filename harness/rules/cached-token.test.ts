/** Golden histories of the rule cached-token. */
import { describe, expect, it } from "vitest";
import { cachedToken } from "./cached-token.ts";
import { story, type Story } from "../../test/support/check-story.ts";
import { ben } from "../../test/support/check-story-wire.ts";

const daemon = { flow: "client-credentials", client: "daemon-1" } as const;
const daily = { expiresIn: 86_400 };

/** A daemon that got a token of a day, renewable after six hours, at the start. */
function withToken(told: Story, lifetimes: Parameters<Story["token"]>[0] = daily): void {
  const call = told.operation(daemon);
  told.exchange({ by: call, issued: { token: told.token(lifetimes) } });
  call.ok();
}

describe("holds", () => {
  it("when each call is served from the cache, in an outage too", () => {
    const told = story();
    withToken(told);
    told.at("01:00:00");
    told.fault({ id: "down" });
    told.operation(daemon).ok({ fromCache: true });
    const judgement = cachedToken.judge(told.history());
    expect(judgement).toEqual({
      verdict: "pass",
      message:
        "The one call made with a valid token in the cache got one, and none with a fresh token used the network.",
      evidence: [2, 5],
    });
  });

  it("when an early refresh fails behind a call that gets its token", () => {
    const told = story();
    withToken(told, { ...daily, refreshIn: 21_600 });
    told.at("06:01:00");
    const call = told.operation(daemon);
    told.exchange({ by: call, status: 503 });
    call.ok({ fromCache: true });
    expect(cachedToken.judge(told.history()).verdict).toBe("pass");
  });

  it("when the token is in its last five minutes, and renewed", () => {
    const told = story();
    withToken(told);
    told.at("23:54:00");
    told.operation(daemon).ok();
    told.at("23:56:00");
    withToken(told);
    expect(cachedToken.judge(told.history()).verdict).toBe("pass");
  });

  it("when the application forces a refresh that fails, and asks without force after it", () => {
    const told = story();
    withToken(told);
    const forced = told.operation({ ...daemon, forceRefresh: true });
    told.exchange({ by: forced, status: 503 });
    forced.fails();
    told.operation(daemon).ok();
    expect(cachedToken.judge(told.history()).verdict).toBe("pass");
  });
});

describe("is broken", () => {
  it("by a client that throws while it holds back after a failed early refresh", () => {
    const told = story();
    withToken(told, { ...daily, refreshIn: 21_600 });
    told.at("06:00:00");
    const first = told.operation(daemon);
    told.exchange({ by: first, status: 503, error: "temporarily_unavailable" });
    first.ok({ fromCache: true });
    told.at("06:00:30");
    told.operation(daemon).fails();
    expect(cachedToken.judge(told.history())).toEqual({
      verdict: "fail",
      message:
        "1 of 2 calls got nothing while a valid token was in the cache; the first, 6h 0m 30s in, threw 90033 with 17h 59m 30s left on the token.",
      evidence: [2, 8, 9],
    });
  });

  it("by a call that hangs on a refresh until its caller gives up", () => {
    const told = story();
    withToken(told, { ...daily, refreshIn: 21_600 });
    told.at("06:00:00");
    const call = told.operation(daemon);
    const refresh = told.request({ by: call });
    told.at("06:00:30");
    call.unknown("caller-timeout");
    told.at("06:01:00");
    refresh.answered({ networkFault: "ECONNRESET" });
    const { verdict, message } = cachedToken.judge(told.history());
    expect([verdict, message]).toEqual([
      "fail",
      expect.stringContaining("kept its caller waiting until the caller gave up"),
    ]);
  });

  it("by a client that asks the service for what it has", () => {
    const told = story();
    withToken(told);
    told.at("01:00:00");
    withToken(told);
    expect(cachedToken.judge(told.history())).toEqual({
      verdict: "fail",
      message:
        "1 call of 1 went to the token endpoint although an earlier token was still fresh; the first, 1h in, had one for another 23h.",
      evidence: [2, 4, 5],
    });
  });

  it("by a client that takes a rotation of keys for a reason", () => {
    const told = story();
    const call = told.operation();
    told.exchange({ by: call });
    call.ok();
    told.changed("keys-rotated");
    told.operation().fails();
    expect(cachedToken.judge(told.history()).verdict).toBe("fail");
  });

  it("by a process that loads its saved cache and does not use it", () => {
    const told = story();
    withToken(told);
    told.restarted("daemon-1", "cache");
    told.operation(daemon).fails();
    expect(cachedToken.judge(told.history()).verdict).toBe("fail");
  });

  it("by a user's own code that asks each time", () => {
    const told = story();
    const ask = (): void => {
      const call = told.operation({ flow: "custom", client: "my-service" });
      told.exchange({ by: call });
      call.ok();
    };
    ask();
    told.at("00:10:00");
    ask();
    expect(cachedToken.judge(told.history()).verdict).toBe("fail");
  });
});

describe("is unseen", () => {
  it("when there was never a token", () => {
    const told = story();
    told.operation(daemon).fails();
    expect(cachedToken.judge(told.history())).toMatchObject({
      verdict: "inconclusive",
      evidence: [],
    });
  });

  it("when the token was another user's, or for other scopes", () => {
    const told = story();
    const call = told.operation();
    told.exchange({ by: call });
    call.ok();
    told.operation({ user: ben }).fails();
    told.operation({ scopes: ["api://orders/read"] }).fails();
    expect(cachedToken.judge(told.history()).verdict).toBe("inconclusive");
  });

  it("when a restart, a revocation or an API took the token away", () => {
    for (const loss of ["restart", "revocation", "api"] as const) {
      const told = story();
      const call = told.operation();
      const token = told.token();
      told.exchange({ by: call, issued: { token } });
      call.ok();
      if (loss === "restart") told.restarted();
      if (loss === "revocation") told.changed("sessions-revoked");
      if (loss === "api") told.presented(token, "revoked");
      told.operation().fails();
      expect([loss, cachedToken.judge(told.history()).verdict]).toEqual([loss, "inconclusive"]);
    }
  });

  it("when the token came to a process that had ended", () => {
    const told = story();
    const call = told.operation();
    const request = told.request({ by: call });
    told.restarted();
    request.answered({ issued: { token: told.token() } });
    call.ok();
    told.operation().fails();
    expect(cachedToken.judge(told.history()).verdict).toBe("inconclusive");
  });

  it("when a revoked token was handed out again, or the token's life is unknown", () => {
    const told = story();
    const token = told.token();
    told.operation().ok({ token });
    told.presented(token, "revoked");
    told.operation({ claims: true }).ok({ token });
    told.operation().fails();
    const unknown = { accessToken: "at-unknown", expiresAt: Number.MAX_SAFE_INTEGER };
    told.operation({ user: ben }).ok({ token: unknown });
    told.operation({ user: ben }).fails();
    expect(cachedToken.judge(told.history()).verdict).toBe("inconclusive");
  });

  it("when a person is needed: the service has ended the session", () => {
    const told = story();
    const first = told.operation();
    told.exchange({ by: first, issued: { token: told.token({ ...daily, refreshIn: 3_600 }) } });
    first.ok();
    told.at("02:00:00");
    const call = told.operation();
    told.exchange({ by: call, status: 400, error: "interaction_required" });
    call.fails({ interactionRequired: true });
    expect(cachedToken.judge(told.history()).verdict).toBe("inconclusive");
  });

  it("when flows go to the network by nature, or own code does various things", () => {
    const told = story();
    for (const flow of [
      "authorization-code",
      "password",
      "device-code",
      "refresh-token",
    ] as const) {
      for (let time = 0; time < 2; time += 1) {
        const call = told.operation({ flow });
        told.exchange({ by: call });
        call.ok();
      }
    }
    for (const scope of ["api://a/.default", "api://b/.default"]) {
      const call = told.operation({ flow: "custom", client: "my-service" });
      told.exchange({ by: call, scopes: [scope] });
      call.ok();
    }
    told.operation({ flow: "custom", client: "my-service" }).fails();
    expect(cachedToken.judge(told.history()).verdict).toBe("inconclusive");
  });
});

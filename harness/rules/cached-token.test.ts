/** Invented runs for rule cached-token. */
import { describe, expect, it } from "vitest";
import { availability } from "./availability.ts";
import { cachedToken, withheldCallsIn } from "./cached-token.ts";
import { fallbackToInteraction } from "./fallback-to-interaction.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import { ada, ben } from "../../test/support/run-builder-wire.ts";

const daemon = { flow: "client-credentials", client: "daemon-1" } as const;
const daily = { expiresIn: 86_400 };

/** A daemon that got a token of a day, renewable after six hours, at the start. */
function withToken(run: RunBuilder, lifetimes: Parameters<RunBuilder["token"]>[0] = daily): void {
  const call = run.operation(daemon);
  run.exchange({ by: call, issued: { token: run.token(lifetimes) } });
  call.ok();
}

describe("cached-token passes", () => {
  it("when each call is served from the cache, also in an outage", () => {
    const run = buildRun();
    withToken(run);
    run.at("01:00:00");
    run.fault({ id: "down" });
    run.operation(daemon).ok({ fromCache: true });
    const judgement = cachedToken.judge(run.history());
    expect(judgement).toEqual({
      verdict: "pass",
      message:
        "The one call made with a valid token in the cache got a token, and none with a fresh token sent a request.",
      evidence: [2, 5],
    });
    for (let more = 0; more < 2; more += 1) run.operation(daemon).ok({ fromCache: true });
    // The last of them.
    expect(cachedToken.judge(run.history()).evidence).toEqual([2, 9]);
  });

  it.each(["authorization_code", "password", "device_code"])(
    "when a call starts the grant %s, which no cache can serve",
    (grant) => {
      const run = buildRun();
      withToken(run);
      run.at("01:00:00");
      const call = run.operation(daemon);
      run.exchange({ by: call, grant });
      call.ok();
      expect(cachedToken.judge(run.history()).verdict).toBe("pass");
    },
  );

  it("when an early refresh fails but the call gets its token", () => {
    const run = buildRun();
    withToken(run, { ...daily, refreshIn: 21_600 });
    run.at("06:01:00");
    const call = run.operation(daemon);
    run.exchange({ by: call, status: 503 });
    call.ok({ fromCache: true });
    expect(cachedToken.judge(run.history()).verdict).toBe("pass");
  });

  it("when the token is renewed in its last five minutes", () => {
    const run = buildRun();
    withToken(run);
    run.at("23:54:00");
    run.operation(daemon).ok();
    run.at("23:56:00");
    withToken(run);
    expect(cachedToken.judge(run.history()).verdict).toBe("pass");
  });

  it("when a client renews past half of the token's life while it hands out the cached one", () => {
    const renews = (clock: string, waits: boolean): string => {
      const run = buildRun();
      const call = run.operation(daemon);
      const token = run.token(daily);
      run.exchange({ by: call, issued: { token } });
      call.ok({ token });
      run.at(clock);
      const next = run.operation(daemon);
      const request = run.request({ by: next });
      if (waits) request.answered();
      next.ok({ token, fromCache: true });
      if (!waits) request.answered();
      return cachedToken.judge(run.history()).verdict;
    };
    expect(renews("12:00:00", false)).toBe("pass");
    expect(renews("11:59:59", false)).toBe("fail");
    expect(renews("12:00:00", true)).toBe("fail");
  });

  it("when the application forces a refresh that fails, and then calls without forcing it", () => {
    const run = buildRun();
    withToken(run);
    const forced = run.operation({ ...daemon, forceRefresh: true });
    run.exchange({ by: forced, status: 503 });
    forced.fails();
    run.operation(daemon).ok();
    expect(cachedToken.judge(run.history()).verdict).toBe("pass");
  });
});

describe("cached-token fails", () => {
  it("for a client that throws while it waits after a failed early refresh", () => {
    const run = buildRun();
    withToken(run, { ...daily, refreshIn: 21_600 });
    run.at("06:00:00");
    const first = run.operation(daemon);
    run.exchange({ by: first, status: 503, error: "temporarily_unavailable" });
    first.ok({ fromCache: true });
    run.at("06:00:30");
    run.operation(daemon).fails();
    expect(cachedToken.judge(run.history())).toEqual({
      verdict: "fail",
      message:
        "1 of 2 calls got no token although a valid token was in the cache; the first, 6h 0m 30s into the run, threw 90033 while the token was valid for another 17h 59m 30s.",
      evidence: [2, 8, 9],
    });
  });

  it("for a call that waits for a refresh until its caller times out", () => {
    const run = buildRun();
    withToken(run, { ...daily, refreshIn: 21_600 });
    run.at("06:00:00");
    const call = run.operation(daemon);
    const refresh = run.request({ by: call });
    run.at("06:00:30");
    call.unknown("caller-timeout");
    run.at("06:01:00");
    refresh.answered({ networkFault: "ECONNRESET" });
    const { verdict, message } = cachedToken.judge(run.history());
    expect([verdict, message]).toEqual([
      "fail",
      expect.stringContaining("did not return before its caller timed out"),
    ]);
  });

  it("for a call that never returns although the token is valid", () => {
    const run = buildRun();
    withToken(run);
    run.operation(daemon).unknown("never-ends");
    expect(cachedToken.judge(run.history()).message).toContain(
      "the first, 0s into the run, never returned while the token was valid for another 1d",
    );
  });

  it("for a call that hands out another token than the cached one, and renews it at once", () => {
    const run = buildRun();
    withToken(run);
    run.at("12:00:00");
    const call = run.operation(daemon);
    run.request({ by: call });
    call.ok({ token: run.token() });
    expect(cachedToken.judge(run.history()).message).toContain("requested a token although");
  });

  it("for a client that requests a token that it has", () => {
    const run = buildRun();
    withToken(run);
    run.at("01:00:00");
    withToken(run);
    expect(cachedToken.judge(run.history())).toEqual({
      verdict: "fail",
      message:
        "1 call of 1 requested a token although a cached one was still fresh; the first, 1h into the run, had one valid for another 23h.",
      evidence: [2, 4, 5],
    });
  });

  it("for a client that drops its token after a rotation of signing keys", () => {
    const run = buildRun();
    const call = run.operation();
    run.exchange({ by: call });
    call.ok();
    run.changed("keys-rotated");
    run.operation().fails();
    expect(cachedToken.judge(run.history()).verdict).toBe("fail");
  });

  it("for a process that loads its saved cache and does not use it", () => {
    const run = buildRun();
    withToken(run);
    run.restarted("daemon-1", "cache");
    run.operation(daemon).fails();
    expect(cachedToken.judge(run.history()).verdict).toBe("fail");
  });

  it("for custom code that requests a token each time", () => {
    const run = buildRun();
    const ask = (): void => {
      const call = run.operation({ flow: "custom", client: "my-service" });
      run.exchange({ by: call });
      call.ok();
    };
    ask();
    run.at("00:10:00");
    ask();
    expect(cachedToken.judge(run.history()).verdict).toBe("fail");
  });
});

it("the calls from which a valid token was withheld are those that failed with one", () => {
  const run = buildRun();
  run.operation(daemon).fails();
  withToken(run);
  run.operation(daemon).ok({ fromCache: true });
  run.operation(daemon).fails();
  run.at("25:00:00");
  run.operation(daemon).fails();
  const withheld = withheldCallsIn(run.history()).map(({ invoked }) => invoked.operation);
  expect(withheld).toEqual([4]);
});

describe("cached-token is inconclusive", () => {
  it("when the client never had a token", () => {
    const run = buildRun();
    run.operation(daemon).fails();
    expect(cachedToken.judge(run.history())).toMatchObject({
      verdict: "inconclusive",
      evidence: [],
    });
  });

  it("when the cached token is for another user or other scopes", () => {
    const run = buildRun();
    const call = run.operation();
    run.exchange({ by: call });
    call.ok();
    run.operation({ user: ben }).fails();
    run.operation({ scopes: ["api://orders/read"] }).fails();
    expect(cachedToken.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("after a restart, a revocation or a rejection by an API", () => {
    for (const loss of ["restart", "revocation", "api"] as const) {
      const run = buildRun();
      const call = run.operation();
      const token = run.token();
      run.exchange({ by: call, issued: { token } });
      call.ok();
      if (loss === "restart") run.restarted();
      if (loss === "revocation") run.changed("sessions-revoked");
      if (loss === "api") run.presented(token, "revoked");
      run.operation().fails();
      expect([loss, cachedToken.judge(run.history()).verdict]).toEqual([loss, "inconclusive"]);
    }
  });

  it("when the token arrived after its process had ended", () => {
    const run = buildRun();
    const call = run.operation();
    const request = run.request({ by: call });
    run.restarted();
    request.answered({ issued: { token: run.token() } });
    call.ok();
    run.operation().fails();
    expect(cachedToken.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("when a revoked token was handed out again, or the token's lifetime is unknown", () => {
    const run = buildRun();
    const token = run.token();
    run.operation().ok({ token });
    run.presented(token, "revoked");
    run.operation({ claims: true }).ok({ token });
    run.operation().fails();
    const unknown = { accessToken: "at-unknown", expiresAt: Number.MAX_SAFE_INTEGER };
    run.operation({ user: ben }).ok({ token: unknown });
    run.operation({ user: ben }).fails();
    expect(cachedToken.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("when a person is needed because the service has ended the session", () => {
    const run = buildRun();
    const first = run.operation();
    run.exchange({ by: first, issued: { token: run.token({ ...daily, refreshIn: 3_600 }) } });
    first.ok();
    run.at("02:00:00");
    const call = run.operation();
    run.exchange({ by: call, status: 400, error: "interaction_required" });
    call.fails({ interactionRequired: true });
    expect(cachedToken.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("for flows that always need the network, and for custom code that requests various tokens", () => {
    const run = buildRun();
    for (const flow of [
      "authorization-code",
      "password",
      "device-code",
      "refresh-token",
    ] as const) {
      for (let time = 0; time < 2; time += 1) {
        const call = run.operation({ flow });
        run.exchange({ by: call });
        call.ok();
      }
    }
    for (const scope of ["api://a/.default", "api://b/.default"]) {
      const call = run.operation({ flow: "custom", client: "my-service" });
      run.exchange({ by: call, scopes: [scope] });
      call.ok();
    }
    run.operation({ flow: "custom", client: "my-service" }).fails();
    expect(cachedToken.judge(run.history()).verdict).toBe("inconclusive");
  });
});

describe("a client that asks for a sign-in while it holds a token", () => {
  const login = { code: "login_required", interactionRequired: true } as const;

  /** A user with a token of a day, whose call at +1h fails because of `error`, after what `sends` does. */
  function refused(
    error: Parameters<ReturnType<RunBuilder["operation"]>["fails"]>[0],
    sends: (run: RunBuilder, by: ReturnType<RunBuilder["operation"]>) => void = () => undefined,
    call: Parameters<RunBuilder["operation"]>[0] = {},
  ) {
    const run = buildRun();
    const first = run.operation();
    run.exchange({ by: first, issued: { token: run.token(daily), refreshToken: "rt-1" } });
    first.ok();
    run.at("01:00:00");
    run.fault({ id: "down" });
    const silent = run.operation(call);
    sends(run, silent);
    silent.fails(error);
    return run;
  }

  it("fails, as the client's own failure", () => {
    expect(cachedToken.judge(refused(login).history()).message).toBe(
      "1 of 1 call got no token although a valid token was in the cache; the first, 1h into the run, threw login_required, which asks for a sign-in that the service had not required, while the token was valid for another 23h.",
    );
    expect(availability.judge(refused(login).history()).verdict).toBe("fail");
  });

  it("fails when the service has failed", () => {
    const run = refused(login, (on, by) => on.exchange({ by, status: 503 }));
    expect(cachedToken.judge(run.history()).verdict).toBe("fail");
    expect(availability.judge(run.history()).verdict).toBe("fail");
  });

  it("does not fail when the service has required a sign-in, or the application asks for a new token", () => {
    const required = refused(login, (on, by) =>
      on.exchange({ by, status: 400, error: "interaction_required" }),
    );
    expect(cachedToken.judge(required.history()).message).toMatch(
      /^1 call of 0 requested a token although a cached one was still fresh/,
    );
    const forced = refused(login, undefined, { forceRefresh: true });
    expect(cachedToken.judge(forced.history()).verdict).toBe("inconclusive");
  });

  it("is not to be answered by a prompt, and a prompt after it has the outage as its cause", () => {
    const silent = refused(login);
    silent.at("02:00:00");
    silent.cleared();
    expect(fallbackToInteraction.judge(silent.history()).verdict).toBe("inconclusive");
    const prompting = refused(login, (on, by) => on.exchange({ by, status: 503 }));
    prompting.prompt({ user: ada });
    expect(fallbackToInteraction.judge(prompting.history()).message).toContain(
      "because the token endpoint failed (a 503), not because interaction was required",
    );
  });

  it("fails availability when it holds a refresh token and the service is there", () => {
    const run = buildRun();
    const first = run.operation();
    run.exchange({
      by: first,
      issued: { token: run.token({ expiresIn: 3_600 }), refreshToken: "rt-1" },
    });
    first.ok();
    run.at("00:10:00");
    const end = run.fault({ id: "down" });
    run.exchange({ by: run.operation(), status: 503 });
    end();
    run.at("02:00:00");
    run.operation().fails(login);
    expect(availability.judge(run.history()).verdict).toBe("fail");
  });
});

it("says that signing keys were lacking, where an API refuses a token for want of them", () => {
  const own = { flow: "custom", client: "shop", app: "orders" } as const;
  const run = buildRun();
  const first = run.operation(own);
  run.exchange({ by: first, issued: { token: run.token(daily) } });
  first.ok();
  run.at("01:00:00");
  for (let call = 0; call < 2; call += 1) {
    const refused = run.operation(own);
    run.exchange({ by: refused, endpoint: "keys", status: 503 });
    refused.fails({ name: "HttpError", code: "401" });
  }
  expect(cachedToken.judge(run.history())).toMatchObject({
    verdict: "fail",
    message:
      "2 of 2 calls failed for want of signing keys although a valid token was in the cache; the first, 1h into the run, threw 401 when the signing keys could not be read (a 503) while the token was valid for another 23h.",
  });
});

/** Invented runs for rule fallback-to-interaction. */
import { describe, expect, it } from "vitest";
import { fallbackToInteraction } from "./fallback-to-interaction.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import { ada, ben } from "../../test/support/run-builder-wire.ts";

const revoked = { error: "invalid_grant", codes: [50173], suberror: "bad_token" };

/** A silent call that the service answers with an error. */
function refused(
  run: RunBuilder,
  {
    status = 400,
    error = revoked,
    asks = true,
  }: { status?: number; error?: typeof revoked | string; asks?: boolean } = {},
): void {
  const call = run.operation();
  run.exchange({ by: call, status, error });
  call.fails({ code: "invalid_grant", interactionRequired: asks });
}

function signIn(run: RunBuilder, user = ada): void {
  const call = run.operation({ flow: "authorization-code", user });
  run.prompt({ user, operation: call.operation });
  run.exchange({ by: call });
  call.ok();
}

describe("fallback-to-interaction passes", () => {
  it("when a revoked session leads to a sign-in", () => {
    const run = buildRun();
    refused(run);
    signIn(run);
    expect(fallbackToInteraction.judge(run.history())).toEqual({
      verdict: "pass",
      message: "1 call that needed a person led to a sign-in prompt, and no other error did.",
      evidence: [3, 5],
    });
  });

  it("when an outage delays the sign-in after the error", () => {
    const run = buildRun();
    refused(run);
    refused(run, { status: 503, error: "temporarily_unavailable", asks: false });
    run.at("00:10:00");
    refused(run);
    signIn(run);
    expect(fallbackToInteraction.judge(run.history()).verdict).toBe("pass");
  });

  it("when the call or the prompt does not say for whom it is", () => {
    const refusedFor = (run: RunBuilder, call = {}): void => {
      const one = run.operation(call);
      run.exchange({ by: one, status: 400, error: revoked });
      one.fails({ code: "invalid_grant", interactionRequired: true });
    };
    const anyoneAsked = buildRun();
    refusedFor(anyoneAsked);
    anyoneAsked.prompt();
    const anyoneCalled = buildRun();
    refusedFor(anyoneCalled, { anyone: true });
    anyoneCalled.prompt({ user: ada });
    for (const run of [anyoneAsked, anyoneCalled]) {
      run.at("00:05:00");
      run.cleared();
      expect(fallbackToInteraction.judge(run.history()).verdict).toBe("pass");
    }
  });

  it("when the next silent call succeeds", () => {
    const run = buildRun();
    refused(run);
    run.at("00:05:00");
    const call = run.operation();
    run.exchange({ by: call });
    call.ok();
    expect(fallbackToInteraction.judge(run.history()).verdict).toBe("pass");
  });
});

describe("fallback-to-interaction fails", () => {
  it("for an application that keeps calling silently after its session has ended", () => {
    const run = buildRun();
    signIn(run);
    refused(run);
    run.at("00:30:00");
    refused(run);
    expect(fallbackToInteraction.judge(run.history())).toEqual({
      verdict: "fail",
      message:
        "A call of app-1 needed a person 0s into the run (2 such calls); in the 30m after it no one was asked to sign in.",
      evidence: [8, 7, 5],
    });
  });

  it("for an application that prompts only after many calls, but not for a person who was away", () => {
    const judged = (...clocks: readonly string[]) => {
      const run = buildRun();
      refused(run);
      for (const clock of clocks) {
        run.at(clock);
        refused(run);
      }
      run.at("08:00:00");
      signIn(run);
      return fallbackToInteraction.judge(run.history());
    };
    expect(judged("04:00:00")).toMatchObject({
      verdict: "fail",
      message:
        "A call of app-1 needed a person 0s into the run (2 such calls); only 8h later, after more such calls, was the person asked to sign in.",
    });
    expect(judged().verdict).toBe("pass");
    expect(judged("07:59:00").verdict).toBe("pass");
  });

  it("for an application that calls on within the minute that it has to ask, and does not", () => {
    const run = buildRun();
    refused(run);
    run.at("00:00:10");
    run.operation({ user: ben }).ok();
    expect(fallbackToInteraction.judge(run.history()).verdict).toBe("inconclusive");
    run.operation().fails();
    expect(fallbackToInteraction.judge(run.history())).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("in the 10s after it no one was asked to sign in"),
    });
  });

  it("for an application that gives up, and for one that prompts another user", () => {
    const silent = buildRun();
    refused(silent);
    silent.at("00:01:00");
    silent.cleared();
    const elsewhere = buildRun();
    refused(elsewhere);
    elsewhere.prompt({ client: "app-2", user: ada });
    elsewhere.at("00:05:00");
    elsewhere.cleared();
    const other = buildRun();
    refused(other);
    signIn(other, ben);
    other.at("00:05:00");
    other.cleared();
    for (const run of [silent, elsewhere, other])
      expect(fallbackToInteraction.judge(run.history()).verdict).toBe("fail");
  });

  it("for a call that was inferred from its requests, without a word about what its library reported", () => {
    const run = buildRun();
    for (const at of ["00:00:00", "00:05:00"]) {
      run.at(at);
      const call = run.operation({ tab: "tab-1", told: "by-requests" });
      run.exchange({ by: call, status: 400, error: revoked });
      call.fails({ code: "invalid_grant", interactionRequired: false });
    }
    const { verdict, message } = fallbackToInteraction.judge(run.history());
    expect(verdict).toBe("fail");
    expect(message).toContain(
      "the service answered invalid_grant, and no one was asked to sign in (what the page's library reported was not seen).",
    );
    expect(message).not.toContain("client reported");
  });

  it("for a client that hides the error of the service", () => {
    const run = buildRun();
    const error = { error: "invalid_grant", codes: [70043], suberror: "token_expired" };
    refused(run, { error, asks: false });
    run.at("00:05:00");
    refused(run, { error, asks: false });
    expect(fallbackToInteraction.judge(run.history()).message).toBe(
      "A call of app-1 needed a person 0s into the run (2 such calls); in the 5m after it the service answered invalid_grant, but the client reported invalid_grant, which does not require interaction.",
    );
  });

  it("for a client that hides the error, with each error that requires interaction", () => {
    const consent = { error: "invalid_grant", codes: [], suberror: "consent_required" };
    for (const error of ["interaction_required", "login_required", consent]) {
      const run = buildRun();
      refused(run, { error, asks: false });
      run.at("00:05:00");
      run.cleared();
      expect(fallbackToInteraction.judge(run.history()).verdict).toBe("fail");
    }
  });

  it("for a prompt because of an outage", () => {
    const run = buildRun();
    const call = run.operation();
    run.exchange({ by: call, status: 503, error: "temporarily_unavailable" });
    run.prompt({ user: ada, operation: call.operation, prompt: "login" });
    call.fails();
    expect(fallbackToInteraction.judge(run.history())).toEqual({
      verdict: "fail",
      message:
        "app-1 asked a person to sign in 0s into the run because the token endpoint failed (a 503), not because interaction was required.",
      evidence: [3, 2, 1],
    });
  });

  it("for a prompt on a page that the failed call opened", () => {
    const run = buildRun();
    const call = run.operation();
    run.exchange({ by: call, status: 503 });
    run.exchange({ by: call, endpoint: "authorize", bodyForm: "html" });
    run.prompt({ user: ada, operation: call.operation });
    expect(fallbackToInteraction.judge(run.history()).message).toContain("failed (a 503)");
  });

  it("for a prompt several calls after a failed connection", () => {
    const run = buildRun();
    const call = run.operation();
    run.exchange({ by: call, networkFault: "ECONNREFUSED", sent: "connection" });
    call.fails();
    run.at("00:00:30");
    run.operation().fails();
    signIn(run);
    expect(fallbackToInteraction.judge(run.history()).message).toContain("failed (ECONNREFUSED)");
  });
});

describe("fallback-to-interaction is inconclusive", () => {
  it("when no person was needed", () => {
    const run = buildRun();
    signIn(run);
    run.at("01:00:00");
    refused(run, { status: 503, error: "temporarily_unavailable", asks: false });
    run.at("02:00:00");
    run.cleared();
    expect(fallbackToInteraction.judge(run.history())).toMatchObject({
      verdict: "inconclusive",
      evidence: [],
    });
  });

  it("when a failure had ended, or became interaction required, before the prompt", () => {
    const run = buildRun();
    refused(run, { status: 503, error: "temporarily_unavailable", asks: false });
    run.at("00:05:00");
    const good = run.operation();
    run.exchange({ by: good });
    good.ok();
    signIn(run);
    const call = run.operation();
    run.exchange({ by: call, status: 503 });
    run.exchange({ by: call, status: 400, error: revoked });
    run.prompt({ user: ada, operation: call.operation });
    expect(fallbackToInteraction.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("when the grant is invalid in a way that a sign-in does not fix", () => {
    const run = buildRun();
    refused(run, {
      error: { error: "invalid_client", codes: [50173], suberror: "bad_token" },
      asks: false,
    });
    run.at("00:05:00");
    run.cleared();
    expect(fallbackToInteraction.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("when the run ends right after the error", () => {
    const run = buildRun();
    refused(run);
    expect(fallbackToInteraction.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("when a sign-in is repeated because its own code exchange failed", () => {
    const run = buildRun();
    const call = run.operation({ flow: "authorization-code" });
    run.prompt({ user: ada, operation: call.operation });
    run.exchange({ by: call, status: 503 });
    call.fails();
    signIn(run);
    expect(fallbackToInteraction.judge(run.history()).verdict).toBe("inconclusive");
  });

  it.each(["on-behalf-of", "client-credentials"] as const)(
    "for a call with the flow %s, which has no person to ask",
    (flow) => {
      const run = buildRun();
      const call = run.operation({ flow, user: ada });
      run.exchange({ by: call, status: 400, error: "interaction_required" });
      call.fails({ interactionRequired: true });
      run.at("01:00:00");
      run.cleared();
      expect(fallbackToInteraction.judge(run.history()).verdict).toBe("inconclusive");
    },
  );

  it("when only the service says that someone is needed, for a call that names no user", () => {
    const judged = (interactionRequired: boolean) => {
      const run = buildRun();
      const call = run.operation({ anyone: true });
      run.exchange({ by: call, status: 400, error: "interaction_required" });
      call.fails({ interactionRequired });
      run.at("01:00:00");
      run.cleared();
      return fallbackToInteraction.judge(run.history()).verdict;
    };
    expect([judged(false), judged(true)]).toEqual(["inconclusive", "fail"]);
  });

  it("when the call that failed before the prompt was another user's", () => {
    const run = buildRun();
    const call = run.operation({ user: ben });
    run.exchange({ by: call, status: 503 });
    call.fails();
    signIn(run);
    expect(fallbackToInteraction.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("when the call failed only after the prompt", () => {
    const run = buildRun();
    signIn(run);
    const call = run.operation();
    run.exchange({ by: call, status: 503 });
    call.fails();
    expect(fallbackToInteraction.judge(run.history()).verdict).toBe("inconclusive");
  });
});

/** Invented runs for rule silent-first. */
import { describe, expect, it } from "vitest";
import { silentFirst } from "./silent-first.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import { ada, ben } from "../../test/support/run-builder-wire.ts";

/** A sign-in of Ada by a person, `prompt` as given. */
function signIn(run: RunBuilder, prompt: "none-given" | "login" | "consent" = "none-given"): void {
  const call = run.operation({ flow: "authorization-code" });
  run.prompt({ user: ada, operation: call.operation, prompt });
  run.exchange({ by: call, issued: { token: run.token(), refreshToken: "rt-1" } });
  call.ok();
}

describe("silent-first passes", () => {
  it("when a user signs in once, and again after the session was revoked", () => {
    const run = buildRun();
    signIn(run);
    run.at("00:30:00");
    run.operation().ok();
    run.changed("sessions-revoked", [ada]);
    run.at("02:00:00");
    signIn(run);
    expect(silentFirst.judge(run.history())).toEqual({
      verdict: "pass",
      message: "2 prompts, none of them while a silent call could succeed; 1 call could.",
      evidence: [1],
    });
  });

  it("when the service has rejected the refresh token before the prompt", () => {
    const run = buildRun();
    signIn(run);
    run.at("02:00:00");
    const call = run.operation();
    const error = { error: "invalid_grant", codes: [50173], suberror: "bad_token" };
    run.exchange({ by: call, status: 400, error });
    call.fails({ interactionRequired: true });
    signIn(run);
    expect(silentFirst.judge(run.history()).verdict).toBe("pass");
  });

  it("in a page whose refresh token has expired after a day, although it was renewed since", () => {
    const run = buildRun();
    const tab = "tab-1";
    const first = run.operation({ flow: "popup", tab });
    run.prompt({ user: ada, operation: first.operation });
    run.exchange({ by: first, issued: { token: run.token(), refreshToken: "rt-1" } });
    first.ok();
    run.at("20:00:00");
    const renewal = run.operation({ tab });
    run.exchange({
      by: renewal,
      grant: "refresh_token",
      issued: { token: run.token(), refreshToken: "rt-2" },
    });
    renewal.ok();
    const promptedAt = (clock: string): string => {
      run.at(clock);
      const again = run.operation({ flow: "popup", tab });
      run.prompt({ user: ada, operation: again.operation });
      return silentFirst.judge(run.history()).verdict;
    };
    // Elsewhere a refresh token lives for months.
    const elsewhere = buildRun();
    signIn(elsewhere);
    elsewhere.at("24:00:00");
    signIn(elsewhere);
    expect(silentFirst.judge(elsewhere.history()).verdict).toBe("fail");
    expect(promptedAt("24:00:00")).toBe("pass");
    const second = run.operation({ flow: "popup", tab });
    run.exchange({ by: second, issued: { token: run.token(), refreshToken: "rt-3" } });
    second.ok();
    expect(promptedAt("30:00:00")).toBe("fail");
  });

  it("when a user chooses to add an account, or an API requires a sign-in", () => {
    const run = buildRun();
    signIn(run);
    run.prompt({ user: ada, prompt: "select_account" });
    const stepUp = run.operation({ flow: "authorization-code", claims: true });
    run.prompt({ user: ada, operation: stepUp.operation });
    run.prompt({ user: ben });
    expect(silentFirst.judge(run.history()).verdict).toBe("pass");
  });

  it("when a first sign-in is forced while sign-in works", () => {
    const run = buildRun();
    run.fault({ id: "keys-gone", on: ["keys"] });
    run.fault({ id: "slow", effect: { kind: "latency", delay: 500 } });
    signIn(run, "login");
    expect(silentFirst.judge(run.history()).verdict).toBe("pass");
  });

  it("when there is no prompt at all, although calls could have prompted", () => {
    const run = buildRun();
    const call = run.operation();
    run.exchange({ by: call, issued: { token: run.token(), refreshToken: "rt-1" } });
    call.ok();
    run.operation().ok();
    expect(silentFirst.judge(run.history()).verdict).toBe("pass");
  });
});

describe("silent-first fails", () => {
  it("for a prompt with a valid token in the cache", () => {
    const run = buildRun();
    signIn(run);
    run.at("00:10:00");
    signIn(run);
    expect(silentFirst.judge(run.history())).toEqual({
      verdict: "fail",
      message:
        "app-1 asked a person to sign in 10m into the run, although it had a token valid for another 50m.",
      evidence: [6, 3, 5],
    });
  });

  it("for a prompt with a valid refresh token", () => {
    const run = buildRun();
    signIn(run);
    run.at("02:00:00");
    run.prompt({ user: ada });
    expect(silentFirst.judge(run.history()).message).toBe(
      "app-1 asked a person to sign in 2h into the run, although it had a refresh token received 2h earlier.",
    );
  });

  it("for prompt=login or consent in an outage, even at the first sign-in", () => {
    for (const prompt of ["login", "consent"] as const) {
      const run = buildRun();
      run.fault({ id: "pages-down", on: ["authorize"] });
      signIn(run, prompt);
      expect(silentFirst.judge(run.history())).toEqual({
        verdict: "fail",
        message: `app-1 prompted with prompt=${prompt} 0s into the run, while the fault pages-down was active.`,
        evidence: [2, 0],
      });
    }
  });
});

describe("silent-first is inconclusive", () => {
  it("when no one is asked to sign in and no user is known", () => {
    const run = buildRun();
    run.operation().fails();
    const daemon = { flow: "client-credentials" } as const;
    const call = run.operation(daemon);
    run.exchange({ by: call });
    call.ok();
    run.operation(daemon).ok();
    expect(silentFirst.judge(run.history())).toMatchObject({
      verdict: "inconclusive",
      evidence: [],
    });
  });
});

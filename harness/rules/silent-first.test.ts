/** Golden histories of the rule silent-first. */
import { describe, expect, it } from "vitest";
import { silentFirst } from "./silent-first.ts";
import { story, type Story } from "../../test/support/check-story.ts";
import { ada, ben } from "../../test/support/check-story-wire.ts";

/** A sign-in of Ada by a person, `prompt` as given. */
function signIn(told: Story, prompt: "none-given" | "login" | "consent" = "none-given"): void {
  const call = told.operation({ flow: "authorization-code" });
  told.prompt({ user: ada, operation: call.operation, prompt });
  told.exchange({ by: call, issued: { token: told.token(), refreshToken: "rt-1" } });
  call.ok();
}

describe("holds", () => {
  it("when a person signs in once, and again after the session was revoked", () => {
    const told = story();
    signIn(told);
    told.at("00:30:00");
    told.operation().ok();
    told.changed("sessions-revoked", [ada]);
    told.at("02:00:00");
    signIn(told);
    expect(silentFirst.judge(told.history())).toEqual({
      verdict: "pass",
      message: "2 prompts, none of them while a silent path existed; 1 call had one.",
      evidence: [1],
    });
  });

  it("when the service refuses the refresh token for good before the person is asked", () => {
    const told = story();
    signIn(told);
    told.at("02:00:00");
    const call = told.operation();
    const error = { error: "invalid_grant", codes: [50173], suberror: "bad_token" };
    told.exchange({ by: call, status: 400, error });
    call.fails({ interactionRequired: true });
    signIn(told);
    expect(silentFirst.judge(told.history()).verdict).toBe("pass");
  });

  it("in a page whose refresh token has lived its day, however new it looks", () => {
    const told = story();
    const tab = "tab-1";
    const first = told.operation({ flow: "popup", tab });
    told.prompt({ user: ada, operation: first.operation });
    told.exchange({ by: first, issued: { token: told.token(), refreshToken: "rt-1" } });
    first.ok();
    told.at("20:00:00");
    const renewal = told.operation({ tab });
    told.exchange({
      by: renewal,
      grant: "refresh_token",
      issued: { token: told.token(), refreshToken: "rt-2" },
    });
    renewal.ok();
    const askedAt = (clock: string): string => {
      told.at(clock);
      const again = told.operation({ flow: "popup", tab });
      told.prompt({ user: ada, operation: again.operation });
      return silentFirst.judge(told.history()).verdict;
    };
    // Elsewhere a refresh token lives for months.
    const elsewhere = story();
    signIn(elsewhere);
    elsewhere.at("24:00:00");
    signIn(elsewhere);
    expect(silentFirst.judge(elsewhere.history()).verdict).toBe("fail");
    expect(askedAt("24:00:00")).toBe("pass");
    const second = told.operation({ flow: "popup", tab });
    told.exchange({ by: second, issued: { token: told.token(), refreshToken: "rt-3" } });
    second.ok();
    expect(askedAt("30:00:00")).toBe("fail");
  });

  it("when a person wishes to add an account, or an API asks for one", () => {
    const told = story();
    signIn(told);
    told.prompt({ user: ada, prompt: "select_account" });
    const stepUp = told.operation({ flow: "authorization-code", claims: true });
    told.prompt({ user: ada, operation: stepUp.operation });
    told.prompt({ user: ben });
    expect(silentFirst.judge(told.history()).verdict).toBe("pass");
  });

  it("when a first sign-in is forced while nothing of sign-in is broken", () => {
    const told = story();
    told.fault({ id: "keys-gone", on: ["keys"] });
    told.fault({ id: "slow", effect: { kind: "latency", delay: 500 } });
    signIn(told, "login");
    expect(silentFirst.judge(told.history()).verdict).toBe("pass");
  });

  it("when there is no prompt at all, although calls could have made one", () => {
    const told = story();
    const call = told.operation();
    told.exchange({ by: call, issued: { token: told.token(), refreshToken: "rt-1" } });
    call.ok();
    told.operation().ok();
    expect(silentFirst.judge(told.history()).verdict).toBe("pass");
  });
});

describe("is broken", () => {
  it("by a prompt with a valid token in the cache", () => {
    const told = story();
    signIn(told);
    told.at("00:10:00");
    signIn(told);
    expect(silentFirst.judge(told.history())).toEqual({
      verdict: "fail",
      message:
        "app-1 asked a person to sign in 10m in, although it had a token valid for another 50m.",
      evidence: [6, 3, 5],
    });
  });

  it("by a prompt with a live refresh token", () => {
    const told = story();
    signIn(told);
    told.at("02:00:00");
    told.prompt({ user: ada });
    expect(silentFirst.judge(told.history()).message).toBe(
      "app-1 asked a person to sign in 2h in, although it had a refresh token got 2h before.",
    );
  });

  it("by prompt=login or consent in an outage, even of the first sign-in", () => {
    for (const prompt of ["login", "consent"] as const) {
      const told = story();
      told.fault({ id: "pages-down", on: ["authorize"] });
      signIn(told, prompt);
      expect(silentFirst.judge(told.history())).toEqual({
        verdict: "fail",
        message: `app-1 showed prompt=${prompt} 0s in, while pages-down was open.`,
        evidence: [2, 0],
      });
    }
  });
});

describe("is unseen", () => {
  it("when nobody is asked and nobody is known", () => {
    const told = story();
    told.operation().fails();
    const daemon = { flow: "client-credentials" } as const;
    const call = told.operation(daemon);
    told.exchange({ by: call });
    call.ok();
    told.operation(daemon).ok();
    expect(silentFirst.judge(told.history())).toMatchObject({
      verdict: "inconclusive",
      evidence: [],
    });
  });
});

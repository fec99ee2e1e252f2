/** Invented runs for rule tabs. */
import { describe, expect, it } from "vitest";
import { backoff } from "./backoff.ts";
import { cachedToken } from "./cached-token.ts";
import { retryAfter } from "./retry-after.ts";
import { silentFirst } from "./silent-first.ts";
import { singleFlight } from "./single-flight.ts";
import { tabs } from "./tabs.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import { ada, ben, type Ask, type Reply } from "../../test/support/run-builder-wire.ts";

const judge = (run: RunBuilder) => tabs.judge(run.history());

/** Ada has signed in in the first tab and opens a second, ten minutes later. */
function twoTabs(): RunBuilder {
  const run = buildRun();
  run.tab("opened");
  const call = run.operation({ flow: "popup", tab: "tab-1" });
  run.exchange({ by: call, issued: { token: run.token(), refreshToken: "rt-1" } });
  call.ok();
  run.at("00:10:00");
  run.tab("opened", "tab-2");
  return run;
}

/** A silent call of a tab with one request. */
function asks(run: RunBuilder, tab: string, reply: Ask & Reply = {}): void {
  const call = run.operation({ tab, ...(reply.user === undefined ? {} : { user: reply.user }) });
  run.exchange({ by: call, ...reply });
  if ((reply.status ?? 200) === 200) call.ok();
  else call.fails();
}

describe("a second tab", () => {
  it("passes when it uses the token, or gets another one without a prompt", () => {
    const run = twoTabs();
    run.operation({ tab: "tab-2" }).ok();
    expect(judge(run)).toMatchObject({
      verdict: "pass",
      message:
        "1 first call of second tabs used the token that the application had, and 0 requests waited after a Retry-After or a 5xx of another tab.",
    });
    const other = twoTabs();
    const call = other.operation({ flow: "sso-silent", tab: "tab-2" });
    other.exchange({ by: call, endpoint: "authorize", status: 302, issued: "nothing" });
    other.exchange({ by: call });
    call.ok();
    expect(judge(other).verdict).toBe("pass");
    expect(cachedToken.judge(other.history()).verdict).not.toBe("fail");
  });

  it("counts only what second tabs and requests of other tabs show, and shows both", () => {
    const run = twoTabs();
    run.operation({ tab: "tab-2" }).ok();
    run.tab("reloaded", "tab-1");
    run.operation({ tab: "tab-1" }).ok();
    asks(run, "tab-1", { status: 503 });
    run.after(60_000);
    asks(run, "tab-2");
    asks(run, "tab-2");
    expect(judge(run)).toEqual({
      verdict: "pass",
      message:
        "1 first call of second tabs used the token that the application had, and 1 request waited after a Retry-After or a 5xx of another tab.",
      evidence: [6, 16],
    });
  });

  it("is named after a request that came too early, when that came first", () => {
    const run = twoTabs();
    asks(run, "tab-1", { status: 503 });
    asks(run, "tab-3");
    run.operation({ tab: "tab-2" }).fails();
    expect(judge(run).message).toMatch(/^tab-3 of app-1 sent a request .*, and 1 more time\.$/);
  });

  it("fails for a prompt, also after a silent call that required interaction", () => {
    const run = twoTabs();
    const call = run.operation({ flow: "popup", tab: "tab-2", scopes: [] });
    run.prompt({ user: ada, operation: call.operation });
    expect(judge(run)).toEqual({
      verdict: "fail",
      message:
        "In a second tab of app-1 the user was asked to sign in 10m into the run, although the application had a token valid for another 50m.",
      evidence: [7, 5, 3],
    });
    expect(silentFirst.judge(run.history()).verdict).toBe("pass");
  });

  it("fails for a call that gets no token, and for a sign-in page of the application", () => {
    const denied = twoTabs();
    denied.operation({ flow: "sso-silent", tab: "tab-2" }).fails({ code: "timed_out" });
    expect(judge(denied).message).toContain("a call got no token");
    const shown = twoTabs();
    shown.sees("sign-in", "tab-2");
    shown.at("00:11:00");
    shown.cleared();
    expect(judge(shown).message).toContain("asked to sign in");
  });

  it("is not judged when the user chose the prompt, or no one was signed in any more", () => {
    const chosen = twoTabs();
    const call = chosen.operation({ flow: "popup", tab: "tab-2" });
    chosen.prompt({ user: ada, operation: call.operation, prompt: "select_account" });
    call.ok();
    const revoked = twoTabs();
    revoked.changed("sessions-revoked", [ada]);
    revoked.prompt({
      user: ada,
      operation: revoked.operation({ flow: "popup", tab: "tab-2" }).operation,
    });
    const alone = buildRun();
    alone.tab("opened");
    alone.tab("opened", "tab-2");
    alone.prompt({
      user: ada,
      operation: alone.operation({ flow: "popup", tab: "tab-2" }).operation,
    });
    const later = buildRun();
    later.tab("opened");
    later.tab("opened", "tab-2");
    asks(later, "tab-1");
    later.operation({ tab: "tab-2" }).fails();
    for (const run of [chosen, revoked, alone, later])
      expect(judge(run)).toMatchObject({ verdict: "inconclusive", evidence: [] });
  });
});

describe("a Retry-After or 5xx that one tab received", () => {
  it("does not count a preflight, or a request from a tab that is not known", () => {
    const preflight = { method: "OPTIONS", status: 503, issued: "nothing" } as const;
    for (const [tab, ask] of [
      ["tab-2", preflight],
      [undefined, {}],
    ] as const) {
      const run = buildRun();
      asks(run, "tab-1", { status: 503 });
      run.exchange({ ...ask, by: run.operation(tab === undefined ? {} : { tab }) });
      expect(judge(run).verdict).toBe("inconclusive");
    }
  });

  it("passes when the other tab waits, and does not count other users or the same tab", () => {
    const run = buildRun();
    asks(run, "tab-1", { status: 429, retryAfter: 60 });
    asks(run, "tab-2", { user: ben });
    run.at("00:01:00");
    asks(run, "tab-2");
    expect(judge(run)).toMatchObject({
      verdict: "pass",
      message:
        "0 first calls of second tabs used the token that the application had, and 1 request waited after a Retry-After or a 5xx of another tab.",
    });
    const own = buildRun();
    asks(own, "tab-1", { status: 429, retryAfter: 60 });
    own.at("00:00:30");
    asks(own, "tab-1");
    expect(judge(own).verdict).toBe("inconclusive");
    expect(retryAfter.judge(own.history()).verdict).toBe("fail");
  });

  it("fails when the other tab does not wait for Retry-After, and retry-after does not fail", () => {
    const run = buildRun();
    asks(run, "tab-1", { status: 503, retryAfter: 60 });
    run.at("00:00:30");
    asks(run, "tab-2");
    expect(judge(run)).toEqual({
      verdict: "fail",
      message:
        "tab-2 of app-1 sent a request to the token endpoint 30s after tab-1 had got a 503, within 1m of Retry-After.",
      evidence: [2, 5],
    });
    for (const rule of [retryAfter, backoff])
      expect(rule.judge(run.history()).verdict).not.toBe("fail");
  });

  it("fails within five seconds of a 5xx, and not later or after a 400", () => {
    const at = (ms: number, status: number) => {
      const run = buildRun();
      asks(run, "tab-1", { status });
      run.after(ms);
      asks(run, "tab-2");
      return judge(run);
    };
    expect(at(2_000, 503).message).toContain("2s after tab-1 had got a 503, within the 5s");
    // A timer may fire a tenth too early.
    expect(at(4_499, 503).verdict).toBe("fail");
    expect(at(4_500, 503).verdict).toBe("pass");
    expect([at(2_000, 500).verdict, at(2_000, 429).verdict]).toEqual(["fail", "fail"]);
    expect(at(2_000, 400).verdict).toBe("inconclusive");
  });

  it("fails although a shorter Retry-After came later, and counts each early request", () => {
    const run = buildRun();
    asks(run, "tab-1", { status: 429, retryAfter: 600 });
    run.at("00:00:10");
    asks(run, "tab-3", { status: 429, retryAfter: 1, user: ada });
    run.at("00:05:00");
    asks(run, "tab-2");
    expect(judge(run).message).toContain("within 10m of Retry-After, and 1 more time");
  });

  /** Answers to other tabs, each so many seconds after the one before; then the second tab asks, at `clock`. */
  function afterAnswers(
    clock: string,
    ...answers: readonly (readonly [afterSeconds: number, tab: string, retryAfter: number])[]
  ) {
    const run = buildRun();
    for (const [seconds, tab, retryAfter] of answers) {
      run.after(seconds * 1_000);
      asks(run, tab, { status: 429, retryAfter });
    }
    run.at(clock);
    asks(run, "tab-2");
    return judge(run);
  }

  it("counts the longest wait of several answers, of one tab or of two", () => {
    for (const tab of ["tab-1", "tab-3"]) {
      const longFirst = afterAnswers("00:05:00", [0, "tab-1", 600], [1, tab, 1]);
      const longLast = afterAnswers("00:05:00", [0, "tab-1", 1], [1, tab, 600]);
      for (const { message } of [longFirst, longLast])
        expect(message).toContain("within 10m of Retry-After");
    }
  });

  it("counts an answer after one that has run out, and its own when that has just run out", () => {
    expect(afterAnswers("00:03:00", [0, "tab-1", 10], [120, "tab-1", 600]).verdict).toBe("fail");
    // The request of the first tab came too early as well.
    expect(afterAnswers("00:00:30", [0, "tab-2", 30], [0, "tab-1", 600]).message).toContain(
      "and 1 more time",
    );
  });

  it("counts answers in the order in which they came, not in that of the requests", () => {
    const run = buildRun();
    const slow = run.operation({ tab: "tab-1" });
    const underway = run.request({ by: slow });
    asks(run, "tab-3", { status: 429, retryAfter: 600 });
    run.at("00:01:00");
    asks(run, "tab-2");
    underway.answered({ status: 429, retryAfter: 600 });
    slow.fails();
    expect(judge(run)).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("1m after tab-3"),
    });
  });

  it("is no wait for the tab that received it, when no other tab has to wait", () => {
    const run = buildRun();
    asks(run, "tab-2");
    asks(run, "tab-1", { status: 429, retryAfter: 60 });
    run.at("00:02:00");
    asks(run, "tab-1");
    expect(judge(run).verdict).toBe("inconclusive");
  });

  it("does not judge a tab with its own Retry-After, preflights and requests that the browser resent", () => {
    const both = buildRun();
    asks(both, "tab-2", { status: 429, retryAfter: 600 });
    asks(both, "tab-1", { status: 429, retryAfter: 30 });
    const before = judge(both).verdict;
    both.at("00:00:20");
    asks(both, "tab-2");
    expect([before, judge(both).message]).toEqual(["fail", expect.not.stringContaining("more")]);
    for (const ask of [{ resent: true }, { method: "OPTIONS" }] as const) {
      const run = buildRun();
      asks(run, "tab-1", { status: 429, retryAfter: 60 });
      asks(run, "tab-2", ask);
      expect(judge(run).verdict).toBe("inconclusive");
    }
  });
});

describe("tabs at the same time", () => {
  it("single-flight fails for two tabs that request one token at once", () => {
    const run = buildRun();
    const calls = ["tab-1", "tab-2"].map((tab) => run.operation({ tab }));
    const requests = calls.map((by) => run.request({ by }));
    for (const request of requests) request.answered();
    for (const call of calls) call.ok();
    expect(singleFlight.judge(run.history()).message).toBe(
      "app-1 made 2 token requests for 2 overlapping calls for one token in 2 tabs.",
    );
  });

  it("single-flight does not count requests that the browser resent, and preflights", () => {
    for (const ask of [{ resent: true }, { method: "OPTIONS" }] as const) {
      const run = buildRun();
      const [first, second] = ["tab-1", "tab-2"].map((tab) => run.operation({ tab }));
      if (first === undefined || second === undefined) throw new Error("two calls");
      run.exchange({ by: first, takesMs: 100 });
      run.exchange({ by: second, ...ask });
      first.ok();
      second.ok();
      expect(singleFlight.judge(run.history()).verdict).toBe("pass");
    }
  });
});

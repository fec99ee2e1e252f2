/** Invented runs for rule reload, and for the token inventory of tabs. */
import { describe, expect, it } from "vitest";
import { cachedToken } from "./cached-token.ts";
import { persistedCache } from "./persisted-cache.ts";
import { reload } from "./reload.ts";
import type { TokenFacts } from "../history/event.ts";
import { silentFirst } from "./silent-first.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import { ada } from "../../test/support/run-builder-wire.ts";

const judge = (run: RunBuilder) => reload.judge(run.history());
const tab = "tab-1";

/** Ada has signed in in the first tab: a token of an hour and a refresh token. Ten minutes have passed. */
function signedIn(): RunBuilder {
  const run = buildRun();
  run.tab("opened");
  const call = run.operation({ flow: "popup", tab });
  run.exchange({ by: call, issued: { token: run.token(), refreshToken: "rt-1" } });
  call.ok();
  run.at("00:10:00");
  return run;
}

/** The events by which a tab may lose its token, with the words of the rule; each returns the tab that is used next. */
const losses: readonly (readonly [string, (run: RunBuilder) => string])[] = [
  ["the reload of its page", (run) => (run.tab("reloaded"), "tab-1")],
  ["the closing of its tab", (run) => (run.tab("closed"), run.tab("opened", "tab-2"), "tab-2")],
  ["the restart of the browser", (run) => (run.browserRestarted(), run.tab("opened"), "tab-1")],
];

describe.each(losses)("%s", (words, lose) => {
  it("passes when the token is still available", () => {
    const run = signedIn();
    run.operation({ tab: lose(run) }).ok();
    expect(judge(run)).toMatchObject({
      verdict: "pass",
      message: `The one first call after ${words} got the cached token; the first had a token valid for another 50m.`,
    });
  });

  it("fails for a call that requests another token or gets none, and for a prompt", () => {
    const goes = signedIn();
    const call = goes.operation({ tab: lose(goes) });
    goes.exchange({ by: call });
    call.ok();
    expect(judge(goes).message).toContain("0s later a call requested another one");
    const denied = signedIn();
    denied
      .operation({ tab: lose(denied) })
      .fails({ code: "no_account", interactionRequired: true });
    const { message, evidence } = judge(denied);
    expect(message).toBe(
      `app-1 lost a token valid for another 50m by ${words} 10m into the run: 0s later a call got no token.`,
    );
    expect(evidence.length).toBeGreaterThanOrEqual(3);
    const asked = signedIn();
    const popup = asked.operation({ flow: "popup", tab: lose(asked), scopes: [] });
    asked.prompt({ operation: popup.operation, user: ada });
    expect(judge(asked).message).toContain("0s later the person was asked to sign in");
    const hidden = signedIn();
    const sso = hidden.operation({ flow: "sso-silent", tab: lose(hidden) });
    hidden.exchange({ by: sso, endpoint: "authorize", status: 302, issued: "nothing" });
    hidden.exchange({ by: sso });
    sso.ok();
    expect(judge(hidden).verdict).toBe("fail");
  });

  it("fails for a sign-in page of the application that stays visible", () => {
    const run = signedIn();
    run.sees("sign-in", lose(run));
    run.at("00:20:00");
    run.cleared();
    expect(judge(run).message).toContain("the person was asked to sign in");
  });

  it("is reported by this rule only, and once", () => {
    const run = signedIn();
    const back = lose(run);
    run.operation({ tab: back }).fails({ code: "no_account", interactionRequired: true });
    const popup = run.operation({ flow: "popup", tab: back });
    run.prompt({ operation: popup.operation, user: ada });
    expect(judge(run).message).not.toContain("more");
    for (const rule of [cachedToken, silentFirst, persistedCache])
      expect(rule.judge(run.history()).verdict).not.toBe("fail");
  });

  it("is not judged after the first served call, because the tab has its token again", () => {
    const run = signedIn();
    const back = lose(run);
    run.operation({ tab: back }).ok();
    run.at("00:15:00");
    run.operation({ tab: back }).fails({ code: "cache_error" });
    expect(judge(run).verdict).toBe("pass");
    expect(cachedToken.judge(run.history()).verdict).toBe("fail");
  });
});

describe("reload passes", () => {
  it("when only metadata is read, and when a token past refresh_in is renewed", () => {
    const run = buildRun();
    const call = run.operation({ flow: "popup", tab });
    run.exchange({
      by: call,
      issued: { token: run.token({ expiresIn: 7_200, refreshIn: 600 }) },
    });
    call.ok();
    run.tab("reloaded");
    run.sees("sign-in");
    run.after(500);
    run.sees("content");
    const first = run.operation({ tab });
    run.exchange({ by: first, endpoint: "openid-configuration" });
    run.exchange({ by: first, method: "OPTIONS", issued: "nothing" });
    first.ok();
    expect(judge(run).verdict).toBe("pass");
    run.at("00:30:00");
    run.tab("reloaded");
    const second = run.operation({ tab });
    run.exchange({ by: second });
    second.ok();
    expect(judge(run).verdict).toBe("pass");
  });
});

it("reload fails for a prompt when the application had only a refresh token of the same day", () => {
  const run = signedIn();
  run.at("02:00:00");
  run.tab("reloaded");
  run.prompt({ user: ada, operation: run.operation({ flow: "redirect", tab }).operation });
  expect(judge(run).message).toContain("lost a refresh token received 2h earlier");
  const late = signedIn();
  late.at("25:00:00");
  late.tab("reloaded");
  late.prompt({ user: ada, operation: late.operation({ flow: "redirect", tab }).operation });
  expect(judge(late).verdict).toBe("inconclusive");
});

describe("reload is inconclusive", () => {
  it("without a loss, with an expired token, with claims, and when the run ends first", () => {
    const calm = signedIn();
    calm.operation({ tab }).ok();
    const late = signedIn();
    late.at("02:00:00");
    late.tab("reloaded");
    late.operation({ tab }).fails();
    const stepUp = signedIn();
    stepUp.tab("reloaded");
    stepUp.operation({ tab, claims: true }).fails();
    stepUp.operation({ flow: "sso-silent", tab, claims: true }).fails();
    const popup = stepUp.operation({ flow: "popup", tab, claims: true });
    stepUp.prompt({ user: ada, operation: popup.operation });
    const open = signedIn();
    open.tab("reloaded");
    open.operation({ tab }).unknown("run-ended");
    for (const run of [calm, late, stepUp, open])
      expect(judge(run)).toMatchObject({ verdict: "inconclusive", evidence: [] });
  });

  it("for a tab opened beside another, which rule tabs judges", () => {
    const run = signedIn();
    run.tab("opened", "tab-2");
    run.operation({ tab: "tab-2" }).fails();
    expect(judge(run).verdict).toBe("inconclusive");
  });

  it("when a redirect returns to its page with a token", () => {
    const run = signedIn();
    run.at("02:00:00");
    const call = run.operation({ flow: "redirect", tab });
    run.tab("reloaded");
    run.exchange({ by: call, issued: { token: run.token(), refreshToken: "rt-2" } });
    call.ok();
    run.operation({ tab }).fails();
    expect(judge(run).verdict).toBe("inconclusive");
    expect(cachedToken.judge(run.history()).verdict).toBe("fail");
  });

  it("when the answer arrived after the page was gone", () => {
    const run = buildRun();
    const call = run.operation({ tab });
    const request = run.request({ by: call });
    run.tab("reloaded");
    request.answered();
    run.operation({ tab }).fails();
    expect(judge(run).verdict).toBe("inconclusive");
    expect(cachedToken.judge(run.history()).verdict).toBe("inconclusive");
  });
});

it("reload does not judge restarts of processes, and persisted-cache does not judge those of browsers", () => {
  const run = signedIn();
  run.restarted("app-1", "cache");
  run.operation().fails({ code: "no_account", interactionRequired: true });
  expect(judge(run).verdict).toBe("inconclusive");
  expect(persistedCache.judge(run.history()).verdict).toBe("fail");
});

describe("the token inventory of tabs", () => {
  it("keeps each tab's own token, also when another tab has a newer one", () => {
    const run = signedIn();
    run.tab("opened", "tab-2");
    const call = run.operation({ tab: "tab-2" });
    run.exchange({ by: call });
    call.ok();
    run.operation({ tab }).fails({ code: "cache_error" });
    expect(cachedToken.judge(run.history())).toMatchObject({
      verdict: "fail",
      evidence: [3, 10, 11],
    });
  });

  it("knows what a tab had before its reload, and does not count a popup as a tab", () => {
    const run = signedIn();
    const token = run.token({ expiresIn: 86_400 });
    const renewed = run.operation({ tab: "tab-2" });
    run.exchange({ by: renewed, issued: { token } });
    renewed.ok();
    run.tab("reloaded");
    const call = run.operation({ flow: "popup", tab });
    run.sees("sign-in", "popup-1");
    run.prompt({ user: ada, operation: call.operation });
    run.at("00:20:00");
    run.browserRestarted();
    const again = run.operation({ flow: "popup", tab });
    run.sees("sign-in", "popup-1");
    run.at("00:30:00");
    run.prompt({ user: ada, operation: again.operation });
    expect(judge(run).message).toContain("a token valid for another 50m by the reload");
    expect(judge(run).message).toContain("and 1 more time.");
  });

  it("attributes a call without a user to the only signed-in user", () => {
    const run = signedIn();
    run.tab("reloaded");
    run.operation({ tab, anyone: true }).fails({ code: "no_account" });
    expect(judge(run).message).toContain("a call got no token");
  });

  it("assumes that a tab whose cache served a call has the refresh token, too", () => {
    const run = signedIn();
    run.tab("reloaded");
    run.operation({ tab }).ok();
    run.at("02:00:00");
    run.prompt({ user: ada, operation: run.operation({ flow: "popup", tab }).operation });
    expect(silentFirst.judge(run.history()).message).toContain(
      "a refresh token received 2h earlier",
    );
    expect(judge(run).verdict).toBe("pass");
  });
});

describe("a token that was used after the reload", () => {
  /** The page asks for a sign-in after it was reloaded; `between` happens before. */
  function askedAfter(
    between: (run: RunBuilder, token: TokenFacts) => void,
    lifetimes = {},
  ): ReturnType<typeof judge> {
    const run = buildRun();
    run.tab("opened");
    const first = run.operation({ flow: "popup", tab });
    const token = run.token(lifetimes);
    run.exchange({ by: first, issued: { token, refreshToken: "rt-1" } });
    first.ok({ token });
    run.at("00:10:00");
    run.tab("reloaded");
    between(run, token);
    run.at("00:20:00");
    const popup = run.operation({ flow: "popup", tab, scopes: [] });
    run.prompt({ operation: popup.operation, user: ada });
    return judge(run);
  }

  const sent = (run: RunBuilder): void => {
    const silent = run.operation({ tab });
    run.exchange({ by: silent, status: 503 });
    silent.fails();
  };

  it("was not lost by it: the page has sent its refresh token", () => {
    const expired = { expiresIn: 360 };
    expect(askedAfter(() => undefined, expired).message).toContain("lost a refresh token");
    expect(askedAfter(sent, expired).verdict).not.toBe("fail");
  });

  it("was not lost by it: the page has shown its token to an API, and not another one", () => {
    const shown = (run: RunBuilder, token: TokenFacts) => run.presented(token);
    expect(askedAfter(shown).verdict).not.toBe("fail");
    expect(askedAfter((run) => run.presented(run.token())).verdict).toBe("fail");
  });

  it("was lost when another tab has used it", () => {
    const run = signedIn();
    run.tab("opened", "tab-2");
    run.operation({ tab: "tab-2" }).ok();
    run.tab("reloaded");
    const other = run.operation({ tab: "tab-2" });
    run.exchange({ by: other, status: 503 });
    other.fails();
    run.operation({ tab }).fails({ code: "no_account", interactionRequired: true });
    expect(judge(run).verdict).toBe("fail");
  });
});

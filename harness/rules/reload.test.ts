/** Golden histories of the rule reload, and of what the books say of tabs. */
import { describe, expect, it } from "vitest";
import { cachedToken } from "./cached-token.ts";
import { persistedCache } from "./persisted-cache.ts";
import { reload } from "./reload.ts";
import { silentFirst } from "./silent-first.ts";
import { story, type Story } from "../../test/support/check-story.ts";
import { ada } from "../../test/support/check-story-wire.ts";

const judge = (told: Story) => reload.judge(told.history());
const tab = "tab-1";

/** Ada has signed in in the first tab: a token of an hour and a refresh token. Ten minutes have passed. */
function signedIn(): Story {
  const told = story();
  told.tab("opened");
  const call = told.operation({ flow: "popup", tab });
  told.exchange({ by: call, issued: { token: told.token(), refreshToken: "rt-1" } });
  call.ok();
  told.at("00:10:00");
  return told;
}

/** What may come between, and how the rule calls it; the tab that comes back. */
const losses: readonly (readonly [string, (told: Story) => string])[] = [
  ["the reload of its page", (told) => (told.tab("reloaded"), "tab-1")],
  ["the closing of its tab", (told) => (told.tab("closed"), told.tab("opened", "tab-2"), "tab-2")],
  ["the restart of the browser", (told) => (told.browserRestarted(), told.tab("opened"), "tab-1")],
];

describe.each(losses)("%s", (words, lose) => {
  it("holds when the token is there", () => {
    const told = signedIn();
    told.operation({ tab: lose(told) }).ok();
    expect(judge(told)).toMatchObject({
      verdict: "pass",
      message: `The one first call after ${words} got the token that was there; the first had a token valid for another 50m.`,
    });
  });

  it("is broken by a call that has to go for another, gets nothing, or by a prompt", () => {
    const goes = signedIn();
    const call = goes.operation({ tab: lose(goes) });
    goes.exchange({ by: call });
    call.ok();
    expect(judge(goes).message).toContain("0s later a call went to the sign-in service");
    const denied = signedIn();
    denied
      .operation({ tab: lose(denied) })
      .fails({ code: "no_account", interactionRequired: true });
    const { message, evidence } = judge(denied);
    expect(message).toBe(
      `app-1 lost a token valid for another 50m by ${words} 10m in: 0s later a call got nothing.`,
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

  it("is broken by a sign-in page of the application, which stays", () => {
    const told = signedIn();
    told.sees("sign-in", lose(told));
    told.at("00:20:00");
    told.cleared();
    expect(judge(told).message).toContain("the person was asked to sign in");
  });

  it("is told by no other rule, and once", () => {
    const told = signedIn();
    const back = lose(told);
    told.operation({ tab: back }).fails({ code: "no_account", interactionRequired: true });
    const popup = told.operation({ flow: "popup", tab: back });
    told.prompt({ operation: popup.operation, user: ada });
    expect(judge(told).message).not.toContain("more");
    for (const rule of [cachedToken, silentFirst, persistedCache])
      expect(rule.judge(told.history()).verdict).not.toBe("fail");
  });

  it("is over with the first call that is served: then the tab has its token", () => {
    const told = signedIn();
    const back = lose(told);
    told.operation({ tab: back }).ok();
    told.at("00:15:00");
    told.operation({ tab: back }).fails({ code: "cache_error" });
    expect(judge(told).verdict).toBe("pass");
    expect(cachedToken.judge(told.history()).verdict).toBe("fail");
  });
});

describe("holds", () => {
  it("when only metadata is read, and when a token past refresh_in is renewed", () => {
    const told = story();
    const call = told.operation({ flow: "popup", tab });
    told.exchange({
      by: call,
      issued: { token: told.token({ expiresIn: 7_200, refreshIn: 600 }) },
    });
    call.ok();
    told.tab("reloaded");
    told.sees("sign-in");
    told.after(500);
    told.sees("content");
    const first = told.operation({ tab });
    told.exchange({ by: first, endpoint: "openid-configuration" });
    told.exchange({ by: first, method: "OPTIONS", issued: "nothing" });
    first.ok();
    expect(judge(told).verdict).toBe("pass");
    told.at("00:30:00");
    told.tab("reloaded");
    const second = told.operation({ tab });
    told.exchange({ by: second });
    second.ok();
    expect(judge(told).verdict).toBe("pass");
  });
});

it("is broken by a prompt while a refresh token of that day is all there was", () => {
  const told = signedIn();
  told.at("02:00:00");
  told.tab("reloaded");
  told.prompt({ user: ada, operation: told.operation({ flow: "redirect", tab }).operation });
  expect(judge(told).message).toContain("lost a refresh token got 2h before");
  const late = signedIn();
  late.at("25:00:00");
  late.tab("reloaded");
  late.prompt({ user: ada, operation: late.operation({ flow: "redirect", tab }).operation });
  expect(judge(late).verdict).toBe("inconclusive");
});

describe("is unseen", () => {
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
    for (const told of [calm, late, stepUp, open])
      expect(judge(told)).toMatchObject({ verdict: "inconclusive", evidence: [] });
  });

  it("for a tab opened beside another: that is of rule tabs", () => {
    const told = signedIn();
    told.tab("opened", "tab-2");
    told.operation({ tab: "tab-2" }).fails();
    expect(judge(told).verdict).toBe("inconclusive");
  });

  it("when a redirect comes back to its page with what it went for", () => {
    const told = signedIn();
    told.at("02:00:00");
    const call = told.operation({ flow: "redirect", tab });
    told.tab("reloaded");
    told.exchange({ by: call, issued: { token: told.token(), refreshToken: "rt-2" } });
    call.ok();
    told.operation({ tab }).fails();
    expect(judge(told).verdict).toBe("inconclusive");
    expect(cachedToken.judge(told.history()).verdict).toBe("fail");
  });

  it("when the answer came to a page that was gone", () => {
    const told = story();
    const call = told.operation({ tab });
    const request = told.request({ by: call });
    told.tab("reloaded");
    request.answered();
    told.operation({ tab }).fails();
    expect(judge(told).verdict).toBe("inconclusive");
    expect(cachedToken.judge(told.history()).verdict).toBe("inconclusive");
  });
});

it("leaves restarts of processes to persisted-cache, and those of browsers out of it", () => {
  const told = signedIn();
  told.restarted("app-1", "cache");
  told.operation().fails({ code: "no_account", interactionRequired: true });
  expect(judge(told).verdict).toBe("inconclusive");
  expect(persistedCache.judge(told.history()).verdict).toBe("fail");
});

describe("the books of tabs", () => {
  it("know each tab's own token, also when another tab has a newer one", () => {
    const told = signedIn();
    told.tab("opened", "tab-2");
    const call = told.operation({ tab: "tab-2" });
    told.exchange({ by: call });
    call.ok();
    told.operation({ tab }).fails({ code: "cache_error" });
    expect(cachedToken.judge(told.history())).toMatchObject({
      verdict: "fail",
      evidence: [3, 10, 11],
    });
  });

  it("know what a tab itself had when it is loaded anew, and a popup for no tab of its own", () => {
    const told = signedIn();
    const token = told.token({ expiresIn: 86_400 });
    const renewed = told.operation({ tab: "tab-2" });
    told.exchange({ by: renewed, issued: { token } });
    renewed.ok();
    told.tab("reloaded");
    const call = told.operation({ flow: "popup", tab });
    told.sees("sign-in", "popup-1");
    told.prompt({ user: ada, operation: call.operation });
    told.at("00:20:00");
    told.browserRestarted();
    const again = told.operation({ flow: "popup", tab });
    told.sees("sign-in", "popup-1");
    told.at("00:30:00");
    told.prompt({ user: ada, operation: again.operation });
    expect(judge(told).message).toContain("a token valid for another 50m by the reload");
    expect(judge(told).message).toContain("and so 1 more time.");
  });

  it("take a call that names nobody for one of the only person there", () => {
    const told = signedIn();
    told.tab("reloaded");
    told.operation({ tab, anyone: true }).fails({ code: "no_account" });
    expect(judge(told).message).toContain("a call got nothing");
  });

  it("know that where a cache served a call its refresh token is, too", () => {
    const told = signedIn();
    told.tab("reloaded");
    told.operation({ tab }).ok();
    told.at("02:00:00");
    told.prompt({ user: ada, operation: told.operation({ flow: "popup", tab }).operation });
    expect(silentFirst.judge(told.history()).message).toContain("a refresh token got 2h before");
    expect(judge(told).verdict).toBe("pass");
  });
});

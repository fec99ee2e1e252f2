/** What an application has in one of its tabs, after what happened in all of them. */
import { describe, expect, it } from "vitest";
import { ada, ben, type Ask, type Call } from "../../../test/support/run-builder-wire.ts";
import {
  call,
  calendar,
  daily,
  failing,
  heldAfter,
  issued,
  namesAfter,
  type Step,
} from "../../../test/support/held-tokens.ts";

const both = ["token", "refresh token", "request 1"];

describe("of several tabs with refresh tokens of their own", () => {
  const tabs: Step = (run) => {
    for (const [tab, refreshToken, user] of [
      ["tab-1", "rt-1", ada],
      ["tab-2", "rt-2", ada],
      ["tab-3", "rt-3", ada],
      ["tab-4", "rt-4", ben],
    ] as const)
      issued({ tab, user }, { refreshToken })(run);
  };
  const refreshTokensAfter = (step: Step) =>
    ["tab-1", "tab-2", "tab-3", "tab-4"].map((tab) => {
      const user = tab === "tab-4" ? ben : ada;
      const { refreshToken, away } = heldAfter(tabs, step, call({ tab, user }));
      return (refreshToken ?? away?.refreshToken)?.token;
    });
  const refusedIn = (codes: readonly number[], refresh_token: string): Step =>
    failing(
      { status: 400, error: { error: "invalid_grant", codes }, form: { refresh_token } },
      { tab: "tab-1" },
    );

  it("one that is too old is gone alone, and a tab without one uses the newest", () => {
    const none: Step = () => undefined;
    expect(refreshTokensAfter(none)).toEqual(["rt-1", "rt-2", "rt-3", "rt-4"]);
    for (const codes of [[700_084], [1, 700_084]])
      expect(refreshTokensAfter(refusedIn(codes, "rt-1"))).toEqual([
        "rt-3",
        "rt-2",
        "rt-3",
        "rt-4",
      ]);
  });

  it("all of the user are gone when one is refused for another reason, or is none of theirs", () => {
    const gone = [undefined, undefined, undefined, "rt-4"];
    expect(refreshTokensAfter(refusedIn([50_173], "rt-1"))).toEqual(gone);
    expect(refreshTokensAfter(refusedIn([700_084], "rt-9"))).toEqual(gone);
  });
});

describe("a page that names no user", () => {
  const anyone = (flow: Call["flow"] = "silent", more: Call = {}): Step =>
    call({ flow: flow ?? "silent", tab: "tab-1", anyone: true, ...more });

  it("means the one who is signed in, if there is only one", () => {
    const inTab = issued({ tab: "tab-1" });
    expect(namesAfter(inTab, anyone())).toEqual(both);
    expect(namesAfter(inTab, issued({ tab: "tab-1", user: ben }), anyone())).toEqual([]);
    // Not so a call without a page.
    expect(namesAfter(issued(), call({ anyone: true }))).toEqual([]);
  });

  it("could do with any token of its user when it asks for a sign-in without scopes", () => {
    const inTab = issued({ tab: "tab-1", ...calendar });
    for (const flow of ["popup", "redirect"] as const) {
      expect(namesAfter(inTab, anyone(flow, { scopes: ["openid"] }))).toEqual(both);
      expect(namesAfter(inTab, anyone(flow))).toEqual(["refresh token"]);
    }
    expect(namesAfter(inTab, anyone("silent", { scopes: [] }))).toEqual(["refresh token"]);
  });

  it("has then the token that lives longest", () => {
    const long = issued({ tab: "tab-1", ...calendar }, { expiresIn: daily });
    const short = issued({ tab: "tab-1" }, { expiresIn: 3_600 });
    for (const steps of [
      [long, short],
      [short, long],
    ]) {
      const { token } = heldAfter(...steps, anyone("popup", { scopes: [] }));
      expect((token?.token.expiresAt ?? 0) - (token?.at ?? 0)).toBe(daily * 1_000);
    }
  });
});

describe("a page that was loaded again has what it shows since", () => {
  const inTab = { tab: "tab-1" } as const;
  const reloaded: Step = (run) => run.tab("reloaded");
  const here = ["token", "refresh token"];
  const lost = ["away: token, refreshToken, loss"];
  const next = call(inTab);

  /** A token of the tab, shown to an API after the page was loaded again, and what the next call has. */
  const afterShowing = (
    verdict: "accepted" | "expired",
    { isOwn = true, before = (() => undefined) as Step } = {},
  ) =>
    namesAfter((run) => {
      before(run);
      const token = run.token({ expiresIn: daily });
      const one = run.operation(inTab);
      run.exchange({ by: one, issued: { token, refreshToken: "rt-1" } });
      one.ok();
      reloaded(run);
      run.presented(isOwn ? token : run.token(), verdict);
    }, next).filter((name) => !name.startsWith("request"));

  it("by a token that an API accepts, together with the refresh token beside it", () => {
    expect(afterShowing("accepted")).toEqual(here);
    expect(afterShowing("expired")).toEqual(lost);
    expect(afterShowing("accepted", { isOwn: false })).toEqual(lost);
  });

  it("and not when another tab may have shown it", () => {
    const before: Step = (run) => run.tab("opened", "tab-2");
    expect(afterShowing("accepted", { before })).toEqual(lost);
  });

  /** After the page was loaded again, a call sends a request that fails; what the next call has. */
  const afterSending = (ask: Ask, made: Call, before: Step = () => undefined) =>
    namesAfter(
      before,
      issued(inTab),
      reloaded,
      failing({ ...ask, status: 503 }, { ...inTab, ...made }),
      next,
    ).filter((name) => !name.startsWith("request"));
  const refreshed = ["refresh token", "away: token, loss"];

  it("by a refresh token that it sends, of the only user if it names none", () => {
    expect(afterSending({}, {})).toEqual(refreshed);
    expect(afterSending({ grant: "refresh_token" }, { anyone: true })).toEqual(refreshed);
    expect(afterSending({ grant: "authorization_code" }, {})).toEqual(lost);
    expect(afterSending({ endpoint: "keys", grant: "refresh_token" }, {})).toEqual(lost);
    const other = issued({ ...inTab, user: ben });
    expect(afterSending({ grant: "refresh_token" }, { anyone: true }, other)).toEqual(lost);
    expect(afterSending({}, { user: ben }, other)).toEqual(lost);
  });
});

describe("the user in front of a screen", () => {
  const sees: Step = (run) => run.sees("error");
  const own = ({ token, away }: ReturnType<typeof heldAfter>) => (token ?? away?.token)?.index;

  it("is the one for whom a call succeeded last", () => {
    const inTab = (user: string): Step => issued({ tab: "tab-1", user });
    expect(own(heldAfter(inTab(ada), inTab(ben), sees))).toBe(6);
    const again: Step = (run) => run.operation({ tab: "tab-1", user: ada }).ok();
    expect(own(heldAfter(inTab(ada), inTab(ben), again, sees))).toBe(2);
    expect(namesAfter(sees)).toEqual([]);
  });

  it("may lack what another tab has received", () => {
    expect(namesAfter(issued({ tab: "tab-2" }), sees)).toEqual([
      "away: token, refreshToken",
      "request 1",
    ]);
  });
});

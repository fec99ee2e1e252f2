/**
 * For each excuse of the rules on tabs and screens a run that is like it and has none: what a
 * reload loses, what a second tab has, and what a person sees in an outage.
 */
import { ada, ben, type Ask, type Reply } from "./run-builder-wire.ts";
import { buildRun, type RunBuilder } from "./run-builder.ts";

/** Ada signs in in the first tab; then, at `clock`, comes `then`. */
function signedIn(
  then: (run: RunBuilder) => void,
  { clock = "00:10:00", refreshIn = 3_600, refreshToken = "rt-1" } = {},
): RunBuilder {
  const run = buildRun();
  run.tab("opened");
  const call = run.operation({ flow: "popup", tab: "tab-1" });
  const renewal = refreshToken === "" ? {} : { refreshToken };
  run.exchange({ by: call, issued: { token: run.token({ refreshIn }), ...renewal } });
  call.ok();
  run.at(clock);
  then(run);
  return run;
}

/** Ada is asked to sign in. */
function prompted(
  run: RunBuilder,
  tab: string,
  prompt: "login" | "select_account" | "none-given" = "none-given",
): void {
  const { operation } = run.operation({ flow: "popup", tab });
  run.prompt({ user: ada, operation, prompt });
}

/** `loses` is the event by which a tab may lose its token; it returns the tab that is used next. */
function firstUses(rule: string, loses: (run: RunBuilder) => string) {
  const lost = (
    then: (run: RunBuilder, tab: string) => void,
    more: Parameters<typeof signedIn>[1] = {},
  ): (() => RunBuilder) => {
    return () => signedIn((run) => then(run, loses(run)), more);
  };
  const stories = {
    "chosen-prompt": lost((run, tab) => prompted(run, tab, "login")),
    "new-token-wanted": lost((run, tab) => {
      run.operation({ tab, claims: true }).fails();
      run.operation({ tab }).fails();
    }),
    "last-minutes": lost((run, tab) => run.operation({ tab }).fails(), {
      clock: "00:54:59",
      refreshToken: "",
    }),
    "old-refresh-token": lost((run, tab) => prompted(run, tab), { clock: "23:59:59" }),
    "brief-page": lost((run, tab) => {
      run.sees("sign-in", tab);
      run.after(1_000);
      run.sees("content", tab);
    }),
    "popup-page": lost((run, tab) => {
      run.sees("sign-in", "popup-1");
      run.sees("sign-in", tab);
      run.after(1_000);
      run.cleared();
    }),
    "session-ended": lost((run, tab) => {
      run.changed("sessions-revoked", [ben]);
      run.operation({ tab }).fails();
    }),
    unfinished: lost((run, tab) => run.operation({ tab }).unknown("caller-timeout")),
  };
  return Object.fromEntries(
    Object.entries(stories).map(([excuse, story]) => [`${rule}/${excuse}`, story]),
  );
}

const reloads = (run: RunBuilder): string => (run.tab("reloaded"), "tab-1");
const opens = (run: RunBuilder): string => (run.tab("opened", "tab-2"), "tab-2");

const afterReload: Readonly<Record<string, () => RunBuilder>> = {
  ...firstUses("reload", reloads),
  "reload/refresh-in": () =>
    signedIn(
      (run) => {
        const call = run.operation({ tab: reloads(run) });
        run.exchange({ by: call, status: 503 });
        call.fails();
      },
      { refreshIn: 300 },
    ),
  "reload/metadata": () =>
    signedIn((run) => {
      const by = run.operation({ tab: reloads(run) });
      run.exchange({ by, endpoint: "openid-configuration" });
      run.exchange({ by, endpoint: "authorize", status: 302, issued: "nothing" });
      by.ok();
    }),
  "reload/second-tab": () =>
    signedIn((run) => {
      run.tab("closed");
      run.operation({ tab: opens(run) }).fails();
    }),
  "reload/used-since": () =>
    signedIn((run) => {
      run.operation({ tab: reloads(run) }).ok();
      run.operation({ tab: reloads(run) }).fails();
    }),
};

const asks = (run: RunBuilder, tab: string | undefined, ask: Ask & Reply = {}): void =>
  run.exchange({ ...ask, by: run.operation({ ...ask, ...(tab === undefined ? {} : { tab }) }) });

/** The first tab gets a 503; `ms` later comes `then`. */
function failedThen(then: (run: RunBuilder) => void, ms = 0, first: Ask = {}): RunBuilder {
  const run = buildRun();
  asks(run, "tab-1", { ...first, status: 503 });
  run.after(ms);
  then(run);
  return run;
}

const scopes = ["api://orders/read", "api://orders/write"] as const;

const acrossTabs: Readonly<Record<string, () => RunBuilder>> = {
  ...firstUses("tabs", opens),
  "tabs/another-token": () =>
    signedIn((run) => {
      const call = run.operation({ tab: opens(run) });
      run.exchange({ by: call, status: 503 });
      call.fails();
    }),
  "tabs/received-elsewhere": () =>
    signedIn((run) => {
      const renewal = run.operation({ tab: "tab-1" });
      run.exchange({ by: renewal });
      renewal.ok();
      run.operation({ tab: opens(run) }).fails();
    }),
  "tabs/rounding": () => failedThen((run) => asks(run, "tab-2"), 4_400),
  "tabs/sent-before": () => {
    const run = buildRun();
    const by = run.operation({ tab: "tab-2" });
    const request = run.request({ by });
    asks(run, "tab-1", { status: 503 });
    run.exchange({ by });
    request.answered();
    return run;
  },
  "tabs/resent": () =>
    failedThen((run) => {
      const by = run.operation({ tab: "tab-2" });
      run.exchange({ by, resent: true });
      run.exchange({ by });
    }),
  "tabs/preflight": () =>
    failedThen((run) => {
      const by = run.operation({ tab: "tab-2" });
      run.exchange({ by, method: "OPTIONS", issued: "nothing" });
      run.exchange({ by });
    }),
  "tabs/own-answer": () => {
    const run = buildRun();
    const requests = ["tab-1", "tab-2"].map((tab) => run.request({ by: run.operation({ tab }) }));
    for (const [request, retryAfter] of requests.map((one, tab) => [one, 600 - 590 * tab] as const))
      request.answered({ status: 429, retryAfter });
    run.after(60_000);
    asks(run, "tab-2");
    return run;
  },
  "tabs/another-request": () =>
    failedThen((run) => asks(run, "tab-2", { scopes: [...scopes].toReversed() }), 0, {
      scopes: [...scopes, "openid"],
    }),
  "tabs/unknown-tab": () =>
    failedThen((run) => {
      asks(run, undefined);
      asks(run, "tab-2");
    }),
};

/** Ada sees the application; the outage begins after ten minutes, then comes `then`, and half a minute and a second later the run ends. */
function inOutage(
  then: (run: RunBuilder) => void,
  {
    before = () => {},
    clock = "00:20:00",
  }: { before?: (run: RunBuilder) => void; clock?: string } = {},
): RunBuilder {
  return signedIn((run) => {
    run.sees("content");
    before(run);
    run.fault({ id: "down", on: "all" });
    run.at(clock);
    then(run);
    run.after(31_000);
    run.cleared();
  });
}

/** What stays on the screen for some seconds before the application is there again. */
function shows(run: RunBuilder, what: "error" | "sign-in" | "blank" | "spinner", ms = 1_000): void {
  run.sees(what);
  run.after(ms);
}

const onScreen: Readonly<Record<string, () => RunBuilder>> = {
  "screen/before-outage": () =>
    inOutage(
      (run) => {
        run.sees("content");
        run.sees("error");
      },
      { before: (run) => run.sees("error") },
    ),
  "screen/brief-screen": () =>
    inOutage((run) => {
      shows(run, "error");
      run.sees("content");
    }),
  "screen/short-wait": () =>
    inOutage((run) => {
      shows(run, "blank", 16_000);
      shows(run, "spinner", 16_000);
      run.sees("content");
    }),
  "screen/popup": () => inOutage((run) => run.sees("error", "popup-1")),
  "screen/signing-in": () =>
    inOutage((run) => {
      run.operation({ flow: "popup", tab: "tab-1" }).fails();
      run.operation({ flow: "popup", tab: "tab-2" });
      shows(run, "sign-in");
    }),
  "screen/no-token": () =>
    inOutage(
      (run) => {
        run.sees("error");
        const call = run.operation({ tab: "tab-1" });
        run.exchange({ by: call });
        call.ok();
      },
      { clock: "00:55:00" },
    ),
  "screen/other-tab": () =>
    inOutage((run) => {
      run.operation({ tab: opens(run) }).ok();
      run.sees("error", "tab-2");
    }),
  "screen/session-ended": () =>
    inOutage((run) => {
      run.changed("sessions-revoked", [ben]);
      run.sees("error");
    }),
  "screen/just-signed-in": () =>
    inOutage((run) => {
      run.prompt();
      run.after(30_001);
      run.seesUnlike();
      run.after(2_000);
    }),
  "screen/closed": () =>
    inOutage((run) => {
      run.sees("spinner");
      run.after(10_000);
      run.tab("closed", "tab-2");
      run.browserRestarted("cache", "app-2");
    }),
};

/** By rule and excuse. */
export const abusesOfTabs = { ...afterReload, ...acrossTabs, ...onScreen };

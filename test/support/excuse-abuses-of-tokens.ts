/**
 * For each excuse of the rules on what a token is good for in an outage a run that is like it and
 * has none: past its expiry, past refresh_in and after a restart.
 */
import { ada, ben, type Call } from "./run-builder-wire.ts";
import { buildRun, type RunBuilder } from "./run-builder.ts";

type Lifetimes = Parameters<RunBuilder["token"]>[0];
const day = 86_400;

/** Ada's client gets a token; then, at `clock`, comes `then`. */
function withToken(lifetimes: Lifetimes, clock: string, then: (run: RunBuilder) => void) {
  const run = buildRun();
  const call = run.operation();
  run.exchange({ by: call, issued: { token: run.token(lifetimes) } });
  call.ok();
  run.at(clock);
  then(run);
  return run;
}

/**
 * A service that validates tokens, and holds one of a day, reads the keys without the one that signs
 * and refuses a call; `laterMs` after that it refuses another without reading them.
 */
export function refusedTwice(laterMs: number): RunBuilder {
  return withToken({ expiresIn: day }, "01:00:00", (run) => {
    run.fault({ id: "replicas", on: ["keys"], effect: { kind: "keys-withdrawn" } });
    const call = run.operation();
    run.exchange({ endpoint: "keys", by: call, faults: ["replicas"] });
    call.fails({ code: "invalid_token" });
    run.after(laterMs);
    run.operation().fails({ code: "invalid_token" });
  });
}

/** A call whose request gets a 503 after `takesMs`. */
function failing(run: RunBuilder, takesMs = 0): ReturnType<RunBuilder["operation"]> {
  const call = run.operation();
  run.exchange({ by: call, status: 503, takesMs });
  return call;
}

const extended = (clock: string, then: (run: RunBuilder) => void): RunBuilder =>
  withToken({ extExpiresIn: day }, clock, then);

const pastExpiry: Readonly<Record<string, () => RunBuilder>> = {
  "cached-token/key-withheld": () => refusedTwice(300_000),
  "availability/key-withheld": () => refusedTwice(300_000),
  "extended-lifetime/new-token-wanted": () =>
    extended("02:00:00", (run) => {
      const forced = run.operation({ forceRefresh: true });
      run.exchange({ by: forced, status: 503 });
      forced.fails();
      failing(run).fails();
    }),
  "extended-lifetime/not-expired": () => extended("00:55:00", (run) => failing(run).fails()),
  "extended-lifetime/extension-over": () =>
    extended("23:59:58", (run) => failing(run, 1_000).fails()),
  "extended-lifetime/service-answered": () =>
    extended("02:00:00", (run) => {
      const call = run.operation();
      run.exchange({ by: call, endpoint: "openid-configuration" });
      run.exchange({ by: call, status: 503 });
      call.fails();
    }),
  "extended-lifetime/unfinished": () =>
    extended("02:00:00", (run) => {
      const call = run.operation();
      run.request({ by: call });
      call.unknown("never-ends");
    }),
};

const early = (then: (run: RunBuilder) => void, clock = "07:00:00"): RunBuilder =>
  withToken({ expiresIn: day, refreshIn: 21_600 }, clock, then);

const pastRefreshIn: Readonly<Record<string, () => RunBuilder>> = {
  "proactive-refresh/new-token-wanted": () =>
    early((run) => {
      const forced = run.operation({ forceRefresh: true });
      run.exchange({ by: forced, status: 503 });
      forced.fails();
      run.operation().fails();
    }),
  "proactive-refresh/sign-in-required": () =>
    early((run) => failing(run).fails({ code: "login_required", interactionRequired: true })),
  "proactive-refresh/short-delay": () => early((run) => failing(run, 5_001).ok()),
  "proactive-refresh/last-minutes": () => early((run) => failing(run, 10_000).ok(), "23:54:55"),
  "proactive-refresh/no-failing-refresh": () =>
    early((run) => {
      failing(run).ok();
      run.after(1_000);
      run.operation().fails();
    }),
};

/** Ada, and with her Ben, have signed in; at `clock` the application restarts. */
function restarted(
  then: (run: RunBuilder) => void,
  { clock = "02:00:00", persisted = "cache", refreshToken = "rt-1" } = {},
): RunBuilder {
  const run = buildRun();
  for (const user of [ada, ben]) {
    const call = run.operation({ flow: "authorization-code", user });
    const refreshTokens = refreshToken === "" ? {} : { refreshToken };
    run.exchange({ by: call, issued: { token: run.token(), ...refreshTokens } });
    call.ok();
  }
  run.at(clock);
  run.restarted("app-1", persisted === "cache" ? "cache" : "nothing");
  then(run);
  return run;
}

const denied = (run: RunBuilder, call: Call = {}): void => run.operation(call).fails();

const afterRestart: Readonly<Record<string, () => RunBuilder>> = {
  "persisted-cache/too-old": () => restarted(denied, { clock: "72:00:00" }),
  "persisted-cache/last-minutes": () => restarted(denied, { clock: "00:54:59", refreshToken: "" }),
  "persisted-cache/service-needed": () =>
    restarted((run) => failing(run).fails(), { clock: "00:10:00" }),
  "persisted-cache/saves-nothing": () =>
    restarted((run) => failing(run).fails(), { persisted: "nothing" }),
  "persisted-cache/no-user": () => {
    const daemon = { flow: "client-credentials" } as const;
    const run = buildRun();
    const first = run.operation(daemon);
    run.exchange({ by: first });
    first.ok();
    run.restarted("app-1", "cache");
    denied(run, daemon);
    return run;
  },
  "persisted-cache/chosen-prompt": () =>
    restarted((run) => run.prompt({ user: ada, prompt: "login" })),
  "persisted-cache/new-token-wanted": () =>
    restarted((run) => {
      denied(run, { forceRefresh: true });
      denied(run);
    }),
  "persisted-cache/served-since": () =>
    restarted((run) => {
      const call = run.operation({ user: ben });
      run.exchange({ by: call });
      call.ok();
      denied(run);
    }),
  "persisted-cache/session-ended": () =>
    restarted((run) => {
      run.changed("sessions-revoked", [ben]);
      denied(run);
    }),
  "persisted-cache/store-down": () =>
    restarted((run) => {
      const call = run.operation({ user: ben });
      run.cannotRead(call);
      call.fails();
      denied(run);
    }),
  "cached-token/store-down": () =>
    restarted(
      (run) => {
        run.operation().ok();
        const call = run.operation();
        run.cannotRead(call);
        call.fails();
      },
      { clock: "00:10:00" },
    ),
  "persisted-cache/unfinished": () => restarted((run) => run.operation().unknown("caller-timeout")),
};

/** By rule and excuse. */
export const abusesOfTokens = { ...pastExpiry, ...pastRefreshIn, ...afterRestart };

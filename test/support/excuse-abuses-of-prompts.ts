/**
 * For each excuse of the rules on sign-in prompts a run that is like it and has none: prompts
 * that were not needed, prompts that never came, and prompts that an outage caused.
 */
import { ada, ben } from "./run-builder-wire.ts";
import { buildRun, type RunBuilder } from "./run-builder.ts";

type Then = (run: RunBuilder) => void;

/** Ada has signed in with a refresh token; then, at `clock`, comes `then`. */
function signedIn(then: Then, clock = "00:10:00", refreshToken: string | undefined = "rt-1") {
  const run = buildRun();
  const call = run.operation({ flow: "authorization-code" });
  const renewal = refreshToken === "" ? {} : { refreshToken };
  run.exchange({ by: call, issued: { token: run.token(), ...renewal } });
  call.ok();
  run.at(clock);
  then(run);
  return run;
}

const asked: Then = (run) => run.prompt({ user: ada });

const unneeded: Readonly<Record<string, () => RunBuilder>> = {
  "silent-first/chosen-prompt": () => signedIn((run) => run.prompt({ user: ada, prompt: "login" })),
  "silent-first/claims-challenge": () =>
    signedIn((run) => {
      const { operation } = run.operation({ flow: "authorization-code", claims: true });
      run.prompt({ user: ada, operation });
      asked(run);
    }),
  "silent-first/forced-while-healthy": () => {
    const run = buildRun();
    run.fault({ id: "pages-down", on: ["authorize"] });
    run.prompt({ user: ada, prompt: "consent" });
    return run;
  },
  "silent-first/without-a-person": () =>
    signedIn((run) => run.operation({ flow: "popup" }).fails()),
  "silent-first/last-minutes": () => signedIn(asked, "00:54:59", ""),
  "silent-first/refresh-token-rejected": () =>
    signedIn((run) => {
      const call = run.operation();
      run.exchange({ by: call, status: 400, error: "invalid_client" });
      call.fails();
      asked(run);
    }, "02:00:00"),
  "silent-first/old-refresh-token": () => signedIn(asked, "24:00:00"),
  "silent-first/session-ended": () =>
    signedIn((run) => {
      run.changed("sessions-revoked", [ben]);
      asked(run);
    }),
  "silent-first/another-user": () => signedIn((run) => run.prompt({ user: ada.toUpperCase() })),
  "silent-first/lost-in-tab": () =>
    signedIn((run) => {
      const tab = "tab-1";
      run.tab("opened");
      run.tab("reloaded");
      run.operation({ tab }).ok();
      const { operation } = run.operation({ flow: "popup", tab });
      run.prompt({ user: ada, operation });
    }),
};

const loginRequired = { status: 400, error: "login_required" } as const;

/** A silent call of Ada's whose request gets `reply`. */
function silent(
  run: RunBuilder,
  reply: { status: number; error?: string },
  isAsking = false,
): void {
  const call = run.operation();
  run.exchange({ by: call, ...reply });
  call.fails({ interactionRequired: isAsking });
}

/** Ada's call needs a person; then comes `then`, and the run goes on for `ms`. */
function needsPerson(then: Then = () => {}, ms = 300_000): RunBuilder {
  const run = buildRun();
  silent(run, loginRequired, true);
  then(run);
  run.after(ms);
  run.cleared();
  return run;
}

/** Someone signs in in a browser tab; the token lives for an hour. */
function signsIn(run: RunBuilder, user = ada): void {
  const call = run.operation({ flow: "popup", tab: "tab-1", user });
  run.exchange({ by: call });
  call.ok();
}

const fallingBack: Readonly<Record<string, () => RunBuilder>> = {
  "fallback-to-interaction/no-one-to-ask": () =>
    needsPerson((run) => run.operation({ flow: "on-behalf-of" }).fails()),
  "fallback-to-interaction/no-time-left": () => needsPerson(() => {}, 60_000),
  "fallback-to-interaction/late-prompt": () =>
    needsPerson((run) => {
      run.after(3_600_000);
      silent(run, loginRequired, true);
      run.after(60_001);
      asked(run);
    }),
  "fallback-to-interaction/later-success": () =>
    needsPerson((run) => {
      const call = run.operation({ user: ben });
      run.exchange({ by: call });
      call.ok();
    }),
  "fallback-to-interaction/repeated-sign-in": () => {
    const run = buildRun();
    const call = run.operation({ flow: "authorization-code" });
    run.exchange({ by: call, status: 503 });
    call.fails();
    silent(run, { status: 503 });
    asked(run);
    return run;
  },
  "fallback-to-interaction/sign-in-required": () => {
    const run = buildRun();
    silent(run, loginRequired, true);
    signsIn(run);
    silent(run, { status: 503 });
    asked(run);
    return run;
  },
  "fallback-to-interaction/nothing-held": () =>
    signedIn((run) => {
      silent(run, { status: 503 }, true);
      asked(run);
    }, "02:00:00"),
  "fallback-to-interaction/unknown-user": () => needsPerson((run) => run.prompt({ user: ben })),
  "fallback-to-interaction/no-request": () => {
    const run = buildRun();
    run.fault({ id: "down", on: "all" });
    run.operation().fails({ code: "timed_out" });
    asked(run);
    return run;
  },
};

/** Ada is sent to a sign-in page that is down. */
function sentToPage(run: RunBuilder, { user = ada, ends = true } = {}): void {
  const call = run.operation({ flow: "popup", tab: "tab-1", user });
  run.exchange({ by: call, endpoint: "authorize", status: 503 });
  if (ends) call.fails({ code: "timed_out" });
  else call.unknown();
}

/** Ada has signed in; everything is down for an hour from an hour and a half on; at `clock` comes `then`. */
function inOutage(then: Then, { clock = "01:31:00", promptsMax = 0 } = {}): RunBuilder {
  const run = buildRun({ limits: { promptsMax } });
  signsIn(run);
  run.at("01:30:00");
  const ends = run.fault({ id: "down", on: "all" });
  if (clock >= "02:30:00" && clock < "24:00:00") {
    run.at("02:30:00");
    ends();
  }
  run.at(clock);
  then(run);
  return run;
}

const causedByOutage: Readonly<Record<string, () => RunBuilder>> = {
  "prompts-caused/allowed": () =>
    inOutage(
      (run) => {
        sentToPage(run);
        sentToPage(run);
      },
      { promptsMax: 1 },
    ),
  "prompts-caused/chosen-prompt": () =>
    inOutage((run) => run.prompt({ user: ada, prompt: "login" })),
  "prompts-caused/device-code": () =>
    inOutage((run) => {
      const { operation } = run.operation({ flow: "device-code" });
      run.prompt({ user: ada, operation });
    }),
  "prompts-caused/claims-challenge": () =>
    inOutage((run) => {
      const { operation } = run.operation({ flow: "popup", tab: "tab-1", claims: true });
      run.prompt({ user: ada, operation });
      sentToPage(run);
    }),
  "prompts-caused/without-a-person": () => inOutage((run) => sentToPage(run, { ends: false })),
  "prompts-caused/long-after": () => inOutage(sentToPage, { clock: "03:30:00" }),
  "prompts-caused/new-user": () =>
    inOutage((run) => {
      signsIn(run, ben);
      sentToPage(run, { user: ada.toUpperCase() });
    }),
  "prompts-caused/session-revoked": () =>
    inOutage((run) => {
      run.changed("sessions-revoked", [ben]);
      run.changed("groups-changed", [ada]);
      sentToPage(run);
    }),
  "prompts-caused/signed-out": () =>
    inOutage((run) => {
      run.exchange({ endpoint: "logout", client: "app-2" });
      sentToPage(run);
    }),
  "prompts-caused/sign-in-required": () =>
    inOutage((run) => {
      silent(run, loginRequired, true);
      signsIn(run);
      sentToPage(run);
    }),
  "prompts-caused/session-expired": () => inOutage(sentToPage, { clock: "24:00:00" }),
  "prompts-caused/browser-restarted": () =>
    inOutage((run) => {
      run.browserRestarted("cache", "app-2");
      sentToPage(run);
    }),
};

/** By rule and excuse. */
export const abusesOfPrompts = { ...unneeded, ...fallingBack, ...causedByOutage };

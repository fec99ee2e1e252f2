/**
 * For each excuse of `availability`, `call-duration` and `recovery` a history that is like it and
 * must fail all the same: mostly the excused event, and beside it one that the excuse does not
 * cover.
 */
import type { JournalHeader } from "../../harness/history/header.ts";
import type { TokenFacts } from "../../harness/history/event.ts";
import { buildRun, limitedCapacity, type BuiltOperation, type RunBuilder } from "./run-builder.ts";
import { ada, ben, type Ask, type Call, type Reply } from "./run-builder-wire.ts";

type Abuses = Readonly<Record<string, () => RunBuilder>>;
type Header = Partial<JournalHeader>;

/** A call of an app for itself. */
export const daemon: Call = { flow: "client-credentials" };

/** A call whose requests get these answers, and that ends as the last one does. */
export function calls(run: RunBuilder, call: Call, ...answers: readonly (Ask & Reply)[]): void {
  const one = run.operation(call);
  for (const answer of answers) run.exchange({ by: one, ...answer });
  if ((answers.at(-1)?.status ?? 200) < 400) one.ok();
  else one.fails();
}

/** A run in which a request failed at the start, and `then` happens. */
function disturbed(then: (run: RunBuilder) => void, header: Header = {}): RunBuilder {
  const run = buildRun(header);
  run.exchange({ endpoint: "openid-configuration", status: 503 });
  then(run);
  return run;
}

/** Ada has a token of an hour; at `clock` the token endpoint goes down, and `then` happens. */
function heldInOutage(clock: string, then: (run: RunBuilder) => void): RunBuilder {
  const run = buildRun();
  calls(run, {}, { issued: { token: run.token() } });
  run.at(clock);
  run.fault({ id: "down" });
  then(run);
  return run;
}

/** Own code has a token of an hour when the token endpoint goes down; then comes a call with `then`, and fails. */
export function heldByOwnCode(
  then: (run: RunBuilder, call: BuiltOperation, held: TokenFacts) => void,
  error: Parameters<BuiltOperation["fails"]>[0] = { code: "http_500" },
): RunBuilder {
  const run = buildRun();
  const load: Call = { flow: "custom", app: "load", scopes: [] };
  const held = run.token();
  calls(run, load, { issued: { token: held } });
  run.at("00:10:00");
  run.fault({ id: "down" });
  const call = run.operation(load);
  then(run, call, held);
  call.fails(error);
  return run;
}

const abusesOfAvailabilityRule: Abuses = {
  "availability/cut-off": () =>
    heldInOutage("00:10:00", (run) => {
      run.operation({ user: ben }).unknown("run-ended");
      const call = run.operation();
      run.after(30_001);
      call.unknown("run-ended");
    }),
  "availability/person-needed": () =>
    disturbed((run) => {
      calls(run, {}, { issued: { token: run.token({ expiresIn: 600 }), refreshToken: "rt-1" } });
      run.at("01:00:00");
      run.operation().fails({ interactionRequired: true });
    }),
  "availability/last-minutes": () => heldInOutage("00:54:59", (run) => run.operation().fails()),
  "availability/new-token-wanted": () =>
    heldInOutage("00:10:00", (run) => {
      run.operation({ forceRefresh: true }).fails();
      run.operation({ claims: true }).fails();
      run.operation().fails();
    }),
  "availability/fault-active": () => {
    const run = buildRun();
    run.fault({ id: "partial", chance: 0.49 });
    run.operation().fails();
    return run;
  },
  "availability/slice": () => {
    const run = buildRun();
    run.fault({ id: "one-user", where: { user: "ada@contoso.example" } });
    calls(run, { user: ada }, { status: 503, faults: ["one-user"] });
    run.operation({ user: ben }).fails();
    return run;
  },
  "availability/failed-request": () =>
    disturbed((run) => {
      const keys = { endpoint: "keys", status: 503 } as const;
      calls(run, {}, { status: 503 });
      run.at("00:10:00");
      calls(run, {}, { status: 200 }, keys);
    }),
  "availability/refused": () =>
    disturbed((run) => {
      const call = run.operation();
      run.exchange({ by: call, status: 401, error: "invalid_client" });
      run.exchange({ by: call });
      call.fails({ code: "state_mismatch" });
    }),
  "availability/retry-after": () => {
    const run = buildRun();
    calls(run, {}, { status: 429, retryAfter: 300 });
    run.at("00:05:00");
    run.operation().fails();
    run.after(1);
    run.operation().fails();
    return run;
  },
  "availability/back-off": () => {
    const run = buildRun();
    calls(run, {}, { status: 503, retryAfter: 10 });
    run.at("00:01:00");
    run.operation().fails();
    run.after(1);
    run.operation().fails();
    return run;
  },
  "availability/shared-request": () =>
    disturbed((run) => {
      run.request({ by: run.operation({ user: ada }) });
      run.operation({ user: ben }).fails();
    }),
  "availability/token-used": () =>
    heldByOwnCode((run, call, held) => {
      run.shows(call, held);
      run.exchange({ by: call, status: 503 });
    }),
  "availability/token-rejected": () =>
    heldByOwnCode((run, call) => run.shows(call, run.token(), { verdict: "unknown-key" })),
  "availability/limit": () =>
    disturbed(
      (run) => {
        for (let call = 0; call < 49; call += 1) calls(run, daemon, {});
        for (let call = 0; call < 51; call += 1) run.operation({ user: ben }).fails();
      },
      { limits: { availabilityMin: 0.5 } },
    ),
};

/** A call that is open for so many seconds, during which its requests get these answers. */
function lasting(call: Call, seconds: number, ...answers: readonly (Ask & Reply)[]): RunBuilder {
  const run = buildRun();
  const one = run.operation(call);
  for (const answer of answers) run.exchange({ by: one, ...answer });
  run.after(seconds * 1_000);
  one.unknown("run-ended");
  return run;
}

const abusesOfCallDuration: Abuses = {
  "call-duration/sign-in": () => lasting({ flow: "popup" }, 901),
  "call-duration/identity-endpoint": () =>
    lasting(
      { flow: "managed-identity" },
      31,
      { endpoint: "managed-identity", networkFault: "ECONNREFUSED" },
      { endpoint: "managed-identity", status: 400 },
    ),
  "call-duration/cut-off": () => lasting(daemon, 31),
  "call-duration/abandoned-by-page": () => {
    const run = buildRun();
    run.operation({ tab: "tab-1", told: "by-requests" }).unknown("caller-timeout");
    run.operation({ tab: "tab-1" }).unknown("caller-timeout");
    return run;
  },
};

/** An outage of ten minutes in which a call of Ada failed; its faults have cleared, and `then` happens. */
function recovering(
  then: (run: RunBuilder) => void,
  { header = {}, reply = { status: 503 } }: { header?: Header; reply?: Reply } = {},
): RunBuilder {
  const run = buildRun(header);
  const ends = run.fault({ id: "down" });
  calls(run, {}, reply);
  run.at("00:10:00");
  ends();
  run.cleared();
  then(run);
  return run;
}

function failsAt(run: RunBuilder, clock: string, call: Call = {}): void {
  run.at(clock);
  run.operation(call).fails({ interactionRequired: call.anyone === true });
}

/** Own code of that name, without a token and without having asked for one. */
const withoutToken: Call = { flow: "custom", app: "load orders" };
const mailScope = "api://mail/.default";

/** `before` happens; own code is refused its token in an outage of ten minutes, ends ok, and does not ask for it again. */
function givingUp(
  before: (run: RunBuilder) => void,
  then: (run: RunBuilder) => void = () => undefined,
): RunBuilder {
  const run = buildRun();
  before(run);
  const ends = run.fault({ id: "down" });
  const refused = run.operation(withoutToken);
  run.exchange({ by: refused, status: 503 });
  refused.ok({ token: "none" });
  run.at("00:10:00");
  ends();
  run.cleared();
  then(run);
  run.at("00:20:00");
  run.operation(withoutToken).ok({ token: "none" });
  return run;
}

const oneAMinute = { header: { limits: { recoveryRequestsPerMinuteMax: 1 } } };

const abusesOfRecovery: Abuses = {
  "recovery/first-minutes": () =>
    recovering((run) => {
      failsAt(run, "00:11:59", { user: ada });
      calls(run, { user: ben }, {});
    }),
  "recovery/retry-after": () =>
    recovering(
      (run) => {
        failsAt(run, "00:19:00");
        failsAt(run, "00:19:00", { user: ben });
      },
      { reply: { status: 503, retryAfter: 1_200 } },
    ),
  "recovery/locked-out": () =>
    recovering((run) => {
      run.changed("user-disabled", [ada]);
      failsAt(run, "00:15:00");
      run.operation({ flow: "popup" }).ok();
      failsAt(run, "00:16:00");
    }),
  "recovery/person-needed": () => recovering((run) => failsAt(run, "00:15:00", { anyone: true })),
  "recovery/cut-off": () =>
    recovering((run) => {
      run.at("00:15:00");
      const call = run.operation();
      run.after(30_001);
      call.unknown("run-ended");
    }),
  "recovery/sign-in": () => {
    const run = buildRun();
    const ends = run.fault({ id: "down" });
    run.operation({ flow: "popup", user: ben });
    run.operation({ flow: "silent" });
    run.at("00:10:00");
    ends();
    run.cleared();
    run.at("00:12:00");
    calls(run, daemon, {});
    return run;
  },
  "recovery/token-held": () =>
    givingUp(
      () => undefined,
      (run) => {
        const issued = { token: run.token({ expiresIn: 86_400 }) };
        calls(run, { ...withoutToken, app: "load mail" }, { scopes: [mailScope], issued });
      },
    ),
  "recovery/other-work": () =>
    givingUp((run) =>
      run.operation({ ...withoutToken, app: "check health" }).ok({ token: "none" }),
    ),
  "recovery/still-down": () => {
    const run = buildRun();
    run.fault({ id: "limited", effect: limitedCapacity });
    const ends = run.fault({ id: "down" });
    run.at("00:10:00");
    ends();
    failsAt(run, "00:15:00");
    return run;
  },
  "recovery/no-fault-met": () =>
    recovering(
      (run) => {
        const ends = run.fault({ id: "missed" });
        ends();
        run.cleared();
        failsAt(run, "00:15:00");
      },
      { header: { unmetFaults: [{ id: "missed", why: "no-request" }] } },
    ),
  "recovery/resent": () =>
    recovering((run) => {
      for (let time = 0; time < 2; time += 1) {
        run.exchange({ networkFault: "ECONNRESET" });
        run.exchange({ resent: true });
      }
    }, oneAMinute),
  "recovery/api": () =>
    recovering((run) => {
      for (const endpoint of ["resource", "keys", "keys"] as const) run.exchange({ endpoint });
    }, oneAMinute),
};

/** By rule and excuse. */
export const abusesOfAvailability: Abuses = {
  ...abusesOfAvailabilityRule,
  ...abusesOfCallDuration,
  ...abusesOfRecovery,
};

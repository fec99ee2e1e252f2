/**
 * For each excuse of `isolation`, `failure-while-healthy`, `masked-failure`, `empty-token`, `uncaught-error` and the preconditions a
 * history that is like it and must not pass all the same: mostly the excused event, and beside it
 * one that the excuse does not cover.
 */
import { calls, daemon } from "./excuse-abuses-of-availability.ts";
import { buildRun, type RunBuilder } from "./run-builder.ts";
import { ada, ben, type Ask, type Call, type Reply } from "./run-builder-wire.ts";

type Abuses = Readonly<Record<string, () => RunBuilder>>;

const own: Call = { flow: "custom", client: "shop", app: "load" };

const throttle: Reply = { status: 429, retryAfter: 300 };

/** Ada and Ben have got tokens; five minutes later Ada gets `reply`, and at `clock` comes `then`. */
function adaThrottled(
  then: (run: RunBuilder) => void,
  { reply = throttle, clock = "00:06:00" }: { reply?: Reply; clock?: string } = {},
): RunBuilder {
  const run = buildRun();
  for (const user of [ada, ben]) calls(run, { user }, {});
  run.at("00:05:00");
  calls(run, { user: ada }, reply);
  run.at(clock);
  then(run);
  return run;
}

const abusesOfIsolation: Abuses = {
  "isolation/throttled-too": () =>
    adaThrottled((run) => {
      calls(run, { user: ben }, { status: 429, retryAfter: 10 });
      run.operation({ user: ben }).fails();
      run.at("00:07:01");
      run.operation({ user: ben }).fails();
    }),
  "isolation/unknown-purpose": () =>
    adaThrottled((run) => {
      run.operation({ ...own, client: "app-1" }).fails();
      calls(run, { ...own, client: "app-1" }, { app: "shop", scopes: ["orders"] });
      run.operation({ ...own, client: "app-1" }).fails();
    }),
  "isolation/never-served": () =>
    adaThrottled((run) => {
      run.operation({ user: "new.user" }).fails();
      run.operation(daemon).fails();
    }),
  "isolation/sign-in-required": () =>
    adaThrottled((run) => {
      const code = "interaction_required";
      run.operation({ user: ben }).fails({ code, interactionRequired: true });
      run.operation({ user: ben }).fails({ code });
    }),
  "isolation/sent-request": () =>
    adaThrottled((run) => {
      calls(run, { user: ben }, { endpoint: "resource", status: 503 });
      run.operation({ user: ben }).fails();
    }),
  "isolation/block-over": () =>
    adaThrottled((run) => run.operation({ user: ben }).fails(), { clock: "00:09:59" }),
  "isolation/another-process": () =>
    adaThrottled((run) => {
      run.restarted("app-2");
      run.operation({ user: ben, client: "app-2" }).fails();
      run.operation({ user: ben }).fails();
    }),
  "isolation/no-throttle": () =>
    adaThrottled((run) => run.operation({ user: ben }).fails(), {
      reply: { status: 503, retryAfter: 120 },
    }),
};

/** The service refuses a call, such as for a secret that has ended; a minute passes. */
function refused(run: RunBuilder, call: Call = daemon): void {
  calls(run, call, { status: 401, error: "invalid_client", issued: "nothing" });
  run.after(60_000);
}

/** A call succeeds, and `then` happens. */
function healthy(then: (run: RunBuilder) => void): RunBuilder {
  const run = buildRun();
  calls(run, daemon, {});
  then(run);
  return run;
}

/** A fault of the keys for a minute. */
function shortFault(run: RunBuilder): void {
  const end = run.fault({ id: "keys-down", on: ["keys"] });
  run.after(60_000);
  end();
}

const abusesOfFailureWhileHealthy: Abuses = {
  "failure-while-healthy/fault": () =>
    healthy((run) => {
      shortFault(run);
      run.after(120_000);
      for (let call = 0; call < 2; call += 1) refused(run);
    }),
  "failure-while-healthy/after-last-fault": () =>
    healthy((run) => {
      for (let call = 0; call < 2; call += 1) refused(run);
      shortFault(run);
      run.cleared();
      refused(run);
    }),
  "failure-while-healthy/single-failure": () =>
    healthy((run) => {
      refused(run);
      calls(run, { ...daemon, scopes: ["api://orders/.default"] }, {});
      refused(run);
    }),
  "failure-while-healthy/service-failed": () =>
    healthy((run) => {
      refused(run);
      calls(run, daemon, { status: 503 });
      refused(run);
    }),
  "failure-while-healthy/person-needed": () =>
    healthy((run) => {
      refused(run);
      run.operation(daemon).fails({ interactionRequired: true });
      refused(run);
    }),
  "failure-while-healthy/locked-out": () =>
    healthy((run) => {
      run.changed("user-disabled", [ada]);
      for (let call = 0; call < 2; call += 1) run.operation({ user: ben }).fails();
    }),
  "failure-while-healthy/shown-at-once": () =>
    healthy((run) => {
      const token = run.token();
      for (let time = 0; time < 2; time += 1)
        run.shows(run.operation(own), token, { verdict: "expired" });
    }),
  "failure-while-healthy/revoked-token": () =>
    healthy((run) => {
      const token = run.token();
      for (const verdict of ["revoked", "expired", "expired"] as const)
        run.presented(token, verdict);
    }),
};

/** A call of own code whose requests get these answers, and which throws a TypeError. */
function throwsTypeError(...answers: readonly (Ask & Reply)[]): RunBuilder {
  const run = buildRun();
  const call = run.operation(own);
  for (const answer of answers) run.exchange({ by: call, issued: "nothing", ...answer });
  call.fails({ name: "TypeError", code: "TypeError" });
  return run;
}

const abusesOfMaskedFailure: Abuses = {
  "masked-failure/connection-failed": () =>
    throwsTypeError({ networkFault: "ECONNRESET" }, { status: 429 }),
  "masked-failure/cut-off": () => throwsTypeError({ status: 200, cut: "fin" }, { status: 503 }),
  "masked-failure/refused": () => throwsTypeError({ status: 400, error: "x" }, { status: 200 }),
  "masked-failure/later-answer": () =>
    throwsTypeError({ status: 503 }, { endpoint: "keys" }, { status: 503 }),
  "masked-failure/named": () => {
    const run = buildRun();
    const call = run.operation(own);
    run.exchange({ by: call, status: 503 });
    call.fails({ name: "OrdersError", code: "OrdersError", causedBy: "TypeError" });
    return run;
  },
  "masked-failure/not-seen": () => {
    const run = buildRun();
    for (const call of [run.operation({ told: "by-requests" }), run.operation(own)]) {
      run.exchange({ by: call, status: 503 });
      call.fails({ name: "TypeError", code: "TypeError" });
    }
    return run;
  },
  "masked-failure/api": () => throwsTypeError({ status: 503 }, { endpoint: "resource" }),
};

/** A call of own code that ends ok without a token after requests with these answers. */
function withoutToken(run: RunBuilder, ...replies: readonly Reply[]): void {
  const call = run.operation(own);
  for (const reply of replies) run.exchange({ by: call, ...reply });
  call.ok({ token: "none" });
}

const abusesOfEmptyToken: Abuses = {
  "empty-token/own-code": () => {
    const run = buildRun();
    withoutToken(run, { issued: "nothing" });
    run.operation(own).ok({ token: run.token() });
    return run;
  },
  "empty-token/token-issued": () => {
    const run = buildRun();
    run.operation(own).ok({ token: run.token() });
    withoutToken(run, {}, { issued: "nothing" });
    return run;
  },
  "empty-token/redeemed-by-page": () => {
    const run = buildRun();
    const page = { status: 302, location: "https://portal.example/auth#code=0.A" };
    for (const redeems of [false, true]) {
      const call = run.operation({ flow: "authorization-code" });
      run.exchange({ by: call, endpoint: "authorize", ...page });
      if (redeems) run.exchange({ by: call, issued: "nothing" });
      call.ok({ token: "none" });
    }
    return run;
  },
  "empty-token/other-work": () => {
    const run = buildRun();
    run.operation(own).ok({ token: run.token() });
    run.fault({ id: "down" });
    withoutToken(run);
    return run;
  },
};

/** An outage that fails a request of a page; then `then` happens. */
function pageInOutage(
  then: (run: RunBuilder, end: () => void) => void,
  before?: string,
): RunBuilder {
  const run = buildRun({ watchesPages: true });
  run.tab("opened");
  if (before !== undefined) run.throws({ message: before });
  run.at("00:10:00");
  const end = run.fault({ id: "down" });
  calls(run, {}, { status: 503, faults: ["down"] });
  then(run, end);
  return run;
}

const failedFetch = { message: "Failed to fetch" };

const abusesOfUncaughtError: Abuses = {
  "uncaught-error/thrown-before": () =>
    pageInOutage((run) => {
      run.tab("reloaded");
      run.throws({ message: "order 18 is gone" });
      run.at("00:11:00");
      run.throws({ message: "order 18 is gone" });
    }, "order 17 is gone"),
  "uncaught-error/no-fault-met": () => {
    const run = buildRun({
      watchesPages: true,
      unmetFaults: [{ id: "down", why: "no-request" }],
    });
    run.fault({ id: "down" });
    run.throws();
    run.fault({ id: "met" });
    run.throws({ message: "user is undefined" });
    return run;
  },
  "uncaught-error/long-after": () =>
    pageInOutage((run, end) => {
      end();
      run.at("00:12:00");
      run.throws();
    }),
  "uncaught-error/page-left": () =>
    pageInOutage((run) => {
      run.at("00:11:00");
      run.throws(failedFetch);
      run.tab("reloaded");
      run.at("00:12:00");
      calls(run, {}, { networkFault: "ECONNRESET", faults: ["down"] });
      run.throws(failedFetch);
      run.tab("reloaded");
    }),
  "uncaught-error/browser-notice": () =>
    pageInOutage((run) => {
      run.throws({ name: "Error", message: "ResizeObserver loop limit exceeded" });
      run.throws({ name: "Error", message: "the ResizeObserver loop broke" });
    }),
};

/** A token with these lifetimes; half an hour later a fault that no request meets, and `during` happens. */
function unmet(
  window: object,
  during: (run: RunBuilder) => void,
  lifetimes: object = {},
): RunBuilder {
  const run = buildRun({ unmetFaults: [{ id: "down", why: "no-request" }] });
  calls(run, {}, { endpoint: "openid-configuration" }, { issued: { token: run.token(lifetimes) } });
  run.at("00:30:00");
  const end = run.fault({ id: "down", ...window });
  during(run);
  run.at("01:00:00");
  end();
  return run;
}

/** These two rules never fail: what they do not excuse is a precondition that is not met. */
const abusesOfPreconditions: Abuses = {
  "fault-met/token-in-cache": () =>
    unmet({ on: ["token"] }, (run) => run.operation().ok(), { expiresIn: 2_000 }),
  "fault-met/token-accepted": () => {
    const run = unmet({ on: ["token"] }, (during) => during.presented(during.token(), "revoked"));
    run.after(1);
    run.presented(run.token(), "accepted");
    return run;
  },
  "fault-met/metadata-read": () =>
    unmet({ on: ["instance-discovery", "keys"] }, (run) => run.operation().ok()),
  "real-time-limit/outside-of-calls": () => {
    const run = buildRun();
    run.abandonedWait([]);
    run.abandonedWait([run.operation().operation]);
    return run;
  },
};

/** By rule and excuse. */
export const abusesOfFailures: Abuses = {
  ...abusesOfIsolation,
  ...abusesOfFailureWhileHealthy,
  ...abusesOfMaskedFailure,
  ...abusesOfEmptyToken,
  ...abusesOfUncaughtError,
  ...abusesOfPreconditions,
};

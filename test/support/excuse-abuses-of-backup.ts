/**
 * For each excuse of `backup-flow` and `backup-window` a history that is like it and must fail all
 * the same: mostly the excused event, and beside it one that the excuse does not cover.
 */
import type { FlowRow } from "../../harness/history/header.ts";
import { nativeRefreshRow as row } from "./flow-row.ts";
import { buildRun, type RunBuilder } from "./run-builder.ts";
import { ada, ben } from "./run-builder-wire.ts";

type Ask = Parameters<RunBuilder["exchange"]>[0];

/** Ada gets a token from the primary. */
function signsIn(run: RunBuilder, ask: Ask = {}): void {
  const call = run.operation({ user: ada, ...ask });
  run.exchange({ by: call, user: ada, issued: { user: ada, token: run.token() }, ...ask });
  call.ok();
}

/** A call that the backup serves. */
function byBackup(run: RunBuilder, ask: Ask = {}): void {
  signsIn(run, { servedBy: "backup", ...ask });
}

function refused(run: RunBuilder, ask: Ask = {}): void {
  const call = run.operation({ user: ada });
  run.exchange({ by: call, user: ada, status: 503, ...ask });
  call.fails();
}

/** Ada has signed in; then the primary is down for four days, and `then` happens. */
function primaryDown(
  then: (run: RunBuilder) => void,
  documented: FlowRow["documented"] = "protected",
): RunBuilder {
  const run = buildRun({ row: { ...row, documented } });
  signsIn(run);
  run.at("00:30:00");
  run.fault({ id: "down", for: 96 * 3_600_000 });
  then(run);
  return run;
}

/** Ada has signed in with the primary; two hours later, or at `clock`, the primary is down. */
function session(then: (run: RunBuilder) => void, clock = "02:00:00"): RunBuilder {
  const run = buildRun();
  signsIn(run);
  run.at(clock);
  then(run);
  return run;
}

const declined = {
  servedBy: "backup",
  status: 503,
  error: { error: "temporarily_unavailable", codes: [50033] },
} as const;

/** By rule and excuse. */
export const abusesOfBackup: Readonly<Record<string, () => RunBuilder>> = {
  "backup-flow/no-request-needed": () =>
    primaryDown((run) => {
      run.operation({ user: ada }).ok();
      byBackup(run);
    }, "not"),
  "backup-flow/after-three-days": () =>
    primaryDown((run) => {
      byBackup(run);
      run.at("72:29:59");
      refused(run);
    }),
  "backup-flow/never-signed-in": () => {
    const run = buildRun({ row });
    refused(run);
    return primaryDownAfter(run);
  },
  "backup-flow/another-flow": () =>
    primaryDown((run) => {
      run.exchange({ grant: "device_code" });
      refused(run);
    }),
  "backup-flow/no-failover": () => {
    const run = buildRun({ row });
    const end = run.fault({ id: "gateway", at: "edge" });
    refused(run);
    run.at("00:10:00");
    end();
    return primaryDownAfter(run);
  },
  "backup-window/propagation": () =>
    session((run) => {
      run.changed("sessions-revoked", [ada]);
      run.at("02:15:01");
      byBackup(run);
    }),
  "backup-window/harmless-change": () =>
    session((run) => {
      run.changed("groups-changed", [ada]);
      run.changed("password-changed", [ada]);
      run.at("03:00:00");
      byBackup(run);
    }),
  "backup-window/another-user": () =>
    session((run) => {
      run.changed("sessions-revoked", [ben, ada]);
      run.at("03:00:00");
      byBackup(run);
    }),
  "backup-window/signed-in-again": () =>
    session((run) => {
      run.changed("sessions-revoked", [ada]);
      signsIn(run, { app: "99999999-bbbb-3333-cccc-4444dddd5555" });
      run.at("03:00:00");
      byBackup(run);
    }),
  "backup-window/saml": () =>
    session((run) => byBackup(run, { app: "99999999-bbbb-3333-cccc-4444dddd5555" })),
  "backup-window/no-user": () =>
    session((run) => {
      byBackup(run, { flow: "client-credentials", issued: { token: run.token() } });
      byBackup(run, { user: ben, issued: { user: ben } });
    }),
  "backup-window/unknown-call": () =>
    session((run) => {
      run.exchange({ user: ada, ...declined });
      run.prompt({ user: ada });
      const call = run.operation({ user: ada });
      run.exchange({ by: call, ...declined });
      run.prompt({ operation: call.operation, user: ada });
    }, "73:00:00"),
  "backup-window/another-call": () =>
    session((run) => {
      const call = run.operation({ user: ada });
      run.exchange({ by: call, ...declined });
      call.fails();
      run.operation({ user: ada, flow: "popup" }).fails();
      const prompted = run.operation({ user: ada, flow: "popup" });
      run.exchange({ by: prompted, ...declined });
      run.prompt({ operation: prompted.operation, user: ada });
      prompted.fails();
    }, "73:00:00"),
  "backup-window/required-since": () =>
    session((run) => {
      const call = run.operation({ user: ada });
      run.exchange({ by: call, ...declined });
      run.prompt({ operation: call.operation, user: ada });
      run.exchange({ by: call, status: 400, error: "interaction_required" });
      call.fails({ interactionRequired: true });
    }, "73:00:00"),
  "backup-window/asked-before": () =>
    session((run) => {
      const call = run.operation({ user: ada });
      run.prompt({ operation: call.operation, user: ada });
      run.exchange({ by: call, ...declined });
      run.prompt({ operation: call.operation, user: ada });
      call.fails();
    }, "73:00:00"),
};

/** Ada signs in, and the primary fails and refuses her next call. */
function primaryDownAfter(run: RunBuilder): RunBuilder {
  signsIn(run);
  run.at("01:00:00");
  run.fault({ id: "down" });
  refused(run);
  return run;
}

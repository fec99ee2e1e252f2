/** Invented runs for rule backup-window. */
import { describe, expect, it } from "vitest";
import { backupWindow } from "./backup-window.ts";
import { buildRun, type RunBuilder } from "../../test/support/run-builder.ts";
import { ada, ben } from "../../test/support/run-builder-wire.ts";

/** ada signs in with the primary, and asks again later while it is down. */
function signedIn() {
  const run = buildRun();
  const call = run.operation({ user: ada });
  run.exchange({ by: call, user: ada, issued: { user: ada } });
  call.ok();
  return run;
}

const declined = {
  status: 503,
  error: { error: "temporarily_unavailable", codes: [50033] },
} as const;

function served(run: ReturnType<typeof buildRun>, user = ada) {
  const call = run.operation({ user });
  run.exchange({ by: call, user, servedBy: "backup", issued: { user } });
  call.ok();
  return run;
}

describe("backup-window passes", () => {
  it.each(["02:00:00", "72:00:00"])(
    "for a session that is served %s after its last success",
    (at) => {
      const run = signedIn();
      run.at(at);
      expect(backupWindow.judge(served(run).history()).verdict).toBe("pass");
    },
  );

  it("for a SAML session whose request to the primary did not name the app", () => {
    const run = buildRun();
    const call = run.operation({ user: ada, flow: "saml-sp-initiated" });
    run.exchange({ by: call, user: ada, endpoint: "saml", issued: { user: ada } });
    call.ok();
    run.at("02:00:00");
    const later = run.operation({ user: ada, flow: "saml-idp-initiated" });
    const issued = { user: ada };
    run.exchange({ by: later, user: ada, endpoint: "saml", servedBy: "backup", issued });
    later.ok();
    expect(backupWindow.judge(run.history()).verdict).toBe("pass");
  });

  it("for a decline that the client treats as an outage", () => {
    const run = signedIn();
    run.at("73:00:00");
    const call = run.operation({ user: ada });
    run.exchange({ by: call, user: ada, servedBy: "backup", ...declined });
    call.fails();
    expect(backupWindow.judge(run.history())).toMatchObject({
      verdict: "pass",
      message: expect.stringContaining("served 0 requests and declined 1"),
    });
  });

  it("for a person who is asked because the primary required it after the decline", () => {
    const run = signedIn();
    run.at("73:00:00");
    const call = run.operation({ user: ada });
    run.exchange({ by: call, user: ada, servedBy: "backup", ...declined });
    run.after(5_000);
    const error = { error: "invalid_grant", codes: [700082], suberror: "bad_token" };
    run.exchange({ by: call, user: ada, status: 400, error });
    run.prompt({ operation: call.operation, user: ada });
    call.fails({ interactionRequired: true });
    expect(backupWindow.judge(run.history()).verdict).toBe("pass");
  });

  it("for a revocation that has not propagated yet, and for changes that revoke nothing", () => {
    const run = signedIn();
    run.at("01:00:00");
    run.changed("policy-set");
    run.changed("groups-changed", [ada]);
    run.at("01:30:00");
    run.changed("sessions-revoked", [ada]);
    run.at("01:45:00");
    expect(backupWindow.judge(served(run).history()).verdict).toBe("pass");
  });

  it("for a session that started again after a revocation", () => {
    const run = buildRun();
    run.changed("sessions-revoked", [ada]);
    run.at("01:00:00");
    const call = run.operation({ user: ada });
    run.exchange({ by: call, user: ada, issued: { user: ada } });
    call.ok();
    run.at("02:00:00");
    expect(backupWindow.judge(served(run).history()).verdict).toBe("pass");
  });

  it("for a revocation of another user", () => {
    const run = signedIn();
    run.at("01:00:00");
    run.changed("sessions-revoked", [ben]);
    expect(backupWindow.judge(served(run).history()).verdict).toBe("pass");
  });
});

describe("backup-window fails", () => {
  it("for a session that is served a minute after the three days", () => {
    const run = signedIn();
    run.at("72:01:00");
    expect(backupWindow.judge(served(run).history())).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("3d 0h 1m after its last success"),
    });
  });

  it("for a session that the primary never had", () => {
    const run = signedIn();
    run.at("01:00:00");
    expect(backupWindow.judge(served(run, ben).history())).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("never had"),
    });
  });

  it("for a session that the primary had only with another app", () => {
    const run = signedIn();
    run.at("01:00:00");
    const request = { user: ada, app: "99999999-bbbb-3333-cccc-4444dddd5555" };
    const call = run.operation(request);
    run.exchange({ by: call, ...request, servedBy: "backup", issued: { user: ada } });
    call.ok();
    expect(backupWindow.judge(run.history())).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("never had"),
    });
  });

  it.each([
    "sessions-revoked",
    "password-changed",
    "user-disabled",
    "user-deleted",
    "mfa-enabled",
    "user-risk-high",
    "refresh-tokens-revoked",
  ] as const)("by a session that is served after %s", (change) => {
    const run = signedIn();
    run.at("01:00:00");
    run.changed(change, [ada]);
    run.at("02:00:00");
    expect(backupWindow.judge(served(run).history())).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("revoked"),
    });
  });

  it("for a sign-in prompt after a decline", () => {
    const run = signedIn();
    run.at("73:00:00");
    const call = run.operation({ user: ada });
    run.exchange({ by: call, user: ada, servedBy: "backup", ...declined });
    run.prompt({ operation: call.operation, user: ada });
    call.fails();
    expect(backupWindow.judge(run.history())).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("asked a person"),
    });
  });

  it("for a client that reports a decline as interaction required", () => {
    const run = signedIn();
    run.at("73:00:00");
    const call = run.operation({ user: ada });
    run.exchange({ by: call, user: ada, servedBy: "backup", ...declined });
    call.fails({ interactionRequired: true });
    expect(backupWindow.judge(run.history()).verdict).toBe("fail");
  });
});

/** A decline, of a call that `ends` in its own way. */
function declinedThen(
  ends: (run: ReturnType<typeof buildRun>, call: ReturnType<RunBuilder["operation"]>) => void,
) {
  const run = signedIn();
  run.at("73:00:00");
  const call = run.operation({ user: ada });
  run.exchange({ by: call, user: ada, servedBy: "backup", ...declined });
  ends(run, call);
  return backupWindow.judge(run.history());
}

describe("backup-window names what shows it", () => {
  it("for a session that the primary never had: the answer of the backup", () => {
    const run = buildRun();
    expect(backupWindow.judge(served(run).history())).toMatchObject({
      verdict: "fail",
      evidence: [2],
    });
  });

  it("for a session that is too old: the answer, and the last success", () => {
    const run = signedIn();
    run.at("73:00:00");
    expect(backupWindow.judge(served(run).history()).evidence).toEqual([6, 2]);
  });

  it("for a revoked session: the answer, the revocation and the last success", () => {
    const run = signedIn();
    run.at("01:00:00");
    run.changed("sessions-revoked", [ada]);
    run.at("02:00:00");
    expect(backupWindow.judge(served(run).history()).evidence).toEqual([7, 4, 2]);
  });

  it("for a person who is asked, or needed: that, and the decline", () => {
    expect(declinedThen((run, { operation }) => run.prompt({ operation, user: ada }))).toEqual({
      verdict: "fail",
      message: "app-1 asked a person to sign in because the backup system declined.",
      evidence: [7, 6],
    });
    expect(declinedThen((_, call) => call.fails({ interactionRequired: true }))).toEqual({
      verdict: "fail",
      message: "app-1 reported that a person is needed because the backup system declined.",
      evidence: [7, 6],
    });
  });
});

describe("backup-window counts", () => {
  it("a session from its last success with the primary, not with the backup", () => {
    const run = signedIn();
    run.at("71:00:00");
    served(run);
    run.at("73:00:00");
    expect(backupWindow.judge(served(run).history()).verdict).toBe("fail");
  });

  it("no success that came after the answer of the backup", () => {
    const run = served(buildRun());
    run.at("00:01:00");
    const call = run.operation({ user: ada });
    run.exchange({ by: call, user: ada, issued: { user: ada } });
    call.ok();
    expect(backupWindow.judge(run.history()).message).toContain("never had");
  });

  it("no revocation of another user, and none after the answer", () => {
    const run = signedIn();
    run.at("01:00:00");
    run.changed("sessions-revoked", [ben]);
    run.at("02:00:00");
    served(run);
    run.at("03:00:00");
    run.changed("sessions-revoked", [ada]);
    expect(backupWindow.judge(run.history()).verdict).toBe("pass");
  });

  it("one answer and one decline as two", () => {
    const run = signedIn();
    run.at("01:00:00");
    served(run);
    const call = run.operation({ user: ada });
    run.exchange({ by: call, user: ada, servedBy: "backup", ...declined });
    call.fails();
    expect(backupWindow.judge(run.history()).message).toContain("served 1 request and declined 1");
  });

  it("no other failure of the backup as a decline", () => {
    const run = signedIn();
    const call = run.operation({ user: ada });
    const error = { error: "invalid_grant", codes: [700082] };
    run.exchange({ by: call, user: ada, servedBy: "backup", status: 400, error });
    call.fails({ interactionRequired: true });
    expect(backupWindow.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("no person who was asked before the decline, or by another call", () => {
    const run = signedIn();
    run.at("73:00:00");
    const call = run.operation({ user: ada });
    run.prompt({ operation: call.operation, user: ada });
    run.exchange({ by: call, user: ada, servedBy: "backup", ...declined });
    const other = run.operation({ user: ben, flow: "popup" });
    run.prompt({ operation: other.operation, user: ben });
    call.fails();
    expect(backupWindow.judge(run.history()).verdict).toBe("pass");
  });

  it("a person who is needed because of the decline, although the primary required one before", () => {
    const run = signedIn();
    const call = run.operation({ user: ada });
    const error = { error: "invalid_grant", codes: [700082], suberror: "bad_token" };
    run.exchange({ by: call, user: ada, status: 400, error });
    run.exchange({ by: call, user: ada, servedBy: "backup", ...declined });
    call.fails({ interactionRequired: true });
    expect(backupWindow.judge(run.history()).verdict).toBe("fail");
  });
});

describe("backup-window is inconclusive", () => {
  it("when the backup answers no request", () => {
    expect(backupWindow.judge(signedIn().history()).verdict).toBe("inconclusive");
  });
});

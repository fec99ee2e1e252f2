/** Invented runs for rule backup-flow, and the figures of a row. */
import { describe, expect, it } from "vitest";
import type { History } from "../history/event.ts";
import type { FlowRow } from "../history/header.ts";
import { backupFlow } from "./backup-flow.ts";
import { flowOutcomeOf } from "./model/flow-outcome.ts";
import { nativeRefreshRow as row } from "../../test/support/flow-row.ts";
import { buildRun } from "../../test/support/run-builder.ts";
import { ada } from "../../test/support/run-builder-wire.ts";

/** Ada signs in, and after an hour the primary is down for twelve. */
function inOutage(documented: FlowRow["documented"] = "protected", flow = row.flow) {
  const run = buildRun({ row: { ...row, documented, flow } });
  const call = run.operation({ user: ada });
  run.exchange({ by: call, user: ada, issued: { user: ada } });
  call.ok();
  run.at("01:00:00");
  const end = run.fault({ id: "down", for: 12 * 3_600_000 });
  run.at("02:00:00");
  return { run, end };
}

function outcomeOf(history: History) {
  const found = flowOutcomeOf(history);
  return "missing" in found ? undefined : found.outcome;
}

type Run = ReturnType<typeof inOutage>["run"];

function byBackup(run: Run): void {
  const call = run.operation({ user: ada });
  const issued = { user: ada, token: run.token() };
  run.exchange({ by: call, user: ada, servedBy: "backup", issued });
  call.ok();
}

/** The calls whose ends are among these events. */
function operationsIn(run: Run, evidence: readonly number[]): readonly number[] {
  const { events } = run.history();
  return evidence.flatMap((index) => {
    const event = events[index];
    return event?.kind === "operation-completed" ? [event.operation] : [];
  });
}

function refused(run: Run, servedBy: "primary" | "backup" = "primary"): void {
  const call = run.operation({ user: ada });
  run.exchange({ by: call, user: ada, servedBy, status: 503 });
  call.fails();
}

describe("a protected flow", () => {
  it("passes when the backup serves its calls, and shows those", () => {
    const { run } = inOutage();
    run.operation({ user: ada }).ok();
    byBackup(run);
    byBackup(run);
    const { verdict, message, evidence } = backupFlow.judge(run.history());
    expect(verdict).toBe("pass");
    expect(message).toContain("3 of 3 calls in the outage succeeded, 2 through the backup");
    expect(operationsIn(run, evidence)).toEqual([3, 4]);
  });

  it.each(["primary", "backup"] as const)("fails when the %s does not serve it", (who) => {
    const { run } = inOutage();
    byBackup(run);
    refused(run, who);
    const judgement = backupFlow.judge(run.history());
    expect(judgement).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("1 of 2 calls"),
    });
    const { events } = run.history();
    expect(events[judgement.evidence[0] ?? -1]).toMatchObject({ outcome: "fail" });
  });

  it("is inconclusive with tokens that are valid throughout the outage", () => {
    const { run } = inOutage();
    run.operation({ user: ada }).ok();
    expect(backupFlow.judge(run.history()).verdict).toBe("inconclusive");
  });
});

describe.each(["not", "never"] as const)("a flow that is %s protected", (documented) => {
  it.each(["primary", "backup"] as const)(
    "passes when its calls fail with an error of the %s",
    (who) => {
      const { run } = inOutage(documented);
      refused(run, who);
      expect(backupFlow.judge(run.history())).toMatchObject({
        verdict: "pass",
        message: expect.stringContaining(
          "0 of 1 call in the outage succeeded, 0 through the backup",
        ),
      });
    },
  );

  it("is inconclusive with tokens that are valid throughout the outage", () => {
    const { run } = inOutage(documented);
    run.operation({ user: ada }).ok();
    expect(backupFlow.judge(run.history()).verdict).toBe("inconclusive");
  });

  it("fails when the backup serves it, and shows the calls that it served", () => {
    const { run } = inOutage(documented);
    refused(run);
    byBackup(run);
    const { verdict, evidence } = backupFlow.judge(run.history());
    expect(verdict).toBe("fail");
    expect(operationsIn(run, evidence)).toEqual([3]);
  });

  it("passes when one call needs a request and fails, and others use valid tokens", () => {
    const { run } = inOutage(documented);
    run.operation({ user: ada }).ok();
    refused(run);
    expect(backupFlow.judge(run.history()).verdict).toBe("pass");
  });

  it("passes when the service failed a request of a call that succeeds all the same", () => {
    const { run } = inOutage(documented);
    const call = run.operation({ user: ada });
    run.exchange({ by: call, user: ada, status: 503 });
    call.ok();
    expect(backupFlow.judge(run.history()).verdict).toBe("pass");
  });
});

describe("backup-flow is inconclusive", () => {
  const reasonOf = (history: History): string => {
    const { verdict, message } = backupFlow.judge(history);
    expect(verdict).toBe("inconclusive");
    return message;
  };

  it("for a scenario without a row", () => {
    const run = buildRun();
    const close = run.fault({ id: "down" });
    run.operation({ user: ada }).fails();
    close();
    expect(reasonOf(run.history())).toMatch(/names no row/);
  });

  it("without a call in the outage", () => {
    const { run, end } = inOutage();
    end();
    run.at("15:00:00");
    byBackup(run);
    expect(reasonOf(run.history())).toMatch(/No call began while the primary was down/);
  });

  it("in an outage of the gateway, which hides the backup, too", () => {
    const run = buildRun({ row });
    run.fault({ id: "down", at: "edge" });
    refused(run);
    expect(reasonOf(run.history())).toMatch(/primaryDown/);
  });

  it("for an application that never got a token", () => {
    const run = buildRun({ row });
    run.operation({ user: ada }).fails({ code: "500011" });
    run.at("01:00:00");
    run.fault({ id: "down" });
    refused(run);
    expect(reasonOf(run.history())).toMatch(/before the primary failed: 500011/);
  });

  it("for an application with another flow than its row names", () => {
    const { run } = inOutage("not", "web-code");
    byBackup(run);
    expect(reasonOf(run.history())).toMatch(
      /names the flow web-code, but the requests show native-refresh/,
    );
  });

  it("when only the backup itself fails", () => {
    const run = buildRun({ row });
    run.fault({ id: "backup-down", at: "backup" });
    byBackup(run);
    expect(backupFlow.judge(run.history()).verdict).toBe("inconclusive");
  });
});

describe("an outage in which the row is judged", () => {
  it("may be the first that happens to the application", () => {
    const run = buildRun({ row: { ...row, documented: "not" } });
    run.fault({ id: "down" });
    refused(run);
    expect(backupFlow.judge(run.history()).verdict).toBe("pass");
  });

  it("has calls from its first moment until the one at which it ends, and may come twice", () => {
    const run = buildRun({ row });
    for (const id of ["first", "second"]) {
      const end = run.fault({ id });
      byBackup(run);
      run.after(60_000);
      end();
      refused(run);
      run.after(60_000);
    }
    expect(outcomeOf(run.history())).toMatchObject({ asked: 2, got: 2, byBackup: 2 });
  });

  it("is not one in which the application needed no request at all", () => {
    const run = buildRun({ row });
    run.fault({ id: "down" });
    run.operation({ user: ada }).ok({ token: run.token() });
    expect(backupFlow.judge(run.history()).message).toContain("needed no request in the outage");
  });

  it("counts only good answers of the backup itself as through the backup", () => {
    const { run } = inOutage("not");
    const call = run.operation({ user: ada });
    run.exchange({ by: call, user: ada, servedBy: "primary" });
    run.exchange({ by: call, user: ada, servedBy: "backup", status: 400 });
    call.ok();
    expect(outcomeOf(run.history())).toMatchObject({ got: 1, byBackup: 0 });
  });

  it("could have served every call of a protected flow", () => {
    const { run } = inOutage();
    refused(run);
    expect(outcomeOf(run.history())).toMatchObject({ asked: 1, could: 1 });
  });
});

describe("the figures of a row", () => {
  it("count the calls that succeeded and those that could have", () => {
    const { run } = inOutage("not");
    refused(run);
    expect(outcomeOf(run.history())).toMatchObject({ asked: 1, got: 0, could: 0 });
    byBackup(run);
    // The call fails although the client has a token now.
    refused(run);
    expect(outcomeOf(run.history())).toMatchObject({ asked: 3, got: 1, could: 2 });
  });

  it("count calls only within the three days of the backup", () => {
    const { run } = inOutage();
    byBackup(run);
    run.at("73:00:00");
    refused(run);
    expect(outcomeOf(run.history())).toMatchObject({ asked: 1, could: 1 });
    expect(backupFlow.judge(run.history()).verdict).toBe("pass");
  });
});

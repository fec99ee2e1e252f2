/** Golden histories of the rule backup-flow, and the figures of a row. */
import { describe, expect, it } from "vitest";
import type { History } from "../history/event.ts";
import type { FlowRow } from "../history/header.ts";
import { backupFlow } from "./backup-flow.ts";
import { flowOutcomeOf } from "./model/flow-outcome.ts";
import { story } from "../../test/support/check-story.ts";
import { ada } from "../../test/support/check-story-wire.ts";

const row: FlowRow = {
  flow: "native-refresh",
  as: "a desktop app",
  edition: "2026-03",
  documented: "protected",
  says: "Native apps are protected.",
  source: "https://learn.microsoft.com/",
};

/** Ada signs in, and after an hour the primary is down for twelve. */
function inOutage(documented: FlowRow["documented"] = "protected", flow = row.flow) {
  const told = story({ row: { ...row, documented, flow } });
  const call = told.operation({ user: ada });
  told.exchange({ by: call, user: ada, issued: { user: ada } });
  call.ok();
  told.at("01:00:00");
  const end = told.fault({ id: "down", for: 12 * 3_600_000 });
  told.at("02:00:00");
  return { told, end };
}

function outcomeOf(history: History) {
  const found = flowOutcomeOf(history);
  return "missing" in found ? undefined : found.outcome;
}

type Told = ReturnType<typeof inOutage>["told"];

function byBackup(told: Told): void {
  const call = told.operation({ user: ada });
  const issued = { user: ada, token: told.token() };
  told.exchange({ by: call, user: ada, servedBy: "backup", issued });
  call.ok();
}

function refused(told: Told, servedBy: "primary" | "backup" = "primary"): void {
  const call = told.operation({ user: ada });
  told.exchange({ by: call, user: ada, servedBy, status: 503 });
  call.fails();
}

describe("a protected flow", () => {
  it("gets its calls served by the backup", () => {
    const { told } = inOutage();
    byBackup(told);
    byBackup(told);
    expect(backupFlow.judge(told.history())).toMatchObject({
      verdict: "pass",
      message: expect.stringContaining("2 of 2 calls in the outage ended well, 2 by the backup"),
      evidence: expect.arrayContaining([expect.any(Number)]),
    });
  });

  it.each(["primary", "backup"] as const)("is not given what it was promised by the %s", (who) => {
    const { told } = inOutage();
    byBackup(told);
    refused(told, who);
    const judgement = backupFlow.judge(told.history());
    expect(judgement).toMatchObject({
      verdict: "fail",
      message: expect.stringContaining("1 of 2 calls"),
    });
    const { events } = told.history();
    expect(events[judgement.evidence[0] ?? -1]).toMatchObject({ outcome: "fail" });
  });

  it("proves nothing with tokens that outlast the outage", () => {
    const { told } = inOutage();
    told.operation({ user: ada }).ok();
    expect(backupFlow.judge(told.history()).verdict).toBe("inconclusive");
  });
});

describe.each(["not", "never"] as const)("a flow that is %s protected", (documented) => {
  it.each(["primary", "backup"] as const)("meets the failure of the %s", (who) => {
    const { told } = inOutage(documented);
    refused(told, who);
    expect(backupFlow.judge(told.history())).toMatchObject({
      verdict: "pass",
      message: expect.stringContaining("0 of 1 calls in the outage ended well, 0 by the backup"),
    });
  });

  it("proves nothing with tokens that outlast the outage", () => {
    const { told } = inOutage(documented);
    told.operation({ user: ada }).ok();
    expect(backupFlow.judge(told.history()).verdict).toBe("inconclusive");
  });

  it("is not served by the backup", () => {
    const { told } = inOutage(documented);
    byBackup(told);
    expect(backupFlow.judge(told.history()).verdict).toBe("fail");
  });
});

describe("nothing is proved", () => {
  const reasonOf = (history: History): string => {
    const { verdict, message } = backupFlow.judge(history);
    expect(verdict).toBe("inconclusive");
    return message;
  };

  it("of an application without a row", () => {
    const told = story();
    const close = told.fault({ id: "down" });
    told.operation({ user: ada }).fails();
    close();
    expect(reasonOf(told.history())).toMatch(/names no row/);
  });

  it("without a call in the outage", () => {
    const { told, end } = inOutage();
    end();
    told.at("15:00:00");
    byBackup(told);
    expect(reasonOf(told.history())).toMatch(/No call began while the primary was down/);
  });

  it("by an outage of the gateway, behind which the backup stands, too", () => {
    const told = story({ row });
    told.fault({ id: "down", at: "edge" });
    refused(told);
    expect(reasonOf(told.history())).toMatch(/primaryDown/);
  });

  it("of an application that never worked", () => {
    const told = story({ row });
    told.operation({ user: ada }).fails({ code: "500011" });
    told.at("01:00:00");
    told.fault({ id: "down" });
    refused(told);
    expect(reasonOf(told.history())).toMatch(/while the primary was well: 500011/);
  });

  it("of an application of another flow than its row says", () => {
    const { told } = inOutage("not", "web-code");
    byBackup(told);
    expect(reasonOf(told.history())).toMatch(/says web-code, and the wire shows native-refresh/);
  });

  it("of a call that only the backup's own trouble could meet", () => {
    const told = story({ row });
    told.fault({ id: "backup-down", at: "backup" });
    byBackup(told);
    expect(backupFlow.judge(told.history()).verdict).toBe("inconclusive");
  });
});

describe("the figures of a row", () => {
  it("tell what was got from what could have been", () => {
    const { told } = inOutage("not");
    refused(told);
    expect(outcomeOf(told.history())).toMatchObject({ asked: 1, got: 0, could: 0 });
    byBackup(told);
    // It holds a token now, and the call is refused all the same.
    refused(told);
    expect(outcomeOf(told.history())).toMatchObject({ asked: 3, got: 1, could: 2 });
  });

  it("end with the three days of the backup", () => {
    const { told } = inOutage();
    byBackup(told);
    told.at("73:00:00");
    refused(told);
    expect(outcomeOf(told.history())).toMatchObject({ asked: 1, could: 1 });
    expect(backupFlow.judge(told.history()).verdict).toBe("pass");
  });
});

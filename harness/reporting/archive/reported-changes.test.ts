import { describe, expect, it } from "vitest";
import { changesToReport, type ReportedChange } from "./reported-changes.ts";
import { nights, type Signs } from "../../../test/support/archive.ts";

/** What is reported night after night, when each night records what it reported. */
function reportedOver(...signs: readonly Signs[]): readonly string[] {
  const sessions = nights(...signs);
  const recorded: ReportedChange[] = [];
  return sessions.map((_, index) => {
    const changes = changesToReport(sessions.slice(0, index + 1), recorded);
    recorded.push(...changes);
    return changes.map(({ kind, scenario, rule }) => `${kind} ${scenario} ${rule}`).join(", ");
  });
}

const bad = { a: { backoff: "x" } } as const;
const good = { a: {} } as const;
const APPEARED = "appeared a backoff";
const FIXED = "fixed a backoff";
const FLICKERS = "flickers a backoff";

describe("changes", () => {
  it("are reported once when a finding appears, and once when it is fixed", () => {
    expect(reportedOver(good, bad, bad, bad, good, good)).toEqual([
      "",
      APPEARED,
      "",
      "",
      FIXED,
      "",
    ]);
  });

  it("are reported again when a fixed finding comes back", () => {
    expect(reportedOver(bad, good, good, bad)).toEqual([APPEARED, FIXED, "", APPEARED]);
  });

  it("end with one report of what comes and goes, until it stays", () => {
    const often = [APPEARED, FIXED, APPEARED, FIXED] as const;
    const flicker = reportedOver(good, bad, good, bad, good, bad, bad, good);
    expect(flicker).toEqual(["", ...often, FLICKERS, "", ""]);
    const gone = reportedOver(bad, good, bad, good, bad, good, good);
    expect(gone).toEqual([...often, APPEARED, FLICKERS, ""]);
    const sessions = nights(good, ...Array.from({ length: 8 }, () => bad));
    const before = [
      { kind: "flickers", scenario: "a", client: "msal-node", rule: "backoff" },
    ] as const;
    expect(changesToReport(sessions, before).map(({ kind }) => kind)).toEqual(["appeared"]);
  });

  it("leave out what the baseline knows and what is in quarantine", () => {
    expect(reportedOver({ a: { backoff: "k", "retry-after": "q" } })).toEqual([""]);
  });

  it("have no fix when what is in quarantine holds for a night, and one when it was taken out", () => {
    const shaky = { a: { backoff: "q" } } as const;
    expect(reportedOver(bad, shaky, good, shaky, good)).toEqual([APPEARED, "", "", "", ""]);
    expect(reportedOver(bad, shaky, bad, good)).toEqual([APPEARED, "", "", FIXED]);
  });

  it("have no fix when nothing was seen, nor when the baseline has taken it up", () => {
    expect(reportedOver(bad, { a: { backoff: "?" } }, { b: {} })).toEqual([APPEARED, "", ""]);
    expect(reportedOver(bad, { a: { backoff: "-" } }, good)).toEqual([APPEARED, "", FIXED]);
    expect(reportedOver(bad, { a: { backoff: "k" } }, good)).toEqual([APPEARED, "", FIXED]);
  });

  it("have a fix also of what the sessions no longer reach", () => {
    const reported = [
      { kind: "appeared", scenario: "a", client: "msal-node", rule: "backoff" },
    ] as const;
    expect(changesToReport(nights(good), reported)).toMatchObject([
      { kind: "fixed", finding: { version: "" } },
    ]);
    expect(changesToReport([], reported)).toEqual([]);
  });

  it("says what was last seen of what is fixed", () => {
    const [item] = changesToReport(nights(bad, good), [
      { kind: "appeared", scenario: "a", client: "msal-node", rule: "backoff" },
    ]);
    expect(item).toMatchObject({ kind: "fixed", finding: { message: "backoff in a" } });
  });
});

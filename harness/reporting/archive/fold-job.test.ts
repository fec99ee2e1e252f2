/** What the ledger reports of nights that did not come to their end, and of nights without a change. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Night, nightly, type Signs } from "../../../test/support/archive.ts";
import { type Archive, openArchive } from "./database.ts";

let archive: Archive;
let night: (one: Night | Signs) => readonly string[];
beforeEach(() => {
  archive = openArchive(":memory:");
  night = nightly(archive);
});
afterEach(() => archive.close());

const bad = { a: { backoff: "x" } } as const;
const good = { a: {} } as const;
const NEW = "new a backoff";
const FIXED = "fixed a backoff";
const over = (...all: readonly (Night | Signs)[]): readonly string[] =>
  all.map((one) => night(one).join(", "));
const changes = () => archive.heads(99).flatMap(({ id }) => archive.changesOf(id));

describe("a night that did not come to its end", () => {
  const failed = (problem: string): Night => ({
    signs: {},
    facts: { outcome: "failed", problems: [{ code: "bad-scenario", message: problem }] },
  });

  it("is reported once, says nothing of findings, and so is its end", () => {
    expect(over(bad, failed("no such file"), failed("no such file"), bad, good)).toEqual([
      NEW,
      "unknown",
      "",
      "fixed",
      FIXED,
    ]);
  });

  it("is reported for each run that failed, and the others count", () => {
    const failure = {
      scenario: "a",
      client: "msal-node",
      mount: "https",
      code: "stuck",
      message: "It hangs.",
    };
    const night2: Night = {
      signs: { b: { hang: "x" } },
      failures: [failure],
      facts: { outcome: "failed", problems: [{ code: "stuck", message: "It hangs." }] },
    };
    expect(over({ ...bad, b: {} }, night2, night2, { ...bad, b: { hang: "x" } })).toEqual([
      NEW,
      "new b hang, unknown a",
      "",
      "fixed a",
    ]);
  });

  it("leaves out nothing that it did not reach", () => {
    const cut: Night = { signs: { b: {} }, facts: { outcome: "interrupted" } };
    expect(over({ ...bad, b: {} }, cut, { ...bad, b: {} })).toEqual([NEW, "unknown", "fixed"]);
  });
});

describe("a heartbeat", () => {
  it("comes after so long without a change, and not before", () => {
    const settings = { heartbeatMs: 3 * 86_400_000 };
    const quiet = { signs: good, settings };
    expect(over(quiet, quiet, quiet, quiet, quiet)).toEqual(["", "", "", "heartbeat", ""]);
    expect(
      over(
        { signs: bad, settings },
        ...Array.from({ length: 3 }, () => ({ signs: bad, settings })),
      ),
    ).toEqual([NEW, "", "", "heartbeat"]);
    expect(changes().at(-1)?.detail).toEqual({ kind: "heartbeat", runs: 3, open: 1 });
  });
});

describe("an archive that was lost", () => {
  it("is one change that names what is open, and what comes later is reported as ever", () => {
    const lost = { lost: "runs.db.damaged-1" };
    expect(over({ signs: bad, settings: lost }, bad, good)).toEqual(["archive-lost", "", FIXED]);
    expect(changes()[0]?.detail).toEqual({
      kind: "archive-lost",
      keptAs: "runs.db.damaged-1",
      open: ["a, msal-node: backoff"],
    });
  });
});

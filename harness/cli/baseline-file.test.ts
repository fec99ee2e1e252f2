import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readBaselineFile } from "./baseline-file.ts";

let cwd: string;

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "brownout-baseline-"));
});

afterAll(() => rmSync(cwd, { recursive: true }));

const mine = {
  scenario: "mine",
  client: "my-app@1",
  rule: "backoff",
  verdict: "fail",
  reason: "It is being fixed.",
};

describe("the baseline of a project", () => {
  it("is the package's while there is none, and is written beside the project", () => {
    const { entries, packaged, writeTo } = readBaselineFile({ cwd });
    expect(entries.length).toBeGreaterThan(0);
    expect(packaged).toEqual(entries);
    expect(writeTo).toBe(join(cwd, "reports", "baseline.json"));
  });

  it("stands beside the package's, which speaks for scenarios that it does not name", () => {
    mkdirSync(join(cwd, "reports"), { recursive: true });
    const theirs = { ...mine, scenario: "token-throttled-text" };
    writeFileSync(join(cwd, "reports", "baseline.json"), JSON.stringify([mine, theirs]));
    const { entries, packaged } = readBaselineFile({ cwd });
    expect(entries.slice(0, 2)).toEqual([mine, theirs]);
    expect(packaged.length).toBe(entries.length - 2);
    expect(packaged.map(({ scenario }) => scenario)).not.toContain("token-throttled-text");
  });

  it("stands alone when it is named", () => {
    writeFileSync(join(cwd, "named.json"), JSON.stringify([mine]));
    expect(readBaselineFile({ cwd, named: "named.json" })).toMatchObject({
      entries: [mine],
      packaged: [],
    });
  });
});

describe("our own baseline", () => {
  it("lends itself nothing", () => {
    expect(readBaselineFile({ cwd: join(import.meta.dirname, "..", "..") }).packaged).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { HarnessError } from "../../core/errors.ts";
import { parseResults } from "./read-results.ts";
import { buildResults, writeResults } from "../model/results.ts";
import { judgedRun } from "../../../test/support/report.ts";

const results = buildResults([judgedRun({ "retry-after": "fail" })], [], {
  seed: "1",
  brownout: "0.1.0",
});
const [run] = results.runs;
const [finding] = run?.findings ?? [];
const withRun = (change: object): object => ({ ...results, runs: [{ ...run, ...change }] });
const withFinding = (change: object): object => withRun({ findings: [{ ...finding, ...change }] });

describe("results.json", () => {
  it("is read back, with a list of failures also where there are none", () => {
    expect(parseResults(writeResults(results), "x")).toEqual({ ...results, failures: [] });
    expect(parseResults(`\uFEFF${writeResults(results)}`, "x").seed).toBe("1");
  });

  it("may have no run at all, and fields of a later version", () => {
    const none = buildResults([], [], { seed: "1", brownout: "0.1.0" });
    expect(parseResults(JSON.stringify({ ...none, more: 1 }), "x").runs).toEqual([]);
  });

  it.each<[unknown, string]>([
    [[], "x: it has no schema"],
    [{ ...results, schema: "brownout/results/2" }, 'x: its schema is "brownout/results/2"'],
    [{ ...results, seed: 1 }, "x.seed: it is no text"],
    [{ ...results, runs: {} }, "x, runs: it is no list"],
    [{ ...results, runs: [null] }, "x, runs[0]: it is no object"],
    [withRun({ client: "msal-node" }), "x, runs[0].client: it is no object"],
    [withRun({ simulatedMs: "1" }), "x, runs[0].simulatedMs: it is no number"],
    [withRun({ findings: undefined }), "x, runs[0], findings: it is no list"],
    [withRun({ verdict: "good" }), 'x, runs[0].verdict: it is "good"'],
    [withRun({ unseen: [1] }), "x, runs[0].unseen: it is no list of texts"],
    [withRun({ cost: { withoutTokenMs: "1" } }), "x, runs[0].cost.withoutTokenMs: it is no number"],
    [withFinding({ message: null }), "x, runs[0].findings[0].message: it is no text"],
    [withFinding({ verdict: "FAIL" }), 'x, runs[0].findings[0].verdict: it is "FAIL"'],
    [withFinding({ baseline: undefined }), "x, runs[0].findings[0].baseline: it is no text"],
    [{ ...results, failures: {} }, "x, failures: it is no list"],
    [{ ...results, failures: [{}] }, "x, failures[0].scenario: it is no text"],
  ])("is refused with the place of what is wrong: %#", (value, said) => {
    const read = (): string => {
      try {
        parseResults(JSON.stringify(value), "x");
      } catch (error) {
        if (error instanceof HarnessError) return `${error.place}: ${error.message}`;
      }
      return "it was accepted";
    };
    expect(read()).toBe(said);
  });
});

import { describe, expect, it } from "vitest";
import { HarnessError } from "../../core/errors.ts";
import { parseResults } from "./read-results.ts";
import { buildResults } from "../model/build-results.ts";
import { writeResults } from "../model/results.ts";
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
    [[], "results: expected an object, got an empty array"],
    [{ runs: [] }, 'results.schema: expected "brownout/results/1", got nothing'],
    [
      { ...results, schema: "brownout/results/2" },
      'results.schema: expected "brownout/results/1", got "brownout/results/2"',
    ],
    [{ ...results, seed: 1 }, "results.seed: expected a string, got a number (1)"],
    [{ ...results, runs: {} }, "results.runs: expected an array of objects, got an object"],
    [{ ...results, runs: [null] }, "results.runs[0]: expected an object, got null"],
    [
      withRun({ client: "msal-node" }),
      'results.runs[0].client: expected an object, got "msal-node"',
    ],
    [withRun({ simulatedMs: "1" }), 'results.runs[0].simulatedMs: expected a number, got "1"'],
    [
      withRun({ findings: undefined }),
      "results.runs[0].findings: expected an array of objects, got nothing",
    ],
    [
      withRun({ verdict: "good" }),
      'results.runs[0].verdict: expected one of "pass", "fail", "inconclusive", got "good"',
    ],
    [withRun({ unseen: [1] }), "results.runs[0].unseen[0]: expected a string, got a number (1)"],
    [
      withRun({ cost: { withoutTokenMs: "1" } }),
      'results.runs[0].cost.withoutTokenMs: expected a number, got "1"',
    ],
    [
      withFinding({ message: null }),
      "results.runs[0].findings[0].message: expected a string, got null",
    ],
    [
      withFinding({ verdict: "FAIL" }),
      'results.runs[0].findings[0].verdict: expected one of "pass", "fail", "inconclusive", got "FAIL"',
    ],
    [
      withFinding({ baseline: undefined }),
      "results.runs[0].findings[0].baseline: expected a string, got nothing",
    ],
    [{ ...results, failures: {} }, "results.failures: expected an array of objects, got an object"],
    [
      { ...results, failures: [{ scenario: "a", client: "b", mount: "c" }] },
      "results.failures[0].code: expected a string, got nothing",
    ],
  ])("is refused with the place of what is wrong: %#", (value, said) => {
    const read = (): string => {
      try {
        parseResults(JSON.stringify(value), "x");
      } catch (error) {
        if (error instanceof HarnessError)
          return error.place === "x" ? error.message : `at ${error.place}`;
      }
      return "it was accepted";
    };
    expect(read()).toBe(said);
  });
});

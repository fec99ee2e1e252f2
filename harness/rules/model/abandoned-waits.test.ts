import { describe, expect, it } from "vitest";
import { buildRun } from "../../../test/support/run-builder.ts";
import { decisiveWaitsOf, unlessDecidedBy } from "./abandoned-waits.ts";
import { fails } from "./verdicts.ts";

describe("waits that this process did not wait out", () => {
  it("may decide a history during an operation, and at any time where none is recorded", () => {
    const withCalls = buildRun();
    withCalls.operation().ok();
    withCalls.abandonedWait([]);
    withCalls.abandonedWait([1]);
    expect(decisiveWaitsOf(withCalls.history()).map(({ operations }) => operations)).toEqual([[1]]);
    const recording = buildRun();
    recording.exchange();
    recording.abandonedWait([]);
    expect(decisiveWaitsOf(recording.history())).toHaveLength(1);
    expect(decisiveWaitsOf(buildRun().history())).toEqual([]);
  });

  it("make a judgement inconclusive that shows one of their operations, or its request or answer", () => {
    const run = buildRun();
    const calls = [run.operation(), run.operation(), run.operation()];
    for (const by of calls) run.exchange({ by });
    run.abandonedWait([1, 3]);
    const history = run.history();
    const judged = (...evidence: readonly number[]): string => {
      const judgement = fails(
        "It broke.",
        evidence.map((index) => ({ index })),
      );
      return unlessDecidedBy(decisiveWaitsOf(history), history, judgement).message;
    };
    const decided =
      "How fast this machine was decides it: time went on without an answer from 127.0.0.1:5432. Otherwise fail: It broke.";
    // A call, its request, its answer; the second of the operations; and those of the other call.
    expect([judged(0), judged(3), judged(4), judged(2)]).toEqual([
      decided,
      decided,
      decided,
      decided,
    ]);
    expect([judged(1), judged(5, 6)]).toEqual(["It broke.", "It broke."]);
    expect(judged(1, 8)).toBe(decided);
  });
});

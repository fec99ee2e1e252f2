import { describe, expect, it } from "vitest";
import { throttledDaemon } from "../../../test/support/history.ts";
import { evidenceOf, rowsOf, whoOf } from "./table-rows.ts";
import { findingReport, pageHistory } from "../../../test/support/report-page.ts";

const history = pageHistory(throttledDaemon());
const evidence = evidenceOf({
  findings: [
    findingReport("retry-after", { evidence: [6, 3] }),
    findingReport("backoff", { evidence: [3] }),
  ],
});
const rows = (wanted: Partial<Parameters<typeof rowsOf>[1]>): readonly number[] =>
  rowsOf(history, { which: "all", text: "", view: undefined, evidence, ...wanted });

describe("the table", () => {
  it("has every event, in order", () => {
    expect(rows({})).toEqual(history.events.map(({ index }) => index));
  });

  it("names every rule that an event is evidence of", () => {
    expect([...evidence]).toEqual([
      [6, ["retry-after"]],
      [3, ["retry-after", "backoff"]],
    ]);
    expect(rows({ which: "evidence" })).toEqual([3, 6]);
  });

  it("goes with the timeline, and finds words of a row", () => {
    expect(rows({ which: "view", view: { from: 4_000, to: 6_000 } })).toEqual([5, 6, 7]);
    expect(rows({ text: "answered 429 nothing" })).toEqual([]);
    expect(rows({ text: "EXCHANGE answered: 429" })).toEqual([3]);
  });

  it("says whose an event is, also of the end of a call", () => {
    expect(history.events.map((_, index) => whoOf(history, index)).slice(0, 5)).toEqual([
      "primary",
      "nightly-daemon-1",
      "nightly-daemon-1",
      "primary",
      "nightly-daemon-1",
    ]);
  });
});

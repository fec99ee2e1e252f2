import { describe, expect, it } from "vitest";
import { parseResults } from "../files/read-results.ts";
import { buildResults } from "../model/build-results.ts";
import { writeResults } from "../model/results.ts";
import { judgedRun } from "../../../test/support/report.ts";
import { sessionRecordOf, stateOf } from "./session-record.ts";

const run = judgedRun({ "retry-after": "fail", backoff: "inconclusive", hang: "pass" });
const results = buildResults([run], [], { seed: "1", brownout: "0.1.0" });
const name = { scenario: "token-throttled", client: "msal-node" };
const stateIn = (text: string, rule: string) =>
  stateOf(sessionRecordOf(parseResults(text, "results.json")), { ...name, rule });

describe("a session read from results.json", () => {
  it("says of each rule whether it failed, held, or had nothing to judge", () => {
    const text = writeResults(results);
    const rules = ["retry-after", "backoff", "hang"];
    expect(rules.map((rule) => stateIn(text, rule))).toEqual(["fail", "unseen", "fine"]);
    expect(
      stateOf(sessionRecordOf(parseResults(text, "")), { ...name, client: "x", rule: "hang" }),
    ).toBe("unseen");
  });

  it("is read from an older one too, without costs and without what had nothing to judge", () => {
    const [{ cost: _cost, unseen: _unseen, ...older } = {}] = results.runs;
    const text = JSON.stringify({ ...results, runs: [older] });
    expect(stateIn(text, "retry-after")).toBe("fail");
    expect(sessionRecordOf(parseResults(text, "")).runs[0]).toMatchObject({
      cost: { withoutTokenMs: 0, promptsCaused: 0, callsWithheld: 0 },
      unseen: [],
    });
  });
});

import { describe, expect, it } from "vitest";
import { HarnessError } from "../../core/errors.ts";
import { updateBaseline } from "./update-baseline.ts";
import { type BaselineEntry, parseBaseline, writeBaseline, REASON_TO_WRITE } from "./baseline.ts";
import { buildResults } from "./build-results.ts";
import type { Dependencies } from "./control.ts";
import type { JudgedRun } from "./results.ts";
import { judgedRun, reportOf } from "../../../test/support/report.ts";

const options = { place: "baseline.json", rules: ["retry-after", "backoff"] };

const entry: BaselineEntry = {
  scenario: "token-throttled",
  client: "msal-node@7",
  rule: "retry-after",
  verdict: "fail",
  reason: "MSAL reads it from JSON answers only.",
};

describe("a baseline file", () => {
  it("gives back the entries that were written", () => {
    expect(parseBaseline(writeBaseline([entry]), options)).toEqual([entry]);
    expect(parseBaseline("[]\n", options)).toEqual([]);
  });

  it.each<[string, string, RegExp, RegExp]>([
    ["no JSON", "[{]", /^baseline\.json:1: expected JSON/, /\[\] is an empty one/],
    [
      "an object",
      "{}",
      /^baseline\.json: baseline: expected an array of objects, got an object/,
      /\[\] is an empty one/,
    ],
    [
      "an entry that is no object",
      "[1]",
      /baseline\[0\]: expected an object, got a number/,
      /An entry has scenario/,
    ],
    [
      "a misspelt field",
      JSON.stringify([{ ...entry, scenari: "x" }]),
      /baseline\[0\]\.scenari: unknown key "scenari"/,
      /Did you mean "?scenario/,
    ],
    [
      "no reason",
      JSON.stringify([{ ...entry, reason: " " }]),
      /baseline\[0\]\.reason: expected a string that is not empty, got " "/,
      /An entry has .*reason/,
    ],
    [
      "an unknown rule",
      JSON.stringify([entry, { ...entry, rule: "retry-afer" }]),
      /baseline\[1\]\.rule: expected one of .*, got "retry-afer"/,
      /Did you mean "?retry-after/,
    ],
    [
      "a verdict that is none",
      JSON.stringify([{ ...entry, verdict: "pass" }]),
      /baseline\[0\]\.verdict: expected one of "fail", "inconclusive", got "pass"/,
      /An entry has/,
    ],
    [
      "the same twice",
      JSON.stringify([entry, entry]),
      /baseline\[1\]: is for the same finding as baseline\[0\]/,
      /one/,
    ],
  ])("is refused for %s", (_, text, message, hint) => {
    let thrown: unknown;
    try {
      parseBaseline(text, options);
    } catch (error) {
      thrown = error;
    }
    if (!(thrown instanceof HarnessError)) throw new Error("it was accepted");
    expect(thrown.code).toBe("bad-baseline");
    expect(`${thrown.place}: ${thrown.message}`).toMatch(message);
    expect(thrown.hint).toMatch(hint);
  });
});

describe("an updated baseline", () => {
  const update = (baseline: readonly BaselineEntry[], runs: readonly JudgedRun[]) =>
    updateBaseline(baseline, buildResults(runs, baseline, { seed: "1", brownout: "0.1.0" }));

  it("expects what was found, and asks a person for the reason", () => {
    const run = judgedRun({ "retry-after": "fail", backoff: "pass" });
    const updated = update([], [run]);
    expect(updated).toEqual([{ ...entry, reason: REASON_TO_WRITE }]);
    const after = buildResults([run], updated, { seed: "1", brownout: "0.1.0" });
    expect(after.totals.unexpected).toBe(0);
  });

  it("keeps the reasons of what still holds and of what was not run", () => {
    const elsewhere = { ...entry, scenario: "nightly-daemon" };
    const updated = update([elsewhere, entry], [judgedRun({ "retry-after": "fail" })]);
    expect(updated).toEqual([elsewhere, entry]);
  });

  it("drops what is fixed", () => {
    expect(update([entry], [judgedRun({ "retry-after": "pass" })])).toEqual([]);
  });

  it("keeps a failure that had nothing to judge this time, though no scenario asserts the rule", () => {
    const unasserted = { ...entry, rule: "backoff" };
    expect(update([unasserted], [judgedRun({ backoff: "inconclusive" })])).toEqual([unasserted]);
    expect(update([unasserted], [judgedRun({ backoff: "pass" })])).toEqual([]);
  });

  it("keeps the reason of a rule that now fails another way", () => {
    const updated = update([entry], [judgedRun({ "retry-after": "inconclusive" })]);
    expect(updated).toEqual([{ ...entry, verdict: "inconclusive" }]);
  });

  it("of own code knows what was found and nothing else of that rule", () => {
    const known = judgedRun({ "retry-after": "fail" });
    const [finding] = known.findings.filter(({ verdict }) => verdict === "fail");
    const message = finding?.message ?? "";
    const found = buildResults([known], [], { seed: "1", brownout: "0.1.0" });
    const updated = updateBaseline([], found, ({ scenario }) => scenario === "token-throttled");
    expect(updated).toEqual([{ ...entry, reason: REASON_TO_WRITE, message }]);
    expect(parseBaseline(writeBaseline(updated), options)).toEqual(updated);

    const worse = {
      ...known,
      findings: known.findings.map((one) => ({ ...one, message: "Worse." })),
    };
    const results = buildResults([worse], updated, { seed: "1", brownout: "0.1.0" });
    expect(results.totals).toMatchObject({ unexpected: 1, fixed: 0 });
    expect(results.runs[0]?.findings[0]).toMatchObject({ baseline: "new", knownAs: message });
    expect(updateBaseline(updated, results, () => true)).toEqual([
      { ...entry, reason: REASON_TO_WRITE, message: "Worse." },
    ]);
    // A library's finding may say what it will.
    const unspecific = buildResults([worse], [entry], { seed: "1", brownout: "0.1.0" });
    expect(unspecific.totals.unexpected).toBe(0);
    expect(unspecific.runs[0]?.findings[0]).not.toHaveProperty("knownAs");
  });

  it("is in one order, independent of the order of the findings", () => {
    const runs = ["zeta", "alpha"].map((scenario) =>
      judgedRun({ "retry-after": "fail" }, { scenario }),
    );
    expect(update([], runs).map(({ scenario }) => scenario)).toEqual(["alpha", "zeta"]);
  });

  it("writes what the control of a finding found, and takes it out when it no longer depends on it", () => {
    const depends = (found: Dependencies["found"]): JudgedRun => ({
      ...judgedRun({ "retry-after": "fail" }),
      controls: {
        "retry-after": { kind: "caused", causes: [], without: "pass", dependsOn: { found } },
      },
    });
    const update = (before: readonly BaselineEntry[], run: JudgedRun) =>
      updateBaseline(before, buildResults([run], before, { seed: "1", brownout: "0.1.0" }));
    const written = update(
      [entry],
      depends([
        {
          at: "settings.refreshIn",
          value: "never",
          because: "no one says",
          flips: [{ kind: "from", to: 7, verdict: "pass" }],
        },
      ]),
    );
    const text =
      'It depends on `settings.refreshIn`, here "never", which is a guess (no one says): from 7 it passes.';
    expect(written).toEqual([{ ...entry, dependsOn: [text] }]);
    expect(parseBaseline(writeBaseline(written), options)).toEqual(written);
    // A run without a control says nothing about it, and reports show what was found before.
    const without = judgedRun({ "retry-after": "fail" });
    expect(update(written, without)).toEqual(written);
    const model = reportOf([without], { baseline: written });
    expect(model.runs[0]?.findings[0]?.controlText).toBe(text);
    expect(model.known[0]?.example.controlText).toBe(text);
    expect(update(written, depends([]))).toEqual([entry]);
  });
});

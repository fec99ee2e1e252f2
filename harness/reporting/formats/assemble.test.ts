/** The data of the report against the results that it is made of. */
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { rules } from "../../rules/rules.ts";
import { createExplain, type RunContext } from "../explain.ts";
import { buildResults, type FailedRun, type JudgedRun } from "../model/results.ts";
import { judgedRun } from "../../../test/support/report.ts";
import { assembleReport } from "./assemble.ts";
import type { SlimHistory } from "./report-data.ts";

const story = { standsFor: "A bad day.", asserts: "It waits.", failureMeans: "Wait.", fix: "Do." };

const baseline = [
  {
    scenario: "known-one",
    client: "msal-node",
    rule: "backoff",
    verdict: "fail" as const,
    reason: "Nobody retries there.",
  },
];

/** The assembled report of some runs, told as the command line tells them. */
function assembled(
  runs: readonly JudgedRun[],
  session: { readonly failures?: readonly FailedRun[]; readonly quarantined?: string } = {},
) {
  const { failures = [], quarantined } = session;
  const quarantine =
    quarantined === undefined
      ? []
      : [{ scenario: quarantined, client: "msal-node", rule: "retry-after", reason: "Flaky." }];
  const results = buildResults(runs, baseline, {
    seed: "1",
    brownout: "0.1.0",
    failures,
    quarantine,
  });
  const contexts = new Map(
    results.runs.map((result, index) => {
      const { history } = runs[index] ?? judgedRun({});
      const context: RunContext = {
        history,
        title: "Told",
        story,
        replay: "again",
        held: ["silent-first"],
      };
      return [result, context] as const;
    }),
  );
  return { results, ...assembleReport(results, createExplain({ contexts, rules, baseline })) };
}

const runs = [
  judgedRun({ "retry-after": "pass" }, { scenario: "passing" }),
  judgedRun({ "retry-after": "fail", backoff: "fail" }, { scenario: "broken" }),
  judgedRun({ "retry-after": "inconclusive" }, { scenario: "open" }),
  judgedRun({ backoff: "fail" }, { scenario: "known-one" }),
];

describe("the data of the report", () => {
  it("has every finding of the results as it is there, and the baseline's reason", () => {
    const { results, data } = assembled(runs);
    const found = data.runs.map(({ findings }) =>
      findings.map(({ reason: _reason, ...rest }) => rest),
    );
    expect(found).toEqual(results.runs.map(({ findings }) => findings));
    expect(data.runs.flatMap(({ findings }) => findings.map(({ reason }) => reason))).toEqual([
      undefined,
      undefined,
      undefined,
      "Nobody retries there.",
    ]);
    expect(data.totals).toMatchObject({ unexpected: 2, known: 1 });
    expect(data.tone).toBe("bad");
  });

  it("has the history of each run, with the events that the evidence points at", () => {
    const { data, histories } = assembled(runs);
    for (const { id, findings, events } of data.runs) {
      const packed = Buffer.from(histories.get(id) ?? "", "base64");
      const history = JSON.parse(gunzipSync(packed).toString()) as SlimHistory;
      expect(history.events).toHaveLength(events ?? 0);
      for (const index of findings.flatMap(({ evidence }) => evidence))
        expect(history.events[index]?.kind).toMatch(/^exchange-|^operation-/);
    }
  });

  it("says for whom, for how long, what to do, and how to see it again", () => {
    const { data } = assembled(runs);
    expect(data.runs[1]).toMatchObject({
      title: "Told",
      story,
      replay: "again",
      withoutToken: { fromMs: 0, toMs: 61_050 },
    });
    expect(data.runs[1]?.costText).toMatch(/^1m 1\.05s without a token/);
    expect(data.rules["retry-after"]?.fix).toMatch(/Retry-After/);
    expect(data.rules["silent-first"]?.says).toBeTypeOf("string");
  });

  it("gives each run an address of its own, whatever it is called", () => {
    const twin = (version: string, scenario = "twin") =>
      judgedRun({}, { scenario, client: { name: "msal-node", version } });
    const { data } = assembled([
      twin("6.0.0"),
      twin("7.2.1"),
      twin("7.2.1"),
      twin("1", "alone"),
      twin("", "../<x> y/#z"),
    ]);
    expect(data.runs.map(({ id }) => id)).toEqual([
      "twin--msal-node@6.0.0",
      "twin--msal-node@7.2.1",
      "twin--msal-node@7.2.1~2",
      "alone--msal-node",
      "..-x-y-z--msal-node",
    ]);
  });

  it("tells what did not finish apart from what was interrupted", () => {
    const died: FailedRun = {
      scenario: "died",
      client: "msal-node",
      mount: "https",
      code: "worker-died",
      message: "the process ended",
    };
    const { data } = assembled([], { failures: [died, { ...died, code: "interrupted" }] });
    expect(data).toMatchObject({ tone: "bad", failures: [died], interrupted: 1, runs: [] });
  });

  it("shows the quarantine, and calls what is in it neither new nor good", () => {
    const { data } = assembled([judgedRun({ "retry-after": "fail" }, { scenario: "shaky" })], {
      quarantined: "shaky",
    });
    expect(data.quarantine).toEqual(["shaky, msal-node: retry-after failed this time. Flaky."]);
    expect(data.runs[0]?.findings[0]).toMatchObject({ quarantined: true, baseline: "new" });
    expect(data.tone).toBe("good");
  });

  it("is open when nothing failed and something was not seen", () => {
    expect(assembled(runs.slice(2, 3)).data.tone).toBe("open");
    expect(assembled(runs.slice(0, 1)).data.tone).toBe("good");
  });
});

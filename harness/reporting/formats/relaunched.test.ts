import { describe, expect, it } from "vitest";
import { closingLines } from "./closing-lines.ts";
import { createExplain } from "../explain.ts";
import { buildResults, writeResults } from "../model/results.ts";
import { writeSummary } from "./summary.ts";
import { judgedRun } from "../../../test/support/report.ts";

const runs = ["calm", "unlucky"].map((scenario) => judgedRun({ backoff: "pass" }, { scenario }));
const results = buildResults(runs, [], { seed: "1", brownout: "0.1.0" });

function explainWith(died: string | undefined) {
  const relaunched = "the browser died in mid-run";
  const contexts = new Map(
    results.runs.map((run, index) => {
      const { history } = runs[index] ?? judgedRun({});
      return [run, run.scenario === died ? { history, relaunched } : { history }] as const;
    }),
  );
  return createExplain({ contexts, rules: [], baseline: [] });
}

describe("a run whose browser died and that began anew", () => {
  const line =
    "unlucky, msal-node 7.2.1: the browser died in mid-run; the run began anew in another browser.";

  it("is named in the terminal and in the summary, and no other is", () => {
    const explain = explainWith("unlucky");
    expect(closingLines(results, explain, (_, text) => text)).toContain(`  ${line}`);
    const summary = writeSummary(results, explain);
    expect(summary).toContain(`## Browsers that died\n\n- ${line}\n`);
    expect(summary).not.toContain("calm, msal-node 7");
  });

  it("leaves the machine's results as they are", () => {
    expect(writeResults(results)).not.toContain("died");
    expect(writeSummary(results, explainWith(undefined))).not.toContain("died");
  });
});

import { describe, expect, it } from "vitest";
import { throttledDaemon } from "../../../test/support/history.ts";
import { closingLines } from "../formats/closing-lines.ts";
import { groupHeld, namesWithin } from "./held.ts";
import { createExplain } from "../explain.ts";
import { buildResults, type RunResult } from "./results.ts";
import { writeSummary } from "../formats/summary.ts";
import { judgedRun } from "../../../test/support/report.ts";

const scenarios = ["first-outage", "second-outage", "third-outage"];
const runs = [
  ...scenarios.map((scenario) => judgedRun({ backoff: "pass" }, { scenario })),
  judgedRun({ backoff: "pass" }, { scenario: "x", client: { name: "my-app", version: "1.4.0" } }),
];
const results = buildResults(runs, [], { seed: "1", brownout: "0.1.0" });
const explain = explainWith(() => ["backoff"]);

function explainWith(held: (run: RunResult) => readonly string[]) {
  const contexts = new Map(
    results.runs.map((run) => [run, { history: throttledDaemon(), held: held(run) }] as const),
  );
  const rules = [{ id: "backoff", says: "Wait longer each time.", fix: "Wait." }];
  return createExplain({ contexts, rules, baseline: [] });
}

describe("what held", () => {
  it("is told by client and by rule, with what the rule demands and every scenario", () => {
    expect(groupHeld(results, explain)).toEqual([
      {
        client: "msal-node 7.2.1",
        rules: [{ rule: "backoff", says: "Wait longer each time.", scenarios }],
      },
      {
        client: "my-app 1.4.0",
        rules: [{ rule: "backoff", says: "Wait longer each time.", scenarios: ["x"] }],
      },
    ]);
  });

  it("stands on the terminal and in the summary, a rule once a client", () => {
    const lines = closingLines(results, explain, (_, text) => text);
    expect(lines.slice(1, 9)).toEqual([
      "Held: what was asserted, and passed",
      "  msal-node 7.2.1",
      "    backoff: Wait longer each time.",
      "      first-outage, second-outage, third-outage",
      "",
      "  my-app 1.4.0",
      "    backoff: Wait longer each time.",
      "      x",
    ]);
    expect(writeSummary(results, explain)).toContain(
      "## Held\n\nWhat was asserted, and passed.\n\n### msal-node 7.2.1\n\n- **backoff**: Wait longer each time. *first-outage, second-outage, third-outage*\n\n### my-app",
    );
  });

  it("is no section when nothing held", () => {
    const nothing = explainWith(() => []);
    expect(closingLines(results, nothing, (_, text) => text).join("\n")).not.toContain("Held");
    expect(writeSummary(results, nothing)).not.toContain("Held");
  });
});

describe("names on one line", () => {
  it("are whole when they fit, cut with a count when not, and never none", () => {
    expect(namesWithin(scenarios, 41)).toBe("first-outage, second-outage, third-outage");
    expect(namesWithin(scenarios, 40)).toBe("first-outage, second-outage and 1 more");
    expect(namesWithin(scenarios, 30)).toBe("first-outage and 2 more");
    expect(namesWithin(scenarios, 3)).toBe("first-outage and 2 more");
  });
});

import { describe, expect, it } from "vitest";
import { judgedRun, reportOf } from "../../../test/support/report.ts";
import { closingLines } from "./closing-lines.ts";
import { writeSummary } from "./summary.ts";

const plain = (_: unknown, text: string): string => text;
const asserts = ["backoff"];
const rules = [{ id: "backoff", says: "Wait longer each time.", fix: "Wait." }];

describe("what held", () => {
  const scenarios = ["first-outage", "second-outage", "third-outage"];
  const model = reportOf(
    [
      ...scenarios.map((scenario) => judgedRun({ backoff: "pass" }, { scenario, asserts })),
      judgedRun(
        { backoff: "pass" },
        { scenario: "x", asserts, client: { name: "my-app", version: "1.4.0" } },
      ),
    ],
    { rules },
  );

  it("is listed on the terminal and in the summary, each rule once for a client", () => {
    expect(closingLines(model, plain).slice(1, 9)).toEqual([
      "Held: what was asserted, and passed",
      "  msal-node 7.2.1",
      "    backoff: Wait longer each time.",
      "      first-outage, second-outage, third-outage",
      "",
      "  my-app 1.4.0",
      "    backoff: Wait longer each time.",
      "      x",
    ]);
    expect(writeSummary(model)).toContain(
      "## Held\n\nWhat was asserted, and passed.\n\n### msal-node 7.2.1\n\n- **backoff**: Wait longer each time. *first-outage, second-outage, third-outage*\n\n### my-app",
    );
  });

  it("has no section when nothing held", () => {
    const nothing = reportOf([judgedRun({ backoff: "pass" }, { asserts: [] })], { rules });
    expect(closingLines(nothing, plain).join("\n")).not.toContain("Held");
    expect(writeSummary(nothing)).not.toContain("Held");
  });
});

describe("what the baseline knows", () => {
  const entry = (scenario: string, rule: string, reason: string) =>
    ({ scenario, client: "msal-node", rule, verdict: "fail", reason }) as const;
  const lines = closingLines(
    reportOf(
      [
        judgedRun({ "retry-after": "fail" }, { scenario: "a" }),
        judgedRun({ "retry-after": "fail", backoff: "fail" }, { scenario: "b" }),
        judgedRun({ recovery: "fail" }, { scenario: "c" }),
      ],
      {
        rules,
        baseline: [
          entry("a", "retry-after", "It does not read dates."),
          entry("b", "retry-after", "It does not read dates."),
          entry("b", "backoff", "It keeps no block."),
        ],
      },
    ),
    plain,
  );

  it("is listed once for a reason, with every scenario and one example, before what is new", () => {
    const start = lines.indexOf("  msal-node 7.2.1: It does not read dates.");
    expect(lines.slice(start + 1, start + 5)).toEqual([
      "    retry-after: a, b",
      expect.stringMatching(/^ {4}Seen in a: asked again after 5 s/),
      expect.stringMatching(/^ {6}\+0\.04s +exchange 1 is answered: 429/),
      expect.stringMatching(/^ {6}\+5s +POST token/),
    ]);
    expect(lines).toContain("    backoff: b");
    expect(lines.indexOf("c: msal-node 7.2.1 (direct)")).toBeGreaterThan(
      lines.indexOf("    backoff: b"),
    );
  });
});

describe("a run whose browser died and that began again", () => {
  const runs = ["calm", "unlucky"].map((scenario) => judgedRun({ backoff: "pass" }, { scenario }));
  const line =
    "unlucky, msal-node 7.2.1: the browser died in mid-run; the run began anew in another browser.";
  const model = reportOf(runs, {}, ({ history }) =>
    history.header.scenario === "unlucky" ? { relaunched: "the browser died in mid-run" } : {},
  );

  it("is named on the terminal and in the summary, and no other run is", () => {
    expect(closingLines(model, plain)).toContain(`  ${line}`);
    const summary = writeSummary(model);
    expect(summary).toContain(`## Browsers that died\n\n- ${line}\n`);
    expect(summary).not.toContain("calm, msal-node 7");
  });

  it("does not change results.json", () => {
    expect(JSON.stringify(model.results)).not.toContain("died");
    expect(writeSummary(reportOf(runs))).not.toContain("died");
  });
});

/** Open questions about the service: what the summary says of each answer that was played. */
import { describe, expect, it } from "vitest";
import { judgedRun, reportOf } from "../../../test/support/report.ts";
import { writeSummary } from "../formats/summary.ts";

const question = "Do tokens of apps come with refresh_in?";

function played(scenario: string, answer?: string) {
  return judgedRun(
    { "retry-after": "pass" },
    { scenario, ...(answer === undefined ? {} : { side: { question, answer } }) },
  );
}

describe("open questions in the summary", () => {
  it("have a row for each answer, with what came of it", () => {
    const runs = [played("a", "yes"), played("b"), played("a-without", "no")];
    const { sides, results } = reportOf(runs);
    expect(sides.map((table) => table.question)).toEqual([question]);
    expect(sides[0]?.rows).toEqual([
      ["a", "msal-node 7.2.1", "yes", "1 of 2", expect.any(String), "0"],
      ["a-without", "msal-node 7.2.1", "no", "1 of 2", expect.any(String), "0"],
    ]);
    expect(results.runs.map(({ side }) => side?.answer)).toEqual(["yes", undefined, "no"]);
    const lines = writeSummary(reportOf(runs)).split("\n");
    const at = lines.indexOf(`**${question}**`);
    expect(lines.slice(at + 2, at + 6)).toEqual([
      "| scenario | client | answer | calls that ended well | without a token | sign-ins |",
      "| --- | --- | --- | --- | --- | --- |",
      expect.stringMatching(/^\| a \| msal-node 7\.2\.1 \| yes \| 1 of 2 \| .+ \| 0 \|$/),
      expect.stringMatching(/^\| a-without \| msal-node 7\.2\.1 \| no \| 1 of 2 \| .+ \| 0 \|$/),
    ]);
  });

  it("are left out where no run answers one", () => {
    expect(writeSummary(reportOf([played("b")]))).not.toContain("What hangs on a guess");
  });
});

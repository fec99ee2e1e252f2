/** For tests: plays a scenario of the library, and says what the committed baseline expects of it. */
import { readFileSync } from "node:fs";
import { type Finding, isRepeated, judgeHistory } from "../../harness/rules/rules.ts";
import type { History } from "../../harness/history/event.ts";
import { loadClient } from "../../harness/clients/registry.ts";
import { type BaselineEntry, isForRun } from "../../harness/reporting/model/baseline.ts";
import type { MountName } from "../../harness/network/mount-names.ts";
import { runScenario } from "../../harness/runner/run.ts";
import type { Scenario } from "../../harness/runner/scenario.ts";

export const baseline = JSON.parse(
  readFileSync(new URL("../../reports/baseline.json", import.meta.url), "utf8"),
) as readonly BaselineEntry[];

interface Verdict {
  /** Rules that fail. */
  readonly failed: readonly string[];
  readonly inconclusive: readonly Finding[];
  /** What the scenario asserts, and no rule spoke of. */
  readonly unsaid: readonly string[];
}

/** A run, what was found, and what the baseline has to be found. */
export async function playAgainstBaseline(
  scenario: Scenario,
  { client: wanted, mount }: { readonly client: string | undefined; readonly mount: MountName },
): Promise<{
  readonly found: readonly Finding[];
  readonly history: History;
  readonly verdict: Verdict;
  readonly expected: Verdict;
}> {
  const client = await loadClient(wanted, scenario);
  const { history } = await runScenario(scenario, { client, mount, seed: "1" });
  const found = judgeHistory(history);
  const spoken = new Set(found.map(({ rule }) => rule));
  const failed = found
    .filter((finding) => finding.verdict === "fail" && !isRepeated(finding, found))
    .map(({ rule }) => rule);
  const known = [
    ...baseline.filter((entry) => isForRun(entry, history.header)),
    ...(scenario.expects ?? []),
  ].map(({ rule }) => rule);
  return {
    found,
    history,
    verdict: {
      failed: failed.toSorted(),
      inconclusive: found.filter(({ verdict }) => verdict === "inconclusive"),
      unsaid: scenario.asserts.filter((rule) => !spoken.has(rule)),
    },
    expected: { failed: known.toSorted(), inconclusive: [], unsaid: [] },
  };
}

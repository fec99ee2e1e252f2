/**
 * Known findings, by the reason that the baseline gives: one fault of a client shows in
 * many scenarios, and a reader wants to hear of it once, with an example.
 */
import type { Explain } from "./explain.ts";
import type { ComparedFinding, Results, RunResult } from "./results.ts";

/** One reason, what it explains, and the first place where it was seen. */
export interface KnownGroup {
  readonly reason: string;
  /** Name and version. */
  readonly client: string;
  /** Scenarios by rule, in the order of the runs. */
  readonly rules: readonly { readonly rule: string; readonly scenarios: readonly string[] }[];
  readonly example: { readonly run: RunResult; readonly finding: ComparedFinding };
}

/** The failures that the baseline knows, grouped, in the order in which they were first seen. */
export function groupKnown({ runs }: Results, explain: Explain): readonly KnownGroup[] {
  const groups = new Map<string, { client: string; reason: string; seen: Seen[] }>();
  for (const run of runs) {
    const client = `${run.client.name} ${run.client.version}`;
    for (const finding of run.findings) {
      if (finding.baseline !== "known") continue;
      const reason = explain.reason(run, finding) ?? finding.message;
      const group = groups.get(`${client} ${reason}`) ?? { client, reason, seen: [] };
      group.seen.push({ run, finding });
      groups.set(`${client} ${reason}`, group);
    }
  }
  return [...groups.values()].flatMap(({ client, reason, seen }) => {
    const [example] = seen;
    return example === undefined ? [] : [{ client, reason, rules: byRule(seen), example }];
  });
}

type Seen = KnownGroup["example"];

function byRule(seen: readonly Seen[]): KnownGroup["rules"] {
  const rules = [...new Set(seen.map(({ finding }) => finding.rule))];
  return rules.map((rule) => ({
    rule,
    scenarios: seen.filter(({ finding }) => finding.rule === rule).map(({ run }) => run.scenario),
  }));
}

/** Findings and rules that held, in the groups in which a reader wants to hear of them. */
import type { ReportData, RunData } from "../html/report-data.ts";

export interface KnownGroup {
  readonly client: string;
  readonly reason: string;
  readonly count: number;
  readonly rules: readonly { readonly rule: string; readonly runs: readonly RunData[] }[];
}

/** Known findings by client and reason, in the order in which they were first seen. */
export function knownGroups({ runs }: Pick<ReportData, "runs">): readonly KnownGroup[] {
  const seen = runs.flatMap((run) =>
    run.findings
      .filter(({ baseline }) => baseline === "known")
      .map(({ rule, reason, message }) => ({ run, rule, reason: reason ?? message })),
  );
  const groups = Map.groupBy(seen, ({ run, reason }) => JSON.stringify([run.client, reason]));
  return [...groups.values()].flatMap((found) => {
    const [first] = found;
    if (first === undefined) return [];
    return [
      {
        client: first.run.client,
        reason: first.reason,
        count: found.length,
        rules: [...Map.groupBy(found, ({ rule }) => rule)].map(([rule, each]) => ({
          rule,
          runs: each.map(({ run }) => run),
        })),
      },
    ];
  });
}

/** The rules that held, by client; each with the runs that asserted it. */
export function heldGroups({ runs }: Pick<ReportData, "runs">): readonly {
  readonly client: string;
  readonly rules: readonly { readonly rule: string; readonly runs: readonly RunData[] }[];
}[] {
  const seen = runs.flatMap((run) => run.held.map((rule) => ({ run, rule })));
  return [...Map.groupBy(seen, ({ run }) => run.client)].map(([client, own]) => ({
    client,
    rules: [...Map.groupBy(own, ({ rule }) => rule)].map(([rule, each]) => ({
      rule,
      runs: each.map(({ run }) => run),
    })),
  }));
}

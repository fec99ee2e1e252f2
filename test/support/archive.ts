/** Sessions that the tests of the archive share: runs with what was found in them. */
import type { Verdict } from "../../harness/rules/rule.ts";
import type { RunRecord, SessionRecord } from "../../harness/reporting/archive/session-record.ts";
import type { ArchivedSession } from "../../harness/reporting/archive/finding-trends.ts";

/** What a rule said in a run, in short: `x` failed, `?` is asserted and saw nothing, `-` is not and saw nothing, `k` failed and is known, `q` failed and is in quarantine. */
export type Sign = "x" | "?" | "-" | "k" | "q";

/** Runs of `msal-node` by scenario, with what each rule said; a rule that is not there held. */
export type Signs = Readonly<Record<string, Readonly<Record<string, Sign>>>>;

/** A session of these runs. */
export function session(signs: Signs, changes: Partial<RunRecord> = {}): SessionRecord {
  return {
    brownout: "0.1.0",
    seed: "1",
    runs: Object.entries(signs).map(([scenario, rules]) => ({
      scenario,
      client: "msal-node",
      version: "7.2.1",
      mount: "https",
      verdict: "pass",
      cost: { withoutTokenMs: 0, promptsCaused: 0, callsWithheld: 0 },
      findings: Object.entries(rules)
        .filter(([, sign]) => sign !== "-")
        .map(([rule, sign]) => ({
          rule,
          verdict: (sign === "?" ? "inconclusive" : "fail") satisfies Verdict,
          message: `${rule} in ${scenario}`,
          baseline: sign === "k" ? ("known" as const) : ("new" as const),
          ...(sign === "q" ? { quarantined: true as const } : {}),
        })),
      unseen: Object.entries(rules)
        .filter(([, sign]) => sign === "-")
        .map(([rule]) => rule),
      ...changes,
    })),
  };
}

/** Sessions in the archive, a night each, numbered from 1. */
export function nights(...signs: readonly Signs[]): readonly ArchivedSession[] {
  return signs.map((one, index) => ({
    ...session(one),
    id: index + 1,
    recordedAt: new Date(Date.UTC(2026, 9, 1 + index, 3)).toISOString(),
  }));
}

/** Sessions that the tests of the archive share: runs with what was found in them. */
import type { Verdict } from "../../harness/rules/rule.ts";
import type { RunRecord, SessionRecord } from "../../harness/reporting/archive/session-record.ts";
import type { Archive } from "../../harness/reporting/archive/database.ts";
import type { SessionFacts } from "../../harness/reporting/archive/change.ts";
import type { FoldSettings } from "../../harness/reporting/archive/ledger-tables.ts";

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

/** A night of a job: what its session says, and what is known of it. */
export interface Night {
  readonly signs?: Signs;
  /** Of every run. */
  readonly run?: Partial<RunRecord>;
  readonly seed?: string;
  readonly facts?: Partial<SessionFacts>;
  readonly failures?: SessionRecord["failures"];
  readonly settings?: FoldSettings;
}

/** Adds nights of one job to an archive, the first on 1 October 2026; returns what each changed, as `kind scenario rule`. */
export function nightly(archive: Archive) {
  let night = 0;
  return (one: Night | Signs): readonly string[] => {
    const {
      signs = {},
      run = {},
      seed = "1",
      facts = {},
      failures,
      settings,
    }: Night = isNight(one) ? one : { signs: one };
    const record: SessionRecord = {
      ...session(signs, run),
      seed,
      ...(failures === undefined ? {} : { failures }),
      facts: { job: "nightly", branch: "main", command: "run", outcome: "finished", ...facts },
    };
    night += 1;
    const recordedAt = new Date(Date.UTC(2026, 9, night, 3)).toISOString();
    const id = archive.add(record, { recordedAt }, settings);
    return archive
      .changesOf(id)
      .map(({ subject, detail }) =>
        [detail.kind, subject.scenario, subject.rule]
          .filter((part) => part !== undefined)
          .join(" "),
      );
  };
}

function isNight(one: Night | Signs): one is Night {
  return ["signs", "facts", "failures"].some((key) => key in one);
}

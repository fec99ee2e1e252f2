/**
 * A session of runs as the archive keeps it and as two sessions are compared: its runs, and what
 * was found in each. The version of a client is not part of a run's name, so that an upgrade of
 * MSAL is a change and not another run.
 */
import type { Cost } from "../model/cost.ts";
import type { Verdict } from "../../rules/rule.ts";
import type { ReadResults } from "../files/read-results.ts";

/** What was found in a run. */
export interface FindingRecord {
  readonly rule: string;
  readonly verdict: Verdict;
  readonly message: string;
  readonly baseline: "known" | "new" | "expected";
  /** It is in quarantine: it comes and goes. */
  readonly quarantined?: true;
}

/** One scenario with one client. */
export interface RunRecord {
  readonly scenario: string;
  /** Name of the client. */
  readonly client: string;
  readonly version: string;
  readonly mount: string;
  readonly verdict: Verdict;
  readonly cost: Pick<Cost, "withoutTokenMs" | "promptsCaused" | "callsWithheld">;
  readonly findings: readonly FindingRecord[];
  /** Ids of rules that had nothing to judge and are no finding. */
  readonly unseen: readonly string[];
}

/** All runs of one session. */
export interface SessionRecord {
  readonly brownout: string;
  readonly seed: string;
  readonly runs: readonly RunRecord[];
}

/** A finding and where it was seen. */
export interface SeenFinding extends FindingRecord {
  readonly scenario: string;
  readonly client: string;
  readonly version: string;
}

/** The record of a `results.json`. */
export function sessionRecordOf({ brownout, seed, runs }: ReadResults): SessionRecord {
  return {
    brownout,
    seed,
    runs: runs.map(({ scenario, client, mount, verdict, cost, findings, unseen = [] }) => ({
      scenario,
      client: client.name,
      version: client.version,
      mount,
      verdict,
      cost: {
        withoutTokenMs: cost?.withoutTokenMs ?? 0,
        promptsCaused: cost?.promptsCaused ?? 0,
        callsWithheld: cost?.callsWithheld ?? 0,
      },
      findings: findings.map(({ rule, verdict: found, message, baseline, quarantined }) => ({
        rule,
        verdict: found,
        message,
        baseline,
        ...(quarantined === undefined ? {} : { quarantined }),
      })),
      unseen,
    })),
  };
}

/** The name of a run in every session. */
export function runKey({ scenario, client }: Pick<RunRecord, "scenario" | "client">): string {
  return `${scenario} ${client}`;
}

/** The name of a finding in every session. */
export function findingKey({ scenario, client, rule }: Omit<FindingName, "verdict">): string {
  return `${scenario} ${client} ${rule}`;
}

/** Which finding: a rule that failed in a scenario with a client. */
export interface FindingName {
  readonly scenario: string;
  readonly client: string;
  readonly rule: string;
}

/** The failures of a session by key. */
export function failuresOf({ runs }: SessionRecord): ReadonlyMap<string, SeenFinding> {
  return new Map(
    runs.flatMap(({ scenario, client, version, findings }) =>
      findings
        .filter(({ verdict }) => verdict === "fail")
        .map((finding) => {
          const seen = { scenario, client, version, ...finding };
          return [findingKey(seen), seen] as const;
        }),
    ),
  );
}

/** What a session says of a finding: it failed, it did not (`fine`), or nothing (`unseen`), because there was no such run or nothing to judge. */
export function stateOf(session: SessionRecord, name: FindingName): "fail" | "fine" | "unseen" {
  const run = session.runs.find((one) => runKey(one) === runKey(name));
  if (run === undefined) return "unseen";
  if (run.unseen.includes(name.rule)) return "unseen";
  const found = run.findings.find(({ rule }) => rule === name.rule);
  if (found === undefined) return "fine";
  return found.verdict === "fail" ? "fail" : "unseen";
}

/**
 * A session of runs as the archive keeps it and as two sessions are compared: its runs, and what
 * was found in each. The version of a client is not part of a run's name, so that an upgrade of
 * MSAL is a change and not another run.
 */
import { hash } from "node:crypto";
import type { Cost } from "../model/cost.ts";
import type { Control } from "../model/control.ts";
import type { FailedRun } from "../model/results.ts";
import type { Verdict } from "../../rules/rule.ts";
import type { ReadResults } from "../files/read-results.ts";
import type { SessionFacts, SessionHead } from "./change.ts";

/** What was found in a run. */
export interface FindingRecord {
  readonly rule: string;
  readonly verdict: Verdict;
  readonly message: string;
  readonly baseline: "known" | "new" | "expected";
  /** It is in quarantine: it comes and goes. */
  readonly quarantined?: true;
  /** The fault windows that it needs, as its control found; absent when no control named any. */
  readonly cause?: string;
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
  /** The same for runs in which the same happened, also of scenarios that are called otherwise. */
  readonly shape?: string;
}

/** All runs of one session. */
export interface SessionRecord {
  readonly brownout: string;
  readonly seed: string;
  readonly runs: readonly RunRecord[];
  /** Runs that the harness could not finish. Absent when there are none. */
  readonly failures?: readonly FailedRun[];
  readonly facts?: SessionFacts;
}

/** A session in the archive. */
export type ArchivedSession = SessionRecord & SessionHead;

/** A finding and where it was seen. */
export interface SeenFinding extends FindingRecord {
  readonly scenario: string;
  readonly client: string;
  readonly version: string;
}

/** The record of a `results.json`, with what is known of its session beside it. */
export function sessionRecordOf(
  { brownout, seed, runs, failures }: ReadResults,
  facts?: SessionFacts,
): SessionRecord {
  return {
    brownout,
    seed,
    runs: runs.map(runRecordOf),
    ...(failures.length === 0 ? {} : { failures }),
    ...(facts === undefined ? {} : { facts }),
  };
}

function runRecordOf(run: ReadResults["runs"][number]): RunRecord {
  const { scenario, client, mount, verdict, cost, findings, unseen = [] } = run;
  return {
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
    findings: findings.map(({ rule, verdict: found, message, baseline, quarantined, control }) => {
      const cause = causeOf(control);
      return {
        rule,
        verdict: found,
        message,
        baseline,
        ...(quarantined === undefined ? {} : { quarantined }),
        ...(cause === undefined ? {} : { cause }),
      };
    }),
    unseen,
    shape: shapeOf(run),
  };
}

/** Between sets of fault windows, each of which is enough for a finding. */
export const CAUSES = ", ";

/** What a control names as the cause, as a text to compare; undefined when it names none. */
function causeOf(control: Control | undefined): string | undefined {
  if (control?.kind === "not-of-the-outage") return "no fault";
  if (control?.kind !== "caused") return undefined;
  const sets = control.causes.map((windows) =>
    windows
      .map(({ id }) => id)
      .toSorted()
      .join("+"),
  );
  return sets.toSorted().join(CAUSES);
}

function shapeOf(run: ReadResults["runs"][number]): string {
  const { client, mount, operations, requests, simulatedMs, findings, unseen = [], cost } = run;
  const found = findings.map(({ rule, verdict, message }) => [rule, verdict, message]);
  const seen = [client.name, mount, operations, requests, simulatedMs, found, unseen, cost];
  return hash("sha256", JSON.stringify(seen), "hex").slice(0, 16);
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

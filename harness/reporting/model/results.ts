/**
 * What a session of runs came to, as plain data: the contents of `results.json`. It does not
 * depend on the wall clock, so that two sessions with one seed have equal results.
 */
import type { History } from "../../history/event.ts";
import type { OpenQuestion } from "../../history/header.ts";
import type { FlowOutcome } from "../../rules/model/flow-outcome.ts";
import type { Verdict } from "../../rules/rule.ts";
import type { Finding } from "../../rules/rules.ts";
import type { BaselineEntry } from "./baseline.ts";
import type { Control } from "./control.ts";
import type { Cost } from "./cost.ts";
import type { QuarantineSeen } from "./quarantine.ts";
import type { Availability, Score } from "./score.ts";

/** A run with the findings of the rules. */
export interface JudgedRun {
  readonly history: History;
  readonly simulatedMs: number;
  /** One of every rule, also of those that passed. */
  readonly findings: readonly Finding[];
  /** What the controls of its failures found, by the id of the rule; default: none were played. */
  readonly controls?: Readonly<Record<string, Control>>;
}

/** A run that the harness itself could not finish. */
export interface FailedRun {
  readonly scenario: string;
  readonly client: string;
  readonly mount: string;
  readonly code: string;
  readonly message: string;
  readonly place?: string;
  readonly hint?: string;
}

/** What stands for the client of a file or folder that is no use: what is in it is not known. */
export const NO_CLIENT = "no client";

/** Whether what failed is a file or a folder, and not a run of a scenario, whose name is in kebab-case. */
export function isOfFile({ scenario, client }: Pick<FailedRun, "scenario" | "client">): boolean {
  return client === NO_CLIENT || !/^[a-z\d]+(?:-[a-z\d]+)*$/.test(scenario);
}

/** Codes of runs that were not played, or not to their end, for a reason that is not theirs. */
const CUT_SHORT: readonly string[] = ["interrupted", "time-limit", "shard-missing"];

/** Whether a run has no result for a reason that is not its own, such as Ctrl-C. */
export function isCutShort({ code }: Pick<FailedRun, "code">): boolean {
  return CUT_SHORT.includes(code);
}

/** A part of a session that was played elsewhere, and whose results are not there. */
export interface MissingShard {
  readonly part: number;
  readonly of: number;
  /** Why, in a clause such as `part-2/results.json: there is no such file`. */
  readonly why: string;
  /** How many runs it had. */
  readonly runs: number;
}

/** A finding, compared with the baseline and the quarantine. */
export interface ComparedFinding extends Finding {
  /** Whether the baseline knows it, or the scenario itself expects it: then its reason is that of the scenario. */
  readonly baseline: "known" | "new" | "expected";
  /** The message that the baseline knows for this rule here, where it is another. */
  readonly knownAs?: string;
  /** It is in quarantine: it comes and goes, and does not fail the build. */
  readonly quarantined?: true;
  /** Which faults it needs; absent when no control was played. */
  readonly control?: Control;
}

/** One run in `results.json`. */
export interface RunResult {
  readonly scenario: string;
  readonly client: { readonly name: string; readonly version: string };
  readonly mount: string;
  readonly verdict: Verdict;
  /** The baseline or the quarantine knows every finding. */
  readonly expected: boolean;
  readonly operations: { readonly ok: number; readonly fail: number; readonly unknown: number };
  /** By who answered; `refused` never got past the edge. */
  readonly requests: {
    readonly primary: number;
    readonly backup: number;
    readonly refused: number;
  };
  readonly simulatedMs: number;
  /** Rules that failed, and asserted rules that were inconclusive. */
  readonly findings: readonly ComparedFinding[];
  /** Ids of the other rules that were inconclusive: they had nothing to judge. Absent when there are none. */
  readonly unseen?: readonly string[];
  /** What it cost the people behind the application. */
  readonly cost: Cost;
  /** How available sign-in was in its outage; absent without an outage. */
  readonly availability?: Availability;
  /** What the application got in the outage, when it stands for a row of the backup system's flow table. */
  readonly row?: FlowOutcome;
  /** The side of an open question about the service that it was played with. */
  readonly side?: OpenQuestion;
}

/** `results.json`. `fixed`, `quarantine`, `failures` and `missing` are only there when there are any. */
export interface Results {
  readonly schema: "brownout/results/1";
  readonly seed: string;
  readonly brownout: string;
  readonly totals: {
    readonly runs: number;
    readonly pass: number;
    readonly fail: number;
    readonly inconclusive: number;
    /** Failures that the baseline does not know. */
    readonly unexpected: number;
    /** Entries of the baseline whose rule now passes. */
    readonly fixed: number;
    readonly simulatedMs: number;
    /** The highest of each figure in any run. */
    readonly cost: Cost;
  };
  readonly runs: readonly RunResult[];
  /** How available sign-in was for each client; absent without an outage. */
  readonly scores?: readonly Score[];
  readonly fixed?: readonly BaselineEntry[];
  /** What is in quarantine, and what it did this time. */
  readonly quarantine?: readonly QuarantineSeen[];
  readonly failures?: readonly FailedRun[];
  /** Shards without results: what is said here is partial. Their runs stand in `failures`, too. */
  readonly missing?: readonly MissingShard[];
}

/** The text of `results.json`. */
export function writeResults(results: Results): string {
  return `${JSON.stringify(results, null, 2)}\n`;
}

/** Whether neither the baseline nor the quarantine knows a finding. */
export function isUnexpected({ baseline, quarantined }: ComparedFinding): boolean {
  return baseline === "new" && quarantined === undefined;
}

/** Whether the quarantine alone knows a finding. */
export function isQuarantined({ baseline, quarantined }: ComparedFinding): boolean {
  return baseline === "new" && quarantined !== undefined;
}

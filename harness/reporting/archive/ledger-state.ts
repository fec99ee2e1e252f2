/**
 * What the ledger remembers from session to session, so that a session is compared with what was
 * reported and not with the one before it. Plain data; the archive keeps it.
 */
import type { ChangeDetail, FromTo, Problem, Subject } from "./change.ts";
import type { Figure } from "./figures.ts";

/** A scenario with a client and a mount. */
export type RunSubject = Required<Pick<Subject, "scenario" | "client" | "mount">>;

/** A rule in such a run. */
export type FindingSubject = Required<Subject>;

/** A finding while it is there: from when its rule failed, or had nothing to judge, until it holds. */
export interface Occurrence {
  /** Ids of sessions. `lastGood` is the last before `firstSeen` in which the rule held. */
  readonly firstSeen: number;
  readonly lastGood?: number;
  readonly lastSeen: number;
  readonly times: number;
  /** Versions of the client under test in the last good session and in the first bad one. */
  readonly versions?: FromTo;
  /** As it was last seen. */
  readonly version: string;
  readonly message: string;
  /** All causes that controls found since it is there. */
  readonly cause?: string;
  readonly count: Figure;
  /** The baseline or the quarantine accepted it when it was last seen. */
  readonly accepted: boolean;
  readonly quarantined: boolean;
  /** What was reported of it; absent while it was accepted. `gone`: its scenario is no longer run. */
  readonly reported?: "failing" | "flaky" | "inconclusive" | "gone";
  /** What both outcomes come from, while it is reported as flaky. */
  readonly flakyBy?: "chance" | "seed";
  /** It was reported that it cannot be judged now. */
  readonly unjudged?: true;
  /** Seeds with which the rule failed in this occurrence. */
  readonly seeds: readonly string[];
  /** In so many sessions in a row it held with other seeds only, which need not be a fix. */
  readonly heldOtherwise: number;
  /** While it is flaky: what it did last, how often in a row, and how often at most before. */
  readonly streaks?: Streaks;
}

/** How often in a row a flaky finding failed and held. */
export interface Streaks {
  readonly now: "failing" | "holding";
  readonly length: number;
  readonly longest: { readonly failing: number; readonly holding: number };
}

/** What is remembered of a finding. */
export interface FindingState {
  readonly id: string;
  readonly subject: FindingSubject;
  /** Absent while it holds. */
  readonly open?: Occurrence;
  /** The last session in which its rule held; absent when it never did. */
  readonly lastHeld?: { readonly session: number; readonly version: string };
  /** How many of its occurrences were reported and fixed. */
  readonly fixed: number;
}

/** What is remembered of a run. */
export interface RunState {
  readonly subject: RunSubject;
  readonly status: "present" | "unknown" | "gone";
  readonly lastSeen: number;
  /** In so many finished sessions in a row it was not run. */
  readonly missing: number;
  readonly command?: string;
  readonly shape?: string;
  readonly seed: string;
  readonly withoutToken: Figure;
}

/** What is remembered of a job. */
export interface JobState {
  /** Problems of whole sessions that were reported and are not over. */
  readonly problems: readonly Problem[];
  /** When something was last reported, ISO 8601, and how many sessions have passed since. */
  readonly reportedAt: string;
  readonly quietRuns: number;
}

/** All that is remembered of one job on one branch. */
export interface Ledger {
  readonly job?: JobState;
  readonly runs: readonly RunState[];
  readonly findings: readonly FindingState[];
}

/** A change, with sessions by their ids. */
export interface RecordedChange {
  readonly id: string;
  readonly job: string;
  readonly branch?: string;
  readonly subject: Subject;
  readonly session: number;
  readonly finding?: string;
  readonly version?: string;
  readonly message?: string;
  readonly since?: Pick<Occurrence, "firstSeen" | "lastGood" | "times" | "versions">;
  readonly detail: ChangeDetail;
}

/** What earlier sessions of the job say. */
export interface Past {
  /** The last session before this one in which that run was played and its rule held. */
  readonly lastGood: (
    subject: FindingSubject,
  ) => { readonly session: number; readonly version: string } | undefined;
  /** What a rule said in earlier sessions with the inputs of this one and any seed. */
  readonly withEqualInputs: (subject: FindingSubject) => readonly EarlierOutcome[];
}

/** What a rule said in an earlier session. */
export interface EarlierOutcome {
  readonly seed: string;
  readonly state: "failing" | "holding";
}

/** Takes a change to report. */
export type Report = (subject: Subject, detail: ChangeDetail, finding?: FindingState) => void;

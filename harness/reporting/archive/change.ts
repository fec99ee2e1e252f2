/**
 * What the ledger of an archive records: changes that a person should hear of, each with an id
 * that stays the same in every copy of the archive, and what is known about them. Plain data,
 * so that every channel and every report can word it in its own way.
 */

/** A package with its version. */
interface PackageVersion {
  readonly name: string;
  readonly version: string;
}

/** For how much of the outages a client had sign-in, from 0 to 100. */
export interface ClientScore {
  readonly client: string;
  readonly score: number;
}

/** What is known of a session beside its results; a part of `run.json`. */
export interface SessionFacts {
  /** Which job it is a run of; findings are followed from run to run of one job. */
  readonly job: string;
  readonly command?: string | undefined;
  readonly branch?: string | undefined;
  readonly commit?: string | undefined;
  /** The address of the build. */
  readonly build?: string | undefined;
  readonly host?: string | undefined;
  readonly os?: string | undefined;
  readonly node?: string | undefined;
  /** Of the backup system's rules. */
  readonly edition?: string | undefined;
  /** Real time, ms. */
  readonly durationMs?: number | undefined;
  /** Client packages that were loaded. */
  readonly clients?: readonly PackageVersion[] | undefined;
  /** How available sign-in was in the outages, from 0 to 100, by client. */
  readonly scores?: readonly ClientScore[] | undefined;
  /** `failed`: the session, or one of its runs, could not be brought to its end. */
  readonly outcome: "finished" | "failed" | "interrupted";
  readonly exitCode?: number | undefined;
  /** What kept it from its end. */
  readonly problems?: readonly Problem[] | undefined;
}

/** What kept a session, or one of its runs, from its end. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly place?: string | undefined;
  readonly hint?: string | undefined;
}

/** A session as changes and reports name it: everything but its runs. */
export interface SessionHead {
  /** Its number in the archive. */
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly recordedAt: string;
  /** What the person or the CI service called it. */
  readonly label?: string;
  readonly brownout: string;
  readonly seed: string;
  /** Absent for sessions of archives that did not record it. */
  readonly facts?: SessionFacts;
}

/** What a change is about; a part is absent where it is about all of them. */
export interface Subject {
  readonly scenario?: string;
  /** The name of the client, without its version. */
  readonly client?: string;
  readonly mount?: string;
  readonly rule?: string;
}

/** What differs between two sessions that could be why a finding appeared. */
export interface Differences {
  /** Absent where both have the same, or where one is not known. */
  readonly commits?: FromTo;
  /** Clients under test and the packages that they loaded. */
  readonly packages: readonly PackageChange[];
  readonly brownout?: FromTo;
  readonly node?: FromTo;
  readonly edition?: FromTo;
  readonly seed?: FromTo;
  readonly host?: FromTo;
  readonly command?: FromTo;
}

/** A value before and after. */
export interface FromTo {
  readonly from: string;
  readonly to: string;
}

/** A package whose version differs; without `from` it is new, without `to` it is gone. */
export interface PackageChange {
  readonly name: string;
  readonly from?: string;
  readonly to?: string;
}

/** Since when a finding has been there, and by which change. */
export interface Since {
  /** The first session of this occurrence: before it the finding was not there, or nothing is known. */
  readonly firstSeen: SessionHead;
  /** The last session in which its rule held; absent for a finding that was there from its first run on. */
  readonly lastGood?: SessionHead;
  /** Between these two; absent without a last good one. */
  readonly between?: Differences;
  /** In how many sessions of this occurrence it was seen. */
  readonly times: number;
}

/** What happened, in the terms of its kind. */
export type ChangeDetail =
  /** A finding that is not accepted. `again`: it was fixed before. `stays`: it came and went before, and stays now. `otherwise`: by another cause than before. */
  | { readonly kind: "new"; readonly how: "first" | "again" | "stays" | "otherwise" }
  /** It is there as before, and a figure of it is far higher than when it was last reported. */
  | {
      readonly kind: "worse";
      /** `count`: the largest count that the rule names. `without-token`: ms in which somebody wanted a token and had none. */
      readonly figure: "count" | "without-token";
      readonly from: number;
      readonly to: number;
    }
  /** It holds again, can be judged again, or runs again. */
  | { readonly kind: "fixed"; readonly was: "failing" | "flaky" | "inconclusive" | "not-run" }
  /** Equal inputs gave both outcomes (`chance`), or the outcome depends on the seed. */
  | {
      readonly kind: "flaky";
      readonly by: "chance" | "seed";
      /** Seeds with which it fails, and with which it holds. */
      readonly failing: readonly string[];
      readonly holding: readonly string[];
    }
  /** The job no longer runs the scenario. `renamedTo`: a scenario that does exactly the same. */
  | { readonly kind: "gone"; readonly renamedTo?: string }
  /** A rule that failed or held has nothing to judge now. */
  | { readonly kind: "inconclusive"; readonly was: "failing" | "holding" | "not-run" }
  /** A run, or the whole session, did not come to its end: nothing is known of it tonight. */
  | { readonly kind: "unknown"; readonly problem: Problem }
  /** The archive was damaged and begun anew: since when its open findings exist is no longer known. */
  | {
      readonly kind: "archive-lost";
      /** What the damaged file is called now. */
      readonly keptAs: string;
      /** What fails in the first session after it, as `scenario, client: rule`. */
      readonly open: readonly string[];
    }
  /** A channel has not taken anything for several runs. */
  | {
      readonly kind: "channel-down";
      readonly channel: string;
      readonly runs: number;
      readonly error: string;
    }
  /** Nothing changed for a while; the job is alive. */
  | {
      readonly kind: "heartbeat";
      /** Sessions since the last change or heartbeat. */
      readonly runs: number;
      /** Findings that are open and not accepted. */
      readonly open: number;
    };

/** A change that is delivered once to each channel. */
export interface Change {
  /** Twelve hexadecimal digits; the same in every copy of the archive. */
  readonly id: string;
  readonly job: string;
  readonly branch?: string;
  readonly subject: Subject;
  /** The session that brought it. */
  readonly session: SessionHead;
  /** The finding's own id, the same in all of its changes; absent where the change is about no finding. */
  readonly finding?: string;
  /** Version of the client under test, as it was last seen. */
  readonly version?: string;
  /** What the rule says, as it was last seen. */
  readonly message?: string;
  /** Of a finding: since when, and by which change. */
  readonly since?: Since;
  readonly detail: ChangeDetail;
}

/** The kinds of changes, those that want action first. */
export const changeKinds = [
  "archive-lost",
  "unknown",
  "new",
  "worse",
  "inconclusive",
  "gone",
  "flaky",
  "channel-down",
  "fixed",
  "heartbeat",
] as const satisfies readonly ChangeDetail["kind"][];

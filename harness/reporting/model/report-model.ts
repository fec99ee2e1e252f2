/**
 * One session of runs as every report shows it: what broke, for whom, for how long and what to
 * do about it; what is inconclusive, known, fixed or in quarantine; what held. `buildReport`
 * makes it once, and each format renders it without deriving anything. But for `results` and
 * `histories` it is plain data: `report.html` carries it as JSON. Texts of users stand in it
 * unescaped; each format escapes them for itself.
 */
import type { History } from "../../history/event.ts";
import type { Story } from "../../runner/scenario.ts";
import type { BaselineEntry } from "./baseline.ts";
import type { EntryNotes } from "./entry-notes.ts";
import type { FlowTable } from "./flow-table.ts";
import type { SideTable } from "./side-table.ts";
import type { RunReference } from "./run-reference.ts";
import type { ComparedFinding, FailedRun, Results, RunResult } from "./results.ts";
import type { SessionStanding, Standing } from "./standing.ts";

/** The plain data of the report. */
export interface ReportData {
  readonly brownout: string;
  /** Empty for the HAR of another tool. */
  readonly seed: string;
  readonly standing: SessionStanding;
  /** The outcome in a few words, such as `2 unexpected findings`. */
  readonly headline: string;
  /** One sentence with the counts of runs, verdicts and findings. */
  readonly totalsText: string;
  readonly totals: ReportTotals;
  /** How available sign-in was, a sentence for each client. */
  readonly scoreTexts: readonly string[];
  /** What all runs cost and which cost most, in words; absent when they cost nothing. */
  readonly costText?: string;
  /** When the first run began, ms since the Unix epoch, virtual; zero when there is none. */
  readonly startedAt: number;
  /** In the order of the results. */
  readonly runs: readonly RunReport[];
  /** What is known of the rules that the runs name, by id. */
  readonly rules: Readonly<Record<string, RuleText>>;
  readonly broken: readonly BrokenRun[];
  readonly inconclusive: readonly InconclusiveRun[];
  readonly held: readonly HeldGroup[];
  readonly known: readonly KnownGroup[];
  /** What scenarios break on purpose, as they say themselves. */
  readonly expected: readonly KnownGroup[];
  /** Entries of the baseline whose rule passes now. */
  readonly fixed: readonly BaselineEntry[];
  /** A line for each entry of the quarantine, with what it did this time. */
  readonly quarantine: readonly string[];
  /** What to do about entries of the baseline and the quarantine themselves. */
  readonly entryNotes: EntryNotes;
  /** Runs that the harness could not finish. */
  readonly failures: readonly FailedRun[];
  /** Runs that were not played, or not to their end, for a reason that is not theirs: Ctrl-C, a time limit, a missing shard. */
  readonly cutShort: readonly CutShortGroup[];
  /** Runs that began again because their browser died. */
  readonly relaunched: readonly RelaunchedRun[];
  readonly scenarios: ScenarioTable;
  /** Absent when no run stands for a row of the backup system's flow table. */
  readonly flows?: FlowTable;
  /** Questions about the service that no source settles, with what came of each answer. */
  readonly sides: readonly SideTable[];
  /** Where the results come from: pairs of a name and what is known. Only in `report.html`. */
  readonly provenance?: readonly (readonly [name: string, text: string])[];
}

/** What `buildReport` makes: the data, `results.json`, and the histories by the id of their run. */
export interface ReportModel extends ReportData {
  readonly results: Results;
  readonly histories: ReadonlyMap<string, History>;
}

/** The totals of `results.json` with two more counts of findings. */
export type ReportTotals = Results["totals"] & {
  /** Findings that the baseline knows. */
  readonly known: number;
  /** Findings that the scenarios themselves expect. */
  readonly expected: number;
  /** Findings that only the quarantine knows. */
  readonly quarantined: number;
};

/** One run: its result and what explains it. */
export interface RunReport
  extends RunReference, Omit<RunResult, "findings" | "unseen" | "client" | "row" | "side"> {
  readonly standing: Standing;
  /** What the scenario is called in words; absent, as its story, for a history without a scenario. */
  readonly title?: string;
  readonly story?: Story;
  readonly findings: readonly FindingReport[];
  /** Ids of asserted rules that passed. */
  readonly held: readonly string[];
  /** The command that runs it again. */
  readonly replay?: string;
  /** The file of a user's own scenario, relative to where the command was called. */
  readonly file?: string;
  /** Its journal, relative to where the command was called. */
  readonly journal?: string;
  /** Says that the service refused the client for its configuration, against which no advice about outages helps. */
  readonly configuration?: string;
  /** Why its requests show nothing, where no operation does. */
  readonly unproved?: string;
  /** How its first browser died, in a sentence; its history is that of the second. */
  readonly relaunched?: string;
  /** What it cost the people behind the application, in words; absent when it cost nothing. */
  readonly costText?: string;
  /** For how long people were without a token and at what price, in a sentence. */
  readonly howLong: string;
  /** How many events its history has. */
  readonly events: number;
}

/** A finding with where it stands. */
export interface FindingReport extends ComparedFinding {
  readonly standing: Standing;
  /** Absent for a finding that is accepted by neither the baseline nor the quarantine. */
  readonly acceptedAs?: "known" | "expected" | "in quarantine";
  /** Why it is accepted: by the baseline, the quarantine, or the scenario that expects it. */
  readonly reason?: string;
  /** What its control found, in a sentence. */
  readonly controlText?: string;
  /** Since when it is there, when its rule held last and what changed between, in a sentence; where the archive knows. */
  readonly sinceText?: string;
}

/** What is known of a rule: what it demands, and what to do when it fails. */
export interface RuleText {
  readonly says?: string;
  readonly fix?: string;
}

/** A run with failures that neither the baseline nor the quarantine knows. */
export interface BrokenRun extends Pick<
  RunReport,
  "title" | "configuration" | "costText" | "howLong" | "replay"
> {
  readonly run: RunReference;
  readonly mount: string;
  readonly simulatedMs: number;
  /** Absent where the configuration was refused: the scenario's advice would mislead. */
  readonly story?: Story;
  /** The new failures only. */
  readonly findings: readonly FindingReport[];
}

/** A run with asserted rules that saw nothing to judge, which neither the baseline nor the quarantine knows. */
export interface InconclusiveRun {
  readonly run: RunReference;
  /** Absent for a run that is also broken, where it stands already. */
  readonly configuration?: string;
  /** Why none of its many rules had anything to judge, to be said once. */
  readonly unproved?: string;
  readonly findings: readonly FindingReport[];
}

/** The asserted rules of a client that passed, each with the runs in which it did. */
export interface HeldGroup {
  readonly client: string;
  readonly rules: readonly {
    readonly rule: string;
    /** What the rule demands. */
    readonly says?: string;
    readonly runs: readonly RunReference[];
  }[];
}

/** Findings of one client that are accepted for one reason, with the first as an example. */
export interface KnownGroup {
  readonly client: string;
  readonly reason: string;
  readonly count: number;
  readonly rules: readonly { readonly rule: string; readonly runs: readonly RunReference[] }[];
  readonly example: {
    readonly run: RunReference;
    readonly message: string;
    readonly evidence: readonly number[];
    /** What its control found. */
    readonly controlText?: string;
  };
}

/** Runs that one thing has cut short. */
export interface CutShortGroup {
  /** Of each of them, such as `it was interrupted before its end`. */
  readonly message: string;
  readonly hint?: string;
  readonly runs: readonly Pick<FailedRun, "scenario" | "client">[];
}

/** A run whose browser died, with how, in a sentence. */
export interface RelaunchedRun {
  readonly run: RunReference;
  readonly text: string;
}

/** Scenarios by clients, both in the order in which they ran. */
export interface ScenarioTable {
  readonly clients: readonly {
    readonly client: string;
    /** Such as `87 pass, 3 known`. */
    readonly counts: string;
  }[];
  readonly rows: readonly ScenarioRow[];
}

/** One scenario with all its clients. */
export interface ScenarioRow {
  readonly scenario: string;
  readonly title?: string;
  readonly runs: readonly ScenarioCell[];
  /** Clients with which it did not finish. */
  readonly failed: readonly string[];
}

/** One scenario with one client. */
export interface ScenarioCell extends RunReference {
  readonly mount: string;
  readonly standing: Standing;
  /** Ids of the rules with findings. */
  readonly rules: readonly string[];
}

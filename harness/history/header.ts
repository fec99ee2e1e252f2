/** The header of a journal, with what a scenario says in advance: bounds, a row of the flow table, and how a control differs. */
import type { UnmetFault } from "../faults/unmet-faults.ts";

/**
 * Bounds that a scenario can set for the rules. Without one, the default of the rule applies.
 *
 * @example
 * const limits: RuleLimits = { recoveryWithinMs: minutes(5), promptsMax: 0 };
 */
export interface RuleLimits {
  /** How long after the last fault operations may still fail, in ms. */
  readonly recoveryWithinMs?: number;
  /** How many requests per minute the service can serve in recovery, from all clients together. */
  readonly recoveryRequestsPerMinuteMax?: number;
  /** How long a failing refresh past refresh_in may delay an operation, in ms. */
  readonly proactiveRefreshDelayMaxMs?: number;
  /** How many like requests one client may send in five minutes; the loop detection of ESTS is at 15. */
  readonly likeRequestsPer5MinutesMax?: number;
  /** The share of operations, of those that could end ok, that must, 0 to 1. */
  readonly availabilityMin?: number;
  /** How often an outage may make users sign in who were signed in before it. */
  readonly promptsMax?: number;
  /** How long a call for a token may take until it ends, in ms; a sign-in by a person has 15 minutes in any case. */
  readonly callMaxMs?: number;
  /** How long a user may see a blank page or a spinner, in ms. */
  readonly screenStuckMaxMs?: number;
}

/**
 * The row of the backup system's table that an application is an example of, with what Microsoft's
 * documents promise.
 *
 * @example
 * const promised = history.header.row?.documented; // "protected"
 */
export interface FlowRow {
  /** A flow of the table, or `userinfo`. */
  readonly flow: string;
  /** Which application is meant, such as `a desktop app`. */
  readonly as: string;
  /** The edition of the documents. */
  readonly edition: string;
  /** Whether the documents say that the backup protects the flow: yes, no, or in no case. */
  readonly documented: "protected" | "not" | "never";
  /** What the document says, in our own words. */
  readonly says: string;
  /** The address of the document. */
  readonly source: string;
}

/**
 * A question about the service that no source settles, and the answer that the scenario goes by.
 * Scenarios with one question show its sides: the summary has them beside each other.
 *
 * @example
 * const side: OpenQuestion = { question: "Do tokens of apps come with refresh_in?", answer: "no" };
 */
export interface OpenQuestion {
  readonly question: string;
  readonly answer: string;
}

/**
 * A rule that a scenario breaks on purpose: by its script or its world, and not by a fault of the
 * client. When the rule is kept instead, the run is inconclusive.
 *
 * @example
 * const expected: ExpectedFailure = {
 *   rule: "supported-flow",
 *   because: "The script signs users in by password, which the backup never serves.",
 * };
 */
export interface ExpectedFailure {
  /** The id of the rule. */
  readonly rule: string;
  /** Why the scenario breaks it, in a sentence. */
  readonly because: string;
  /** A part of what the rule says; broken in another way, it is a finding. Default: any failure of the rule is expected. */
  readonly saying?: string;
}

/**
 * How a run differs from its scenario: that of a control, which finds out what a finding depends
 * on, or one with remedies. Nothing in it: as the scenario says.
 *
 * @example
 * const withoutFaults: Variation = { faults: [] };
 * const withEarlyRefresh: Variation = { values: { "settings.refreshIn.tokens": "user-and-app" } };
 */
export interface Variation {
  /** Ids of the fault windows that stay; default: all. */
  readonly faults?: readonly string[];
  /** Names of the remedies that are around the client, such as `last-good-token`; default: none. */
  readonly remedies?: readonly string[];
  /** Other values, by path: `settings.` and a field of the service settings, or `faults.`, the id of a window and a field of it. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/**
 * A test of a suite, and what it expected: a journal with it is judged by that, and not by every rule.
 *
 * @example
 * const title = history.header.test?.title; // "orders > works through an hour without Entra"
 */
export interface SuiteTest {
  /** With the names of the suites around it. */
  readonly title: string;
  /** The command that runs it again, under the test runner that ran it. */
  readonly again?: string;
  /** What each of its expectations came to; the last outcome of one that was tried again. */
  readonly findings: readonly TestFinding[];
}

/**
 * What one expectation of a test came to.
 *
 * @example
 * const failed = history.header.test?.findings.filter(({ verdict }) => verdict === "fail");
 */
export interface TestFinding {
  /** The id of a rule, a matcher without "to have" such as `requested`, or `test` for what the test expected otherwise. */
  readonly rule: string;
  readonly verdict: "pass" | "fail" | "inconclusive";
  readonly message: string;
  /** Indices of the events that show it. */
  readonly evidence: readonly number[];
  /** The document the rule comes from; the test's file for what is no rule. */
  readonly source: string;
}

/**
 * The first line of a journal: what was run, so that it can be run again.
 *
 * @example
 * const { seed, scenario } = parseJournal(text, "run.jsonl").header;
 */
export interface JournalHeader {
  readonly schema: "brownout/journal/1";
  readonly brownout: string;
  readonly scenario: string;
  /** The path of the scenario's file; absent for one from the library. */
  readonly file?: string;
  readonly client: { readonly name: string; readonly version: string };
  readonly mount: string;
  readonly seed: string;
  /** The edition of the documents that the backup system followed; absent when it was the scenario's own. */
  readonly edition?: string;
  /** Virtual time, in ms since the Unix epoch. */
  readonly startedAt: number;
  /** Until when the history reaches, when that is later than its last event: a test reads it in the middle. Virtual time, in ms since the Unix epoch. */
  readonly endsAt?: number;
  /** The rules that the scenario asserts: these must come to a conclusion. */
  readonly asserts: readonly string[];
  readonly limits?: RuleLimits;
  readonly row?: FlowRow;
  /** The side of an open question that the scenario shows. */
  readonly side?: OpenQuestion;
  /** What the scenario breaks on purpose; absent when it is nothing. */
  readonly expects?: readonly ExpectedFailure[];
  /** How it differs from its scenario; absent when it does not. */
  readonly variation?: Variation;
  /** An earlier test of the same process was issued tokens that were still valid when this one began: a client that has outlived it may use them. Absent when not, or unknown. */
  readonly earlierTokens?: true;
  /** The origin of another identity provider that answered what no fault took; absent when the simulated one did. */
  readonly upstream?: string;
  /** The pages of the run were watched for errors that nothing in them caught. Absent when they were not, or there were none. */
  readonly watchesPages?: true;
  /** Of application instances that run in the process of an earlier one, the name of that one; absent when each has its own. */
  readonly sharedProcesses?: Readonly<Record<string, string>>;
  /** The faults that took no request; absent when each took one, or there were none. */
  readonly unmetFaults?: readonly UnmetFault[];
  /** The test of a suite that it is of; absent for a scenario. */
  readonly test?: SuiteTest;
}

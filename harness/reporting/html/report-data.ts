/**
 * What `report.html` carries, as plain data: the contract between the assembly, which runs in
 * Node, and the page, which runs in the browser. It is what the other reports say, with what
 * the page needs to draw a run. Texts of others stand here as they are; the page shows them as
 * text and never as markup.
 */
import type { HistoryEvent } from "../../history/event.ts";
import type { Story } from "../../runner/scenario.ts";
import type { BaselineEntry } from "../baseline.ts";
import type { FailedRun, Results, RunResult } from "../results.ts";

/** The whole report but the histories, which lie beside it, one compressed block a run. */
export interface ReportData {
  readonly headline: string;
  /** `bad`: something new is wrong, or not finished; `open`: something was not seen. */
  readonly tone: "good" | "open" | "bad";
  readonly brownout: string;
  readonly seed: string;
  readonly totals: Results["totals"] & { readonly known: number };
  /** In the order of the results. */
  readonly runs: readonly RunData[];
  /** What is known of the rules that the findings and the held rules name, by id. */
  readonly rules: Readonly<Record<string, RuleData>>;
  /** What all runs cost, and the worst, in words; absent when they cost nothing. */
  readonly cost?: string;
  readonly fixed: readonly BaselineEntry[];
  /** What is in quarantine, a line each. */
  readonly quarantine: readonly string[];
  readonly failures: readonly FailedRun[];
  /** How many runs Ctrl-C cut short. */
  readonly interrupted: number;
  readonly flows?: FlowsData;
}

export interface RuleData {
  readonly says?: string;
  readonly fix?: string;
}

/** One run: its result, and what explains it. */
export interface RunData extends Omit<RunResult, "findings" | "unseen" | "client" | "row"> {
  /** Unique in the report and stable over reports; it stands in addresses. */
  readonly id: string;
  /** Name and version. */
  readonly client: string;
  readonly title?: string;
  readonly findings: readonly FindingData[];
  readonly story?: Story;
  /** The command that runs it again. */
  readonly replay?: string;
  /** Ids of asserted rules that passed. */
  readonly held: readonly string[];
  /** Says that it was refused for its configuration, which no advice about outages mends. */
  readonly configuration?: string;
  /** How its first browser died, when it began anew in another. */
  readonly relaunched?: string;
  /** What it cost the people behind the application, in words; absent when it cost nothing. */
  readonly costText?: string;
  /** From the first call without a token to the last good one after such; ms since the start. */
  readonly withoutToken?: { readonly fromMs: number; readonly toMs: number };
  /** How many events its history has; absent when the report has no history of it. */
  readonly events?: number;
}

export type FindingData = RunResult["findings"][number] & {
  /** Why it is lived with, when it is known. */
  readonly reason?: string;
};

export interface FlowsData {
  readonly title: string;
  readonly about: string;
  readonly heads: readonly string[];
  readonly rows: readonly {
    readonly run: string;
    readonly cells: readonly string[];
    readonly isAsDocumented: boolean;
  }[];
  readonly sources: readonly string[];
}

/** A history as the page has it: bodies, headers and addresses stay in the journal. */
export interface SlimHistory {
  /** ms since the Unix epoch, virtual. */
  readonly startedAt: number;
  readonly events: readonly SlimEvent[];
}

/** An event without its index, which is its place in the list. */
export type SlimEvent = WithoutIndex<HistoryEvent>;

type WithoutIndex<Event> = Event extends unknown ? Omit<Event, "index"> : never;

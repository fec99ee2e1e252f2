/** What a run was with some remedies around its client, in figures that can be compared. */
import type { History } from "../../history/event.ts";
import { operationsOf } from "../../rules/model/exchanges.ts";
import type { RunOutcome } from "../../runner/run.ts";
import type { Cost } from "../model/cost.ts";
import type { JudgedRun } from "../model/results.ts";
import { resultOf } from "../model/build-results.ts";

/** How often a remedy was in effect. */
export type RemedyUse = NonNullable<RunOutcome["remedies"]>[number];

/** Before the first fault, while any is in effect, and after the last. */
export type Phase = "before" | "during" | "after";

/** What can be counted of a run. */
export interface Figures extends Omit<Cost, "slaBudgetShare"> {
  /** Calls that got no token. */
  readonly callsFailed: number;
  /** Requests that left the client, to any host. */
  readonly requests: number;
  /** The same by when they were sent. */
  readonly requestsIn: Readonly<Record<Phase, number>>;
  /** Sign-in pages that people were shown. */
  readonly prompts: number;
  /** How long the longest call for a token took, ms. */
  readonly longestCallMs: number;
  /** When that call was made, ms after the start. */
  readonly longestCallAtMs: number;
  /** Tokens that the backup issued. */
  readonly fromBackup: number;
}

/** A rule that fails. */
export interface Failing {
  readonly rule: string;
  readonly message: string;
}

/** A run with some remedies, or with none. */
export interface Trial {
  readonly remedies: readonly string[];
  readonly uses: readonly RemedyUse[];
  readonly figures: Figures;
  /** But for what the scenario breaks on purpose. */
  readonly failing: readonly Failing[];
  /** Rules that pass. */
  readonly passing: readonly string[];
  /** The journal, as its path is shown. */
  readonly journal: string;
}

/** Counts a run. */
export function trialOf(
  run: JudgedRun,
  {
    remedies,
    uses = [],
    journal,
  }: Pick<Trial, "remedies" | "journal"> & { readonly uses?: readonly RemedyUse[] | undefined },
): Trial {
  const { findings, cost, operations } = resultOf(run, { baseline: [], quarantine: [] });
  const { slaBudgetShare: _, ...costs } = cost;
  return {
    remedies,
    uses,
    journal,
    figures: { ...costs, callsFailed: operations.fail, ...countsOf(run.history) },
    failing: findings.flatMap(({ rule, message, verdict, baseline }) =>
      verdict === "fail" && baseline !== "expected" ? [{ rule, message }] : [],
    ),
    passing: run.findings.flatMap(({ rule, verdict }) => (verdict === "pass" ? [rule] : [])),
  };
}

function countsOf(history: History): Omit<Figures, keyof Cost | "callsFailed"> {
  const { header, events } = history;
  const sent = events.filter(({ kind }) => kind === "exchange-began");
  const phaseOf = phasesOf(history);
  const requestsIn = { before: 0, during: 0, after: 0 };
  for (const { at } of sent) requestsIn[phaseOf(at)] += 1;
  const calls = operationsOf(history).map(({ invoked, completed }) => ({
    atMs: invoked.at - header.startedAt,
    tookMs: (completed?.at ?? events.at(-1)?.at ?? invoked.at) - invoked.at,
  }));
  const longest = calls.reduce((one, other) => (other.tookMs > one.tookMs ? other : one), {
    atMs: 0,
    tookMs: 0,
  });
  return {
    requests: sent.length,
    requestsIn,
    prompts: events.filter(({ kind }) => kind === "prompt-shown").length,
    longestCallMs: longest.tookMs,
    longestCallAtMs: longest.atMs,
    fromBackup: events.filter(
      (event) =>
        event.kind === "exchange-ended" &&
        event.servedBy === "backup" &&
        event.issued !== undefined,
    ).length,
  };
}

function phasesOf({ events }: History): (at: number) => Phase {
  const first = events.find(({ kind }) => kind === "fault-began")?.at ?? Infinity;
  const last = events.findLast(({ kind }) => kind === "fault-ended")?.at ?? Infinity;
  return (at) => (at < first ? "before" : at < last ? "during" : "after");
}

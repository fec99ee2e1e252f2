/** Which remedies do something about findings that a baseline knows, one row a finding. */
import { formatDuration } from "../../core/time/duration.ts";
import { count } from "../model/wording.ts";
import { isForRun } from "../model/baseline.ts";
import type { RemediesOfRun, Tried } from "./remedies-report.ts";

/** A finding of a baseline. */
export interface KnownFinding {
  readonly scenario: string;
  /** With its major version, such as `msal-node@7`. */
  readonly client: string;
  readonly rule: string;
}

/** What remedies do about one finding. */
export interface KnownRow extends KnownFinding {
  /** Remedies after which the rule no longer fails, each by itself. */
  readonly fixedBy: readonly string[];
  /** Whether it no longer fails with all together. */
  readonly fixedTogether: boolean;
  /** Time without a token in the run: as it is, and with all together, ms. */
  readonly withoutTokenMs: { readonly before: number; readonly together: number };
  /** What each of `fixedBy` makes worse; absent where it is nothing. */
  readonly worse: Readonly<Record<string, readonly string[]>>;
}

/** Of a remedy, in how many runs it was in effect, and what came of it. */
export interface RemedySum {
  readonly remedy: string;
  /** Findings that it fixes by itself. */
  readonly fixes: number;
  /** Runs in which it acted. */
  readonly acted: number;
  /** Runs in which something is worse with it. */
  readonly worse: number;
  /** Runs in which its code never ran. */
  readonly notCalled: number;
}

/** All that is known of some findings. */
export interface KnownTable {
  readonly rows: readonly KnownRow[];
  readonly remedies: readonly RemedySum[];
  /** Findings of which nothing can be said, each with the reason. */
  readonly unplayed: readonly (KnownFinding & { readonly why: string })[];
}

/** Makes the table; `why` says why there is no run for a finding. */
export function knownTable(
  findings: readonly KnownFinding[],
  found: readonly RemediesOfRun[],
  why: (finding: KnownFinding) => string,
): KnownTable {
  const rows: KnownRow[] = [];
  const unplayed: (KnownFinding & { readonly why: string })[] = [];
  for (const { scenario, client, rule } of findings) {
    const finding = { scenario, client, rule };
    const run = found.find((one) => isForRun(finding, one));
    if (run === undefined) {
      unplayed.push({ ...finding, why: why(finding) });
    } else if (run.before.failing.every((one) => one.rule !== rule)) {
      unplayed.push({ ...finding, why: "the rule does not fail in the run" });
    } else {
      rows.push(rowOf(finding, run));
    }
  }
  return { rows, remedies: sumsOf(rows, found), unplayed };
}

function rowOf(finding: KnownFinding, { before, alone, together }: RemediesOfRun): KnownRow {
  const fixing = alone.flatMap((tried) => (fixes(tried, finding.rule) ? [tried] : []));
  const worse = fixing.flatMap((tried) =>
    tried.kind === "played" && tried.effect.kind === "acted" && tried.effect.worse.length > 0
      ? [[nameOf(tried), tried.effect.worse] as const]
      : [],
  );
  const withAll = together?.kind === "played" ? together.trial : before;
  return {
    ...finding,
    fixedBy: fixing.map(nameOf),
    fixedTogether: together !== undefined && fixes(together, finding.rule),
    withoutTokenMs: {
      before: before.figures.withoutTokenMs,
      together: withAll.figures.withoutTokenMs,
    },
    worse: Object.fromEntries(worse),
  };
}

/** Only what was in effect fixes anything. */
function fixes(tried: Tried, rule: string): boolean {
  return (
    tried.kind === "played" && tried.effect.kind === "acted" && tried.effect.fixes.includes(rule)
  );
}

function nameOf(tried: Tried): string {
  return (tried.kind === "played" ? tried.trial.remedies : tried.remedies)[0] ?? "";
}

function sumsOf(rows: readonly KnownRow[], found: readonly RemediesOfRun[]): readonly RemedySum[] {
  const all = found.flatMap(({ alone }) => alone);
  return [...Map.groupBy(all, nameOf)].map(([remedy, tried]) => {
    const effects = tried.flatMap((one) => (one.kind === "played" ? [one.effect] : []));
    const acted = effects.filter((effect) => effect.kind === "acted");
    return {
      remedy,
      fixes: rows.filter(({ fixedBy }) => fixedBy.includes(remedy)).length,
      acted: acted.length,
      worse: acted.filter(({ worse }) => worse.length > 0).length,
      notCalled: effects.filter(({ kind }) => kind === "not-called").length,
    };
  });
}

/** The table as lines of Markdown. */
export function knownLines({ rows, remedies, unplayed }: KnownTable): readonly string[] {
  const fixed = rows.filter(({ fixedBy }) => fixedBy.length > 0).length;
  const together = rows.filter(({ fixedTogether }) => fixedTogether).length;
  return [
    `Of ${count(rows.length, "known finding")}, ${fixed} ${fixed === 1 ? "is" : "are"} fixed by a remedy alone, and ${together} by all together.`,
    "",
    "| remedy | findings that it fixes alone | runs in which it acted | of these, something is worse in | runs in which it was not called |",
    "| --- | --- | --- | --- | --- |",
    ...remedies.map(
      ({ remedy, fixes: findings, acted, worse, notCalled }) =>
        `| ${remedy} | ${findings} | ${acted} | ${worse} | ${notCalled} |`,
    ),
    "",
    "| scenario | client | rule | fixed by | all together | without a token |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows.map(knownLine),
    ...unplayedLines(unplayed),
  ];
}

/** Findings of which nothing can be said, by the reason. */
function unplayedLines(unplayed: KnownTable["unplayed"]): readonly string[] {
  if (unplayed.length === 0) return [];
  const byReason = Map.groupBy(unplayed, ({ why }) => why);
  const lines = [...byReason].map(([why, findings]) => {
    const names = findings.map(({ scenario, client, rule }) => `${scenario} (${client}, ${rule})`);
    return `- ${why}: ${names.join(", ")}.`;
  });
  return ["", "Of these nothing can be said:", "", ...lines];
}

function knownLine(row: KnownRow): string {
  const { scenario, client, rule, fixedBy, fixedTogether, withoutTokenMs, worse } = row;
  const { before, together } = withoutTokenMs;
  const names = fixedBy.map((name) =>
    worse[name] === undefined ? name : `${name} (worse: ${worseOf(worse[name])})`,
  );
  const time = (ms: number): string => (ms === 0 ? "none" : formatDuration(ms));
  const change = before === together ? time(before) : `${time(before)} → ${time(together)}`;
  return `| ${scenario} | ${client} | ${rule} | ${names.join(", ") || "none"} | ${fixedTogether ? "fixed" : "not fixed"} | ${change} |`;
}

/** What is worse in a few words: the rules and figures, without the messages of rules. */
function worseOf(worse: readonly string[]): string {
  return worse
    .map((text) => text.replace(/ fails now: [^]*/, " fails").replaceAll("|", "/"))
    .join("; ");
}

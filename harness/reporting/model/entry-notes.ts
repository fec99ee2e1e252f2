/**
 * What should be done about entries of the baseline and the quarantine themselves: those that
 * match nothing any more, and those that are past their day.
 */
import { type BaselineEntry, isForRun, knows } from "./baseline.ts";
import type { QuarantineEntry } from "./quarantine.ts";
import type { RunResult } from "./results.ts";

/** The entries of a project, and what decides whether they are still needed. */
export interface ProjectEntries {
  /** Without those that come with the package. */
  readonly baseline: readonly BaselineEntry[];
  readonly quarantine: readonly QuarantineEntry[];
  /** Those whose reason no one has written yet, so that they accept nothing. */
  readonly withoutReason: readonly BaselineEntry[];
  /** Whether there may be a scenario of that name, though it did not run. */
  readonly mayExist: (scenario: string) => boolean;
  /** The day, such as 2027-01-31. */
  readonly today: string;
}

type Entry = BaselineEntry | QuarantineEntry;

/** What to do about the entries of a project, a line for each. */
export interface EntryNotes {
  /** Those that match nothing any more, with why. */
  readonly stale: readonly string[];
  /** Those whose day is over, with owner and link. */
  readonly overdue: readonly string[];
  /** Those that accept nothing, as they have no reason. */
  readonly withoutReason: readonly string[];
}

/** What to do about the entries of a project after these runs. */
export function entryNotes(
  runs: readonly RunResult[],
  entries: ProjectEntries | undefined,
): EntryNotes {
  if (entries === undefined) return { stale: [], overdue: [], withoutReason: [] };
  return {
    stale: staleLines(runs, entries),
    overdue: overdueLines(entries),
    withoutReason: entries.withoutReason.map(
      (entry) => `${nameOf(entry)}, in the baseline: "${entry.reason}"`,
    ),
  };
}

/** A line for each entry that matches nothing any more, with why. What passes now is `fixed`, and not among them. */
function staleLines(
  runs: readonly RunResult[],
  { baseline, quarantine, mayExist }: ProjectEntries,
): readonly string[] {
  const lines = (list: string, entries: readonly Entry[]): readonly string[] =>
    entries.flatMap((entry) => {
      const why = whyStale(entry, runs, mayExist);
      return why === undefined ? [] : [`${nameOf(entry)}, in the ${list}: ${why}`];
    });
  return [...lines("baseline", baseline), ...lines("quarantine", quarantine)];
}

/** A line for each entry whose day is over, with its owner and its link. */
function overdueLines({ baseline, quarantine, today }: ProjectEntries): readonly string[] {
  const lines = (list: string, entries: readonly Entry[]): readonly string[] =>
    entries.flatMap((entry) => {
      const { due, owner, link, reason } = entry;
      if (due === undefined || due >= today) return [];
      const whose = owner === undefined ? "" : ` (${owner})`;
      const where = link === undefined ? "" : ` ${link}`;
      return [`${nameOf(entry)}, in the ${list}: due ${due}${whose}. ${reason}${where}`];
    });
  return [...lines("baseline", baseline), ...lines("quarantine", quarantine)];
}

function whyStale(
  entry: Entry,
  runs: readonly RunResult[],
  mayExist: ProjectEntries["mayExist"],
): string | undefined {
  const ofScenario = runs.filter(({ scenario }) => scenario === entry.scenario);
  if (ofScenario.length === 0)
    return mayExist(entry.scenario) ? undefined : "there is no scenario of that name.";
  const theirs = ofScenario.filter((run) => isForRun(entry, run));
  const name = entry.client.replace(/(?<=.)@.*$/, "");
  const others = ofScenario.filter(({ client }) => client.name === name);
  if (theirs.length === 0) {
    const versions = [...new Set(others.map(({ client }) => client.version))];
    return others.length === 0 ? undefined : `it ran with ${name} ${versions.join(", ")}.`;
  }
  return "verdict" in entry ? whyUnmatched(entry, theirs) : undefined;
}

/** An entry of the baseline whose runs are there: without its finding, and without the rule passing. */
function whyUnmatched(entry: BaselineEntry, runs: readonly RunResult[]): string | undefined {
  const said = runs.flatMap(({ findings }) => findings.filter(({ rule }) => rule === entry.rule));
  if (runs.some((run) => run.findings.some((finding) => knows(entry, run, finding))))
    return undefined;
  const [other] = said;
  if (other !== undefined)
    return other.verdict === entry.verdict
      ? "the rule says something else now."
      : `the rule says ${other.verdict} now.`;
  const isUnseen = runs.some(({ unseen = [] }) => unseen.includes(entry.rule));
  return isUnseen ? "the rule had nothing to judge." : undefined;
}

function nameOf({ scenario, client, rule }: Entry): string {
  return `${scenario}, ${client}: ${rule}`;
}

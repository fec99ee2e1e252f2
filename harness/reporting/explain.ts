/**
 * What the reports for people say beyond the results: for whom a finding is bad, what to do,
 * which events show it, how to see it again. The command line gathers it once and hands it
 * to the terminal and to the summary, so that both tell the same.
 */
import type { Rule } from "../rules/rule.ts";
import type { History } from "../history/event.ts";
import type { Story } from "../runner/scenario.ts";
import { type BaselineEntry, isForRun } from "./baseline.ts";
import { configurationAdvice } from "./configuration.ts";
import { evidenceLines } from "../history/event-line.ts";
import type { ComparedFinding, RunResult } from "./results.ts";

/** What is known about one run beside its result. */
export interface RunContext {
  readonly history: History;
  /** Ids of the asserted rules that passed. */
  readonly held?: readonly string[];
  /** What the scenario is called in words; absent, as its story, for a history that no scenario of ours made. */
  readonly title?: string;
  readonly story?: Story;
  /** The command that runs it again. */
  readonly replay?: string;
  /** How its first browser died; the history is of the second. */
  readonly relaunched?: string;
}

export interface Explain {
  /** Evidence in virtual time, an event a line. */
  readonly evidence: (run: RunResult, finding: ComparedFinding) => readonly string[];
  readonly history: (run: RunResult) => History | undefined;
  readonly title: (run: RunResult) => string | undefined;
  readonly story: (run: RunResult) => Story | undefined;
  readonly replay: (run: RunResult) => string | undefined;
  /** The file of a user's own scenario, as the journal has it. */
  readonly file: (run: RunResult) => string | undefined;
  /** How its first browser died, when it began anew in another. */
  readonly relaunched: (run: RunResult) => string | undefined;
  /** Says that it was refused for its configuration, which no advice about outages mends. */
  readonly configuration: (run: RunResult) => string | undefined;
  /** Ids of the asserted rules that passed. */
  readonly held: (run: RunResult) => readonly string[];
  /** What a rule demands, in one sentence. */
  readonly says: (rule: string) => string | undefined;
  /** What a person does about a rule that failed. */
  readonly fix: (rule: string) => string | undefined;
  /** Why a known finding is lived with. */
  readonly reason: (run: RunResult, finding: ComparedFinding) => string | undefined;
}

/** Explains the runs of one session; `contexts` by result, as `buildResults` returned it. */
export function createExplain(parts: {
  readonly contexts: ReadonlyMap<RunResult, RunContext>;
  readonly rules: readonly Pick<Rule, "id" | "says" | "fix">[];
  readonly baseline: readonly BaselineEntry[];
}): Explain {
  const { contexts, rules, baseline } = parts;
  return {
    evidence(run, finding) {
      const history = contexts.get(run)?.history;
      return history === undefined ? [] : evidenceLines(history, finding.evidence);
    },
    configuration(run) {
      const history = contexts.get(run)?.history;
      return history === undefined ? undefined : configurationAdvice(history);
    },
    history: (run) => contexts.get(run)?.history,
    title: (run) => contexts.get(run)?.title,
    story: (run) => contexts.get(run)?.story,
    replay: (run) => contexts.get(run)?.replay,
    file: (run) => contexts.get(run)?.history.header.file,
    relaunched: (run) => contexts.get(run)?.relaunched,
    held: (run) => contexts.get(run)?.held ?? [],
    says: (rule) => rules.find(({ id }) => id === rule)?.says,
    fix: (rule) => rules.find(({ id }) => id === rule)?.fix,
    reason: (run, { rule, verdict }) =>
      baseline.find(
        (entry) => isForRun(entry, run) && entry.rule === rule && entry.verdict === verdict,
      )?.reason,
  };
}

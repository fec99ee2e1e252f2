/** From histories to what the reports say: judges them, compares, and gathers what explains it. */
import { judgeByEveryRule, rules } from "../rules/rules.ts";
import { HarnessError, suggestNames } from "../core/errors.ts";
import type { History } from "../history/event.ts";
import type { BaselineEntry } from "../reporting/baseline.ts";
import { createExplain, type Explain, type RunContext } from "../reporting/explain.ts";
import type { QuarantineEntry } from "../reporting/quarantine.ts";
import {
  buildResults,
  type FailedRun,
  type JudgedRun,
  type Results,
} from "../reporting/results.ts";
import type { Scenario } from "../runner/scenario.ts";
import { brownoutVersion } from "../core/version.ts";

/** Throws `unknown-rule` at `place` when something asserts a rule that does not exist. */
export function checkAsserts(asserts: readonly string[], place: string): void {
  const ids = rules.map(({ id }) => id);
  asserts.forEach((rule, index) => {
    if (ids.includes(rule)) return;
    throw new HarnessError("unknown-rule", `there is no rule "${rule}"`, {
      place: `${place}, asserts[${index}]`,
      hint: suggestNames(rule, ids, 'See "brownout list".'),
    });
  });
}

/** A history with what the reports tell beside it. */
export interface Told {
  readonly run: JudgedRun;
  readonly scenario?: Scenario;
  readonly replay?: string;
  readonly relaunched?: string;
}

/**
 * The history with the findings of every rule; how long it took is read from it unless it is
 * known. One that asserts nothing and of which no rule can say anything is not a pass: it
 * counts as if it asserted every rule.
 */
export function judge(history: History, simulatedMs?: number): JudgedRun {
  const { header, events } = history;
  const lastedMs = (events.at(-1)?.at ?? header.startedAt) - header.startedAt;
  const findings = judgeByEveryRule(history);
  const isSilent = findings.every(({ verdict }) => verdict === "inconclusive");
  const asserts =
    isSilent && header.asserts.length === 0 ? rules.map(({ id }) => id) : header.asserts;
  return {
    history: { header: { ...header, asserts }, events },
    simulatedMs: simulatedMs ?? lastedMs,
    findings,
  };
}

/** Results of a session with what explains them. */
export function report(
  told: readonly Told[],
  session: {
    readonly baseline: readonly BaselineEntry[];
    readonly seed: string;
    readonly failures?: readonly FailedRun[];
    readonly quarantine?: readonly QuarantineEntry[];
  },
): { readonly results: Results; readonly explain: Explain } {
  const { baseline, seed, failures = [], quarantine = [] } = session;
  const results = buildResults(
    told.map(({ run }) => run),
    baseline,
    { seed, brownout: brownoutVersion, failures, quarantine },
  );
  const contexts = new Map(
    results.runs.flatMap((result, index) => {
      const one = told[index];
      if (one === undefined) return [];
      const { run, scenario, replay, relaunched } = one;
      const context: RunContext = {
        history: run.history,
        held: heldOf(run),
        ...(scenario === undefined ? {} : { title: scenario.title, story: scenario.story }),
        ...(replay === undefined ? {} : { replay }),
        ...(relaunched === undefined ? {} : { relaunched }),
      };
      return [[result, context] as const];
    }),
  );
  return { results, explain: createExplain({ contexts, rules, baseline }) };
}

function heldOf({ history, findings }: JudgedRun): readonly string[] {
  const { asserts } = history.header;
  return findings
    .filter(({ rule, verdict }) => verdict === "pass" && asserts.includes(rule))
    .map(({ rule }) => rule);
}

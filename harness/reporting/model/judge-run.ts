/** From a history to a run that can be counted: what every rule says of it. */
import { type Finding, judgeByEveryRule, provesSomething, rules } from "../../rules/rules.ts";
import { whyUnproved } from "../../rules/model/unproved.ts";
import { HarnessError, suggestNames } from "../../core/errors.ts";
import type { History } from "../../history/event.ts";
import type { SuiteTest } from "../../history/header.ts";
import type { JudgedRun } from "./results.ts";

/**
 * The history with the findings of every rule. `simulatedMs` is read from the history unless it
 * is given. A run that asserts nothing and of which no rule can say anything is not a pass: it
 * counts as if it asserted every rule. Nor is one without calls that met only refusals: it counts
 * as if it asserted each rule that saw too little.
 */
export function judgeRun(history: History, simulatedMs?: number): JudgedRun {
  const { header, events } = history;
  if (header.test !== undefined) return judgedByItsTest(history, header.test, simulatedMs);
  const lastedMs = (events.at(-1)?.at ?? header.startedAt) - header.startedAt;
  const findings = judgeByEveryRule(history);
  const isSilent = findings.every(
    ({ rule, verdict }) => verdict === "inconclusive" || !provesSomething(rule),
  );
  const asserts =
    header.asserts.length > 0
      ? header.asserts
      : isSilent
        ? rules.map(({ id }) => id)
        : rulesOfUnproved(history, findings);
  return {
    history: { header: { ...header, asserts }, events },
    simulatedMs: simulatedMs ?? lastedMs,
    findings,
  };
}

/** A test says itself what it is about: rules that it does not ask for are not held against it. */
function judgedByItsTest(
  { header, events }: History,
  { findings }: SuiteTest,
  simulatedMs: number | undefined,
): JudgedRun {
  const lastedMs = (events.at(-1)?.at ?? header.startedAt) - header.startedAt;
  const asserts = [...new Set(findings.map(({ rule }) => rule))];
  return {
    history: { header: { ...header, asserts }, events },
    simulatedMs: simulatedMs ?? lastedMs,
    findings,
  };
}

/** The rules that came to no conclusion, where nothing else is known of a run either. */
function rulesOfUnproved(history: History, findings: readonly Finding[]): readonly string[] {
  const isBroken = findings.some(({ verdict }) => verdict === "fail");
  if (isBroken || whyUnproved(history) === undefined) return [];
  return findings.filter(({ verdict }) => verdict === "inconclusive").map(({ rule }) => rule);
}

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

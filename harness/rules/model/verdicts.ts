/**
 * The three answers of a rule, each with its message and its evidence.
 */
import type { Judgement } from "../rule.ts";

/** A reference to an event that a rule shows as evidence. */
export interface EventRef {
  readonly index: number;
}

/** The rule applied to something in the history, and nothing broke it. */
export function passes(message: string, evidence: readonly EventRef[] = []): Judgement {
  return { verdict: "pass", message, evidence: indicesOf(evidence) };
}

/** The rule was broken; `evidence` is the events that show it, the clearest first, of which eight are kept. */
export function fails(message: string, evidence: readonly EventRef[]): Judgement {
  return { verdict: "fail", message, evidence: indicesOf(evidence) };
}

/** The history has nothing that the rule applies to; the message says what was missing. */
export function inconclusive(message: string): Judgement {
  return { verdict: "inconclusive", message, evidence: [] };
}

const EVIDENCE_MAX = 8;

function indicesOf(evidence: readonly EventRef[]): readonly number[] {
  return [...new Set(evidence.map(({ index }) => index))].slice(0, EVIDENCE_MAX);
}

/**
 * A rule judges a finished history. It is pure and synchronous, imports `history` only,
 * and has three answers: when a history has nothing that it applies to, it is inconclusive.
 */
import type { History } from "../history/event.ts";

export type Verdict = "pass" | "fail" | "inconclusive";

export interface Judgement {
  readonly verdict: Verdict;
  /** One sentence for a person: what was seen, with figures; for `inconclusive`, what was not seen. */
  readonly message: string;
  /** Indices of the events that show it; at most eight, the clearest first. Empty when inconclusive. */
  readonly evidence: readonly number[];
}

export interface Rule {
  /** Kebab-case; the name in findings, baselines and documentation. */
  readonly id: string;
  /** What the rule demands, in one sentence. */
  readonly says: string;
  /** The document the rule comes from. */
  readonly source: string;
  /** What a person does about a failure. */
  readonly fix: string;
  readonly judge: (history: History) => Judgement;
}

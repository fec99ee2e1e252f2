/**
 * A rule judges a finished history. It is pure and synchronous, imports the history and the queries of `model/` only,
 * and has three answers: when a history has nothing that it applies to, it is inconclusive.
 */
import type { History } from "../history/event.ts";

/**
 * The answer of a rule: `inconclusive` when the history has nothing that the rule applies to.
 *
 * @example
 * const verdict: Verdict = verdictOf(judgeHistory(history));
 */
export type Verdict = "pass" | "fail" | "inconclusive";

/**
 * What a rule says about one history.
 *
 * @example
 * const { verdict, message, evidence } = ruleById("retry-after").judge(history);
 * const shown = evidence.map((index) => history.events[index]);
 */
export interface Judgement {
  readonly verdict: Verdict;
  /** One sentence for a person: what was seen, with figures; for `inconclusive`, what was not seen. */
  readonly message: string;
  /** Indices of the events that show it; at most eight, the clearest first. Empty when inconclusive. */
  readonly evidence: readonly number[];
  /** Ids of rules that judge the same behaviour: when one of them fails, too, reports do not count this failure a second time. */
  readonly repeats?: readonly string[];
}

/**
 * Something that a rule lets pass although it looks like a breach.
 *
 * @example
 * const excuse: RuleExcuse = { id: "forced", says: "The application asks for a new token." };
 */
export interface RuleExcuse {
  /** Kebab-case, unique within the rule. */
  readonly id: string;
  /** When it applies, in one sentence. */
  readonly says: string;
}

/**
 * A rule: a pure function from a history to a judgement, with its documentation.
 *
 * @example
 * const noPassword: Rule = {
 *   id: "no-password",
 *   says: "No request uses the password grant.",
 *   source: "Our security policy, section 4",
 *   fix: "Use authorization code and silent calls.",
 *   judge: ({ events }) => {
 *     const evidence = events.flatMap((event) =>
 *       event.kind === "exchange-began" && event.grant === "password" ? [event.index] : [],
 *     );
 *     return evidence.length === 0
 *       ? { verdict: "pass", message: "No password grant was used.", evidence }
 *       : { verdict: "fail", message: "A password grant was used.", evidence };
 *   },
 * };
 */
export interface Rule {
  /** Kebab-case; the name in findings, baselines and documentation. */
  readonly id: string;
  /** What the rule demands, in one sentence. */
  readonly says: string;
  /** The document the rule comes from. */
  readonly source: string;
  /** What a person does about a failure. */
  readonly fix: string;
  /** What the rule lets pass although it looks like a breach; a test abuses each. Default: not listed. */
  readonly excuses?: readonly RuleExcuse[];
  /**
   * For a precondition of the other rules: whether this history must meet it although no scenario
   * asserts it. That it passes proves nothing by itself. Default: the rule is no precondition.
   */
  readonly precondition?: (history: History) => boolean;
  /** Judges a history; must not throw, read a clock or use chance. */
  readonly judge: (history: History) => Judgement;
}

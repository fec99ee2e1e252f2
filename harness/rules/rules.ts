/**
 * The list of rules, in the order of the documentation, and what they find in a history. A rule
 * that throws is inconclusive, and the other rules still judge.
 */
import { HarnessError, suggestNames } from "../core/errors.ts";
import { textOf } from "../core/thrown.ts";
import type { History } from "../history/event.ts";
import { availability } from "./availability.ts";
import { backoff } from "./backoff.ts";
import { backupFlow } from "./backup-flow.ts";
import { backupWindow } from "./backup-window.ts";
import { callDuration } from "./call-duration.ts";
import { cachedToken } from "./cached-token.ts";
import { claimsChallenge } from "./claims-challenge.ts";
import { deviceCodePolling } from "./device-code-polling.ts";
import { emptyToken } from "./empty-token.ts";
import { faultMet } from "./fault-met.ts";
import { extendedLifetime } from "./extended-lifetime.ts";
import { failureWhileHealthy } from "./failure-while-healthy.ts";
import { fallbackToInteraction } from "./fallback-to-interaction.ts";
import { identityEndpoint } from "./identity-endpoint.ts";
import { isolation } from "./isolation.ts";
import { decisiveWaitsOf, unlessDecidedBy } from "./model/abandoned-waits.ts";
import { unlessUpstreamDecides } from "./on-upstream.ts";
import { keyRollover } from "./key-rollover.ts";
import { maskedFailure } from "./masked-failure.ts";
import { metadata } from "./metadata.ts";
import { persistedCache } from "./persisted-cache.ts";
import { proactiveRefresh } from "./proactive-refresh.ts";
import { realTimeLimit } from "./real-time-limit.ts";
import { reload } from "./reload.ts";
import { recovery } from "./recovery.ts";
import { requestLoop } from "./request-loop.ts";
import { retryAfter } from "./retry-after.ts";
import { retryStorm } from "./retry-storm.ts";
import { routingHint } from "./routing-hint.ts";
import type { Judgement, Rule, Verdict } from "./rule.ts";
import { screen } from "./screen.ts";
import { silentFirst } from "./silent-first.ts";
import { singleFlight } from "./single-flight.ts";
import { promptsCaused } from "./prompts-caused.ts";
import { supportedFlow } from "./supported-flow.ts";
import { supportedHost } from "./supported-host.ts";
import { tabs } from "./tabs.ts";
import { uncaughtError } from "./uncaught-error.ts";
import { tokenExpiry } from "./token-expiry.ts";

/**
 * All rules, in the order of the documentation.
 *
 * @example
 * for (const { id, says } of rules) console.log(id, says);
 */
export const rules: readonly Rule[] = [
  retryAfter,
  backoff,
  retryStorm,
  requestLoop,
  cachedToken,
  extendedLifetime,
  proactiveRefresh,
  persistedCache,
  reload,
  tabs,
  silentFirst,
  fallbackToInteraction,
  promptsCaused,
  screen,
  routingHint,
  supportedHost,
  supportedFlow,
  backupFlow,
  backupWindow,
  availability,
  callDuration,
  failureWhileHealthy,
  metadata,
  tokenExpiry,
  emptyToken,
  maskedFailure,
  uncaughtError,
  isolation,
  singleFlight,
  recovery,
  claimsChallenge,
  keyRollover,
  identityEndpoint,
  deviceCodePolling,
  faultMet,
  realTimeLimit,
];

/**
 * The judgement of one rule on one history.
 *
 * @example
 * const failed: Finding[] = judgeHistory(history).filter(({ verdict }) => verdict === "fail");
 */
export interface Finding extends Judgement {
  /** The id of the rule. */
  readonly rule: string;
  /** The document the rule comes from. */
  readonly source: string;
}

/**
 * Returns the rule with that id.
 *
 * @throws HarnessError `unknown-rule`, with the nearest ids.
 * @example
 * const { verdict, message } = ruleById("retry-after").judge(history);
 */
export function ruleById(id: string): Rule {
  const rule = rules.find((candidate) => candidate.id === id);
  if (rule !== undefined) return rule;
  const known = rules.map((candidate) => candidate.id);
  const name = textOf(id);
  throw new HarnessError("unknown-rule", `there is no rule "${name}"`, {
    place: name,
    hint: suggestNames(name, known, `There are ${known.join(", ")}.`),
  });
}

/** The finding of every rule, in the order of `judges`; throws `unknown-rule` when the header asserts a rule that does not exist. */
export function judgeByEveryRule(
  history: History,
  judges: readonly Rule[] = rules,
): readonly Finding[] {
  for (const id of history.header.asserts) {
    if (!judges.some((rule) => rule.id === id)) ruleById(id);
  }
  const waits = decisiveWaitsOf(history);
  return judges.map((rule) => ({
    rule: rule.id,
    source: rule.source,
    ...unlessUpstreamDecides(history, rule.id, () =>
      unlessDecidedBy(waits, history, judgeSafely(rule, history)),
    ),
  }));
}

/** Whether a history must bring a rule to a conclusion: its header asserts it, or it is a precondition that it does not meet. */
export function mustConclude(
  history: History,
  id: string,
  judges: readonly Rule[] = rules,
): boolean {
  if (history.header.asserts.includes(id)) return true;
  return judges.find((rule) => rule.id === id)?.precondition?.(history) === true;
}

/** Whether that rule passes says something about the client: not so for a precondition. */
export function provesSomething(id: string): boolean {
  return rules.find((rule) => rule.id === id)?.precondition === undefined;
}

/**
 * Judges a history by every rule and returns the findings that count: all findings of the rules
 * that its header asserts, the failures of the others, and preconditions that it does not meet (a
 * fault that no request met). A rule that throws is inconclusive, and so is what a rule says about
 * an operation that waited for the machine beyond the limit of real time.
 *
 * @param judges The rules to judge by; default: all rules.
 * @throws HarnessError `unknown-rule` when the header asserts a rule that does not exist.
 * @example
 * const history = parseJournal(await readFile(file, "utf8"), file);
 * for (const { rule, verdict, message } of judgeHistory(history)) console.log(rule, verdict, message);
 */
export function judgeHistory(
  history: History,
  judges: readonly Rule[] = rules,
): readonly Finding[] {
  return judgeByEveryRule(history, judges).filter(
    ({ rule, verdict }) => verdict === "fail" || mustConclude(history, rule, judges),
  );
}

/**
 * The worst verdict of some findings: `fail` before `inconclusive` before `pass`; `pass` for none.
 *
 * @example
 * process.exitCode = verdictOf(judgeHistory(history)) === "fail" ? 1 : 0;
 */
export function verdictOf(findings: readonly Finding[]): Verdict {
  const has = (wanted: Verdict): boolean => findings.some(({ verdict }) => verdict === wanted);
  if (has("fail")) return "fail";
  return has("inconclusive") ? "inconclusive" : "pass";
}

/** Whether another rule that judges the same behaviour fails as well. */
export function isRepeated({ repeats = [] }: Finding, findings: readonly Finding[]): boolean {
  return findings.some(({ rule, verdict }) => verdict === "fail" && repeats.includes(rule));
}

function judgeSafely(rule: Rule, history: History): Judgement {
  try {
    return rule.judge(history);
  } catch (error) {
    const message = textOf(error);
    return {
      verdict: "inconclusive",
      message: `the rule threw an error: ${message}`,
      evidence: [],
    };
  }
}

/**
 * The list of rules, in the order of the documentation, and what they find in a history. A rule
 * that throws is inconclusive, and the other rules still judge.
 */
import { HarnessError, suggestNames } from "../core/errors.ts";
import type { History } from "../history/event.ts";
import { availability } from "./availability.ts";
import { backoff } from "./backoff.ts";
import { backupFlow } from "./backup-flow.ts";
import { backupWindow } from "./backup-window.ts";
import { cachedToken } from "./cached-token.ts";
import { claimsChallenge } from "./claims-challenge.ts";
import { emptyToken } from "./empty-token.ts";
import { extendedLifetime } from "./extended-lifetime.ts";
import { fallbackToInteraction } from "./fallback-to-interaction.ts";
import { identityEndpoint } from "./identity-endpoint.ts";
import { isolation } from "./isolation.ts";
import { metadata } from "./metadata.ts";
import { persistedCache } from "./persisted-cache.ts";
import { proactiveRefresh } from "./proactive-refresh.ts";
import { reload } from "./reload.ts";
import { recovery } from "./recovery.ts";
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
import { tokenExpiry } from "./token-expiry.ts";

/** All rules, in the order of the documentation. */
export const rules: readonly Rule[] = [
  retryAfter,
  backoff,
  retryStorm,
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
  metadata,
  tokenExpiry,
  emptyToken,
  isolation,
  singleFlight,
  recovery,
  claimsChallenge,
  identityEndpoint,
];

/** What one rule said of one history. */
export interface Finding extends Judgement {
  readonly rule: string;
  /** The document the rule comes from. */
  readonly source: string;
}

/** The rule of that id; throws `unknown-rule` with the nearest names. */
export function ruleById(id: string): Rule {
  const rule = rules.find((candidate) => candidate.id === id);
  if (rule !== undefined) return rule;
  const known = rules.map((candidate) => candidate.id);
  throw new HarnessError("unknown-rule", `there is no rule "${id}"`, {
    place: id,
    hint: suggestNames(id, known, `There are ${known.join(", ")}.`),
  });
}

/** What every rule says, in the order of `rules`; throws `unknown-rule` when the header asserts one that does not exist. */
export function judgeByEveryRule(
  history: History,
  judges: readonly Rule[] = rules,
): readonly Finding[] {
  for (const id of history.header.asserts) {
    if (!judges.some((rule) => rule.id === id)) ruleById(id);
  }
  return judges.map((rule) => ({
    rule: rule.id,
    source: rule.source,
    ...judgeSafely(rule, history),
  }));
}

/** What counts: every answer of an asserted rule, and the failures of the others. */
export function judgeHistory(
  history: History,
  judges: readonly Rule[] = rules,
): readonly Finding[] {
  const { asserts } = history.header;
  return judgeByEveryRule(history, judges).filter(
    ({ rule, verdict }) => verdict === "fail" || asserts.includes(rule),
  );
}

/** A failure outweighs an open question, and that outweighs a pass. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  const has = (wanted: Verdict): boolean => findings.some(({ verdict }) => verdict === wanted);
  if (has("fail")) return "fail";
  return has("inconclusive") ? "inconclusive" : "pass";
}

function judgeSafely(rule: Rule, history: History): Judgement {
  try {
    return rule.judge(history);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      verdict: "inconclusive",
      message: `the rule threw an error: ${message}`,
      evidence: [],
    };
  }
}

/**
 * What a run cost the people behind the application, in figures that somebody who knows no
 * rule understands. Each is counted as the rule does that judges it.
 */
import { days } from "../../core/time/duration.ts";
import type { History } from "../../history/event.ts";
import { withheldCallsIn } from "../../rules/cached-token.ts";
import { promptsCausedIn } from "../../rules/prompts-caused.ts";
import { stretchesWithoutToken, unionMs } from "../../rules/model/without-token.ts";

/** What a run cost the people behind the application. */
export interface Cost {
  /** How long somebody wanted a token and had none, ms. */
  readonly withoutTokenMs: number;
  /** Sign-ins that only the outage asked for. */
  readonly promptsCaused: number;
  /** Calls that got nothing although their client held a valid token. */
  readonly callsWithheld: number;
  /** `withoutTokenMs` as a share of what 99.99 % leaves in a month; 1 is all of it. */
  readonly slaBudgetShare: number;
}

/** What 99.99 % leaves in a month of 30 days: 4.32 minutes, ms (Microsoft Entra's SLA, https://learn.microsoft.com/entra/identity/monitoring-health/reference-sla-performance). */
const SLA_BUDGET_MS = days(30) / 10_000;

/** The cost of one run. */
export function costOf(history: History): Cost {
  return {
    ...withShare(unionMs(stretchesWithoutToken(history))),
    promptsCaused: promptsCausedIn(history).length,
    callsWithheld: withheldCallsIn(history).length,
  };
}

/** The highest of each figure among several runs: they are outages of their own, and do not add up. */
export function highestCosts(costs: readonly Cost[]): Cost {
  const highest = (of: (cost: Cost) => number): number => Math.max(0, ...costs.map(of));
  return {
    ...withShare(highest(({ withoutTokenMs }) => withoutTokenMs)),
    promptsCaused: highest((cost) => cost.promptsCaused),
    callsWithheld: highest(({ callsWithheld }) => callsWithheld),
  };
}

/** The costs of several runs, added up. */
export function sumOfCosts(costs: readonly Cost[]): Cost {
  const sum = (of: (cost: Cost) => number): number =>
    costs.reduce((all, cost) => all + of(cost), 0);
  return {
    ...withShare(sum(({ withoutTokenMs }) => withoutTokenMs)),
    promptsCaused: sum((cost) => cost.promptsCaused),
    callsWithheld: sum(({ callsWithheld }) => callsWithheld),
  };
}

function withShare(withoutTokenMs: number): Pick<Cost, "withoutTokenMs" | "slaBudgetShare"> {
  return {
    withoutTokenMs,
    slaBudgetShare: Math.round((1_000 * withoutTokenMs) / SLA_BUDGET_MS) / 1_000,
  };
}

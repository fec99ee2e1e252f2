/** What runs cost the people behind an application, in words. */
import { formatDuration } from "../../core/time/duration.ts";
import type { Cost } from "./cost.ts";
import type { Results } from "./results.ts";
import { count } from "./wording.ts";

/** One run's cost in a line without a full stop; nothing when it cost nothing. */
export function costText(cost: Cost): string | undefined {
  const { withoutTokenMs, promptsCaused, callsWithheld } = cost;
  const parts = [
    ...(withoutTokenMs === 0
      ? []
      : [`${formatDuration(withoutTokenMs)} without a token (${budgetText(cost)})`]),
    ...(promptsCaused === 0 ? [] : [`${count(promptsCaused, "sign-in")} caused`]),
    ...(callsWithheld === 0
      ? []
      : [`${count(callsWithheld, "call")} refused although there was a valid token`]),
  ];
  return parts.length === 0 ? undefined : parts.join(", ");
}

/** All runs' cost, and the worst run's, in two sentences at most; nothing when they cost nothing. */
export function costLine({ totals, runs }: Results): string | undefined {
  const all = costText(totals.cost);
  if (all === undefined) return undefined;
  const costly = runs.filter(({ cost }) => cost.withoutTokenMs > 0);
  const [worst] = costly.toSorted((a, b) => b.cost.withoutTokenMs - a.cost.withoutTokenMs);
  const most =
    worst === undefined || runs.length === 1
      ? ""
      : ` The longest: ${formatDuration(worst.cost.withoutTokenMs)} in ${worst.scenario}, ${worst.client.name}.`;
  return `Cost: ${all}.${most}`;
}

/** How much of what 99.99 % allows a month. */
function budgetText({ slaBudgetShare }: Cost): string {
  if (slaBudgetShare < 0.01) return "less than 1 % of what 99.99 % allows a month";
  if (slaBudgetShare <= 1)
    return `${Math.round(slaBudgetShare * 100)} % of what 99.99 % allows a month`;
  const times =
    slaBudgetShare < 10 ? slaBudgetShare.toFixed(1) : String(Math.round(slaBudgetShare));
  return `${times} times what 99.99 % allows a month`;
}

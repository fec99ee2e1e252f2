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

/**
 * The cost in a sentence; nothing when there is none. Of several runs each figure is that of the
 * run in which it is highest: outages of different runs do not add up to anything that a person meets.
 */
export function costLine({ runs }: Results): string | undefined {
  const [only] = runs;
  if (runs.length === 1 && only !== undefined) {
    const text = costText(only.cost);
    return text === undefined ? undefined : `Cost: ${text}.`;
  }
  const parts = (["withoutTokenMs", "promptsCaused", "callsWithheld"] as const).flatMap(
    (figure) => {
      const [most] = runs.toSorted((a, b) => b.cost[figure] - a.cost[figure]);
      if (most === undefined || most.cost[figure] === 0) return [];
      const text = costText({ ...noCost, ...onlyOf(most.cost, figure) });
      return [`${text} in ${most.scenario}, ${most.client.name}`];
    },
  );
  return parts.length === 0 ? undefined : `The highest cost of a run: ${parts.join("; ")}.`;
}

const noCost: Cost = { withoutTokenMs: 0, promptsCaused: 0, callsWithheld: 0, slaBudgetShare: 0 };

function onlyOf(cost: Cost, figure: keyof Cost): Partial<Cost> {
  return { [figure]: cost[figure], slaBudgetShare: cost.slaBudgetShare };
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

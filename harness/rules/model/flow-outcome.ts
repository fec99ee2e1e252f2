/**
 * How many calls of an application succeeded in an outage of the primary, and how many could
 * have with the backup system: the figures of one row of the flow table.
 */
import type { History } from "../../history/event.ts";
import type { FlowRow } from "../../history/header.ts";
import { availableTokensAt } from "./available-tokens.ts";
import { faultSpansOf } from "./fault-windows.ts";
import { operationsOf, type Operation } from "./exchanges.ts";
import { statusOf } from "./exchange-outcomes.ts";
import { observedFlows } from "./observed-flows.ts";
import { isValidAt } from "./token-validity.ts";
import { hasSucceeded } from "./success.ts";

/** One row with its figures, counted over the calls that began in the outage. */
export interface FlowOutcome extends FlowRow {
  readonly asked: number;
  /** Calls that succeeded. */
  readonly got: number;
  /** Calls that succeeded, or could have: with a token that the client had, or by the documented protection. */
  readonly could: number;
  /** Calls with a successful answer of the backup. */
  readonly byBackup: number;
}

/** The three days of the backup, ms (E1). */
const WINDOW_MS = 3 * 86_400_000;

/** The outcome with the calls that it counts. */
export interface FoundOutcome {
  readonly outcome: FlowOutcome;
  readonly calls: readonly Operation[];
}

/** The outcome of a history, or why it has none. */
export function flowOutcomeOf(history: History): FoundOutcome | { readonly missing: string } {
  const { row } = history.header;
  if (row === undefined)
    return { missing: "The scenario names no row of the flow table: row: { flow, as }." };
  const spans = faultSpansOf(history).filter(({ window }) => window.at === "primary");
  const [first] = spans;
  if (first === undefined) return { missing: NOTHING_FAILED_OVER };
  const observed = observedFlows(history);
  if (observed.length > 0 && !observed.includes(row.flow))
    return {
      missing: `The scenario's row names the flow ${row.flow}, but the requests show ${observed.join(", ")}.`,
    };
  const isOk = (call: Operation): boolean => hasSucceeded(history, call);
  const all = operationsOf(history);
  const before = all.filter(({ invoked }) => invoked.at < first.beganAt);
  const failed = before.find((call) => !isOk(call))?.completed;
  if (failed !== undefined && !before.some(isOk)) {
    const why = failed.outcome === "fail" ? `: ${failed.error.code}` : "";
    return { missing: `No call succeeded before the primary failed${why}.` };
  }
  const calls = all.filter(({ invoked: { at } }) =>
    spans.some(
      ({ beganAt, endedAt = Infinity }) =>
        beganAt <= at && at < endedAt && at - beganAt < WINDOW_MS,
    ),
  );
  if (calls.length === 0) return { missing: "No call began while the primary was down." };
  const count = (holds: (operation: Operation) => boolean): number => calls.filter(holds).length;
  return {
    calls,
    outcome: {
      ...row,
      asked: calls.length,
      got: count(isOk),
      could: count(
        (call) => row.documented === "protected" || isOk(call) || hadToken(history, call),
      ),
      byBackup: count(isByBackup),
    },
  };
}

const NOTHING_FAILED_OVER =
  "The primary never failed behind the gateway, so no request went to the backup; add faults: [...primaryDown({ from, for })].";

/** Whether the backup answered a request of the call successfully. */
export function isByBackup({ exchanges }: Operation): boolean {
  return exchanges.some(
    (exchange) => exchange.ended?.servedBy === "backup" && (statusOf(exchange) ?? 500) < 400,
  );
}

function hadToken(history: History, { invoked }: Operation): boolean {
  const { token } = availableTokensAt(history, invoked);
  return token !== undefined && isValidAt(token.token, invoked.at);
}

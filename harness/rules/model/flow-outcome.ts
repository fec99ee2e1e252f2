/**
 * What an application got in an outage of the primary, against what its flow could have got
 * with the backup system behind it: the figures of one row of the flow table.
 */
import type { History } from "../../history/event.ts";
import type { FlowRow } from "../../history/header.ts";
import { holdingsAt } from "./holdings.ts";
import { faultSpansOf, operationsOf, statusOf, type Operation } from "./reading.ts";
import { playedFlows } from "./played-flows.ts";
import { isValidAt } from "./reading-operations.ts";

/** One row with its figures; calls are those that began in the outage. */
export interface FlowOutcome extends FlowRow {
  readonly asked: number;
  /** Calls that ended ok. */
  readonly got: number;
  /** Calls that ended ok, or could have: from a token that was held, or by the protection that is promised. */
  readonly could: number;
  /** Calls that the backup answered well. */
  readonly byBackup: number;
}

/** The three days of the backup, ms (E1). */
const WINDOW_MS = 3 * 86_400_000;

/** The outcome with the calls it is made of. */
export interface FoundOutcome {
  readonly outcome: FlowOutcome;
  readonly calls: readonly Operation[];
}

/** The outcome, or why there is none. */
export function flowOutcomeOf(history: History): FoundOutcome | { readonly missing: string } {
  const { row } = history.header;
  if (row === undefined)
    return { missing: "The scenario names no row of the flow table: row: { flow, as }." };
  const spans = faultSpansOf(history).filter(({ window }) => window.at === "primary");
  const [first] = spans;
  if (first === undefined) return { missing: NOTHING_FAILED_OVER };
  const played = playedFlows(history);
  if (played.length > 0 && !played.includes(row.flow))
    return {
      missing: `The scenario's row says ${row.flow}, and the wire shows ${played.join(", ")}.`,
    };
  const all = operationsOf(history);
  const before = all.filter(({ invoked }) => invoked.at < first.beganAt);
  const failed = before.find((call) => !isOk(call))?.completed;
  if (failed !== undefined && !before.some(isOk)) {
    const why = failed.outcome === "fail" ? `: ${failed.error.code}` : "";
    return { missing: `No call ended well while the primary was well${why}.` };
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
  "The primary never failed behind the gateway, so nothing was handed to the backup: faults: [...primaryDown({ from, for })] makes it.";

/** Whether the backup answered a request of the call, and well. */
export function isByBackup({ exchanges }: Operation): boolean {
  return exchanges.some(
    (exchange) => exchange.ended?.servedBy === "backup" && (statusOf(exchange) ?? 500) < 400,
  );
}

/** Whether the call ended ok. */
export function isOk({ completed }: Operation): boolean {
  return completed?.outcome === "ok";
}

function hadToken(history: History, { invoked }: Operation): boolean {
  const { token } = holdingsAt(history, invoked);
  return token !== undefined && isValidAt(token.token, invoked.at);
}

/**
 * What an application got in an outage of the primary, against what its flow could have got
 * with the backup system behind it: the figures of one row of the flow table.
 */
import type { History } from "../history/event.ts";
import type { FlowRow } from "../history/header.ts";
import { holdingsAt } from "./holdings.ts";
import { faultSpansOf, operationsOf, statusOf, type Operation } from "./reading.ts";
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

/** The outcome, and the calls it is made of; nothing without a row in the header, or without a call in an outage. */
export function flowOutcomeOf(
  history: History,
): { readonly outcome: FlowOutcome; readonly calls: readonly Operation[] } | undefined {
  const { row } = history.header;
  const spans = faultSpansOf(history).filter(({ window }) => window.at === "primary");
  const calls = operationsOf(history).filter(({ invoked: { at } }) =>
    spans.some(
      ({ beganAt, endedAt = Infinity }) =>
        beganAt <= at && at < endedAt && at - beganAt < WINDOW_MS,
    ),
  );
  if (row === undefined || calls.length === 0) return undefined;
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

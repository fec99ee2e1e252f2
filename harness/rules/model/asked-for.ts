/** Whether a call got everything that it asked others for, so that its failure is its own. */
import { failsEveryRequest } from "../../history/fault-facts.ts";
import type { History } from "../../history/event.ts";
import { isForToken, isWithoutAnswerAt, statusOf } from "./exchange-outcomes.ts";
import type { Exchange, Operation } from "./exchanges.ts";
import { faultSpansOf } from "./fault-windows.ts";
import { resourceKey } from "./identifiers.ts";

/**
 * Whether a call asked someone, and the last request of each kind had been answered well by
 * `byMs`, those for a token with one. Not while the device or the store of the application was
 * broken: it may have lost what it got.
 */
export function gotAllItAskedFor(
  history: History,
  { invoked, exchanges }: Operation,
  byMs: number,
): boolean {
  const isBrokenAtHome = faultSpansOf(history).some(
    ({ window: { at }, beganAt, endedAt = Infinity }) =>
      ownSites.has(at) && beganAt <= byMs && invoked.at <= endedAt,
  );
  const alike = Map.groupBy(exchanges, kindOf);
  return (
    exchanges.length > 0 &&
    !isBrokenAtHome &&
    [...alike.values()].every((same) => same.slice(-1).every((last) => isWell(history, last, byMs)))
  );
}

const ownSites: ReadonlySet<string> = new Set(["cache-store", "device"]);

/** The same for a request and its repetition. */
function kindOf({ began }: Exchange): string {
  const { endpoint, tenant = "", app = "", user = "", subject = "" } = began;
  return [endpoint, tenant, app, user, subject, resourceKey(began)].join(" · ");
}

function isWell(history: History, exchange: Exchange, byMs: number): boolean {
  const { began, ended } = exchange;
  if (isWithoutAnswerAt(exchange, byMs) || ended?.error !== undefined) return false;
  if (isForToken(began) && ended?.issued?.token === undefined) return false;
  const isSpoilt = faultSpansOf(history).some(
    ({ window }) => ended?.faults?.includes(window.id) === true && failsEveryRequest(window),
  );
  return !isSpoilt && (statusOf(exchange) ?? 500) < 400;
}

/**
 * Reads of the signing keys that a fault answered without the key that signs: a good answer to look
 * at, after which a service that validates tokens knows no better and has to refuse them.
 */
import type { History } from "../../history/event.ts";
import { minutes } from "../../core/time/duration.ts";
import { exchangesOf, type Exchange, type Operation } from "./exchanges.ts";
import { faultSpansOf } from "./fault-windows.ts";
import { perHistory } from "./per-history.ts";

/** Validators wait so long until they read the keys again; the documents leave it open, and libraries wait from 30 seconds to five minutes. */
export const MAY_WAIT_FOR_KEYS_MS = minutes(5);

const readsWithoutKey = perHistory((history): ReadonlySet<Exchange> => {
  const withholding = new Set(
    faultSpansOf(history).flatMap(({ window }) =>
      window.effect.kind === "keys-withdrawn" ? [window.id] : [],
    ),
  );
  const isWithout = ({ ended }: Exchange): boolean =>
    ended?.faults?.some((id) => withholding.has(id)) === true;
  return new Set(withholding.size === 0 ? [] : exchangesOf(history).filter(isWithout));
});

/** Whether a request for the signing keys was answered without the key that signs. */
export function isReadWithoutKey(history: History, exchange: Exchange): boolean {
  return readsWithoutKey(history).has(exchange);
}

/** Whether the process of a call cannot know the signing key: its last read lacked that, and it may wait before the next one. */
export function lacksKey(history: History, { process, invoked, completed }: Operation): boolean {
  if (readsWithoutKey(history).size === 0) return false;
  const endedIndex = completed?.index ?? Infinity;
  const last = exchangesOf(history).findLast(
    ({ began, process: reader }) =>
      began.endpoint === "keys" && reader === process && began.index < endedIndex,
  );
  if (last?.ended === undefined || !isReadWithoutKey(history, last)) return false;
  return (completed?.at ?? invoked.at) - last.ended.at < MAY_WAIT_FOR_KEYS_MS;
}

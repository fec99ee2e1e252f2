/**
 * How the messages of rules name counts, times and endings.
 */
import { formatDuration } from "../../core/time/duration.ts";
import type { History } from "../../history/event.ts";
import type { Exchange } from "./exchanges.ts";

/** `, and 3 more times`, or an empty string when there is only one breach. */
export function andMore(breaches: readonly unknown[]): string {
  const more = breaches.length - 1;
  return more <= 0 ? "" : `, and ${more} more ${more === 1 ? "time" : "times"}`;
}

/** How an exchange ended, for a message: `a 503`, `ECONNRESET`, `no answer`. */
export function endingOf({ ended }: Exchange): string {
  if (ended === undefined || ended.end.kind === "abandoned") return "no answer";
  if (ended.end.kind === "network-fault") return ended.end.code;
  return ended.end.cut === undefined ? `a ${ended.end.status}` : "an incomplete answer";
}

/** How long after the start of the run something happened, as text. */
export function sinceStart({ header }: History, atMs: number): string {
  return formatDuration(atMs - header.startedAt);
}

/** A count with its noun, such as `1 call` and `3 calls`; `plural` defaults to the noun with an s. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** A count as the subject of a sentence, such as `The one call` and `All 3 calls`. */
export function every(count: number, noun: string): string {
  return count === 1 ? `The one ${noun}` : `All ${count} ${noun}s`;
}

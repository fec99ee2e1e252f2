/** Events in words, as the terminal and the summary say them. */
import { formatDuration } from "../../core/time/duration.ts";
import { describeEvent } from "../../history/event-line.ts";
import type { PageHistory } from "../formats/slim-history.ts";

/** When, since the start of the run, and what; nothing for an index that the history lacks. */
export function lineOf(history: PageHistory, index: number): string {
  const event = history.events[index];
  return event === undefined ? "" : `${whenOf(history, index)} ${describeEvent(event)}`;
}

/** `+1h 30m`. */
export function whenOf({ startedAt, events }: PageHistory, index: number): string {
  return `+${formatDuration((events[index]?.at ?? startedAt) - startedAt)}`;
}

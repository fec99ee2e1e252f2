/** The marks of the time axis, at round durations since the start of the run. */
import { formatDuration } from "../../../core/time/duration.ts";
import type { View } from "./detail.ts";

export interface Tick {
  readonly at: number;
  readonly label: string;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Steps that a reader counts in, ms. */
const steps: readonly number[] = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12, 24, 48, 96, 240].map((count) => count * HOUR),
];

/** As many ticks as labels of `labelPx` have room for. */
export function ticksOf({ from, to }: View, widthPx: number, labelPx = 96): readonly Tick[] {
  const room = Math.max(1, Math.floor(widthPx / labelPx));
  const step = steps.find((size) => (to - from) / size <= room) ?? Math.ceil((to - from) / room);
  const ticks: Tick[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step)
    ticks.push({ at, label: `+${formatDuration(at)}` });
  return ticks;
}

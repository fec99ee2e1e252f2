/** Durations that people write: `90s`, `2h`, `1h 30m`, `3d`, `250ms`. Strict: what is unclear is refused. */
import { HarnessError } from "../errors.ts";
import { expected } from "../validation-messages.ts";

/** A text such as `1h 30m`, or milliseconds. */
export type Duration = string | number;

const units: readonly (readonly [unit: string, sizeMs: number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
];

const HINT =
  'Write "90s", "2h", "1h 30m" or "3d" (units: d, h, m, s, ms), or milliseconds as a number.';

/** Milliseconds, a whole number from 0 on; throws `bad-usage` that names `place` and what is wrong. Also reads what `formatDuration` writes. */
export function parseDuration(duration: Duration, place: string): number {
  const refuse = (why: string): never => {
    throw new HarnessError("bad-usage", why, { place, hint: HINT });
  };
  if (typeof duration === "number") {
    if (Number.isInteger(duration) && duration >= 0) return duration;
    return refuse(`${duration} is not a whole number of milliseconds from 0 on`);
  }
  if (typeof duration !== "string") return refuse(expected("a duration", duration));
  const parts = duration.trim().split(/\s+/);
  if (duration.trim() === "") return refuse("expected a duration, got an empty text");
  let totalMs = 0;
  let rank = -1;
  for (const part of parts) {
    const [, count = "", unit = ""] = /^(\d+(?:\.\d+)?)([a-z]*)$/i.exec(part) ?? [];
    if (count === "") return refuse(`"${part}" in "${duration}" is not a number with a unit`);
    if (unit === "") return refuse(`"${part}" in "${duration}" has no unit`);
    const next = units.findIndex(([name]) => name === unit);
    const [, sizeMs] = units[next] ?? [];
    if (sizeMs === undefined) return refuse(`"${unit}" in "${duration}" is not a unit`);
    if (next === rank) return refuse(`"${duration}" has the unit ${unit} twice`);
    if (next < rank) return refuse(`"${duration}" has a larger unit after a smaller one`);
    rank = next;
    totalMs += Math.round(Number(count) * sizeMs * 1_000) / 1_000;
  }
  if (!Number.isInteger(totalMs))
    return refuse(`"${duration}" is not a whole number of milliseconds`);
  return totalMs;
}

/** Durations are milliseconds; these name them. */

/**
 * Seconds as milliseconds.
 *
 * @example
 * seconds(90); // 90_000
 */
export const seconds = (count: number): number => count * 1_000;
/**
 * Minutes as milliseconds.
 *
 * @example
 * minutes(5); // 300_000
 */
export const minutes = (count: number): number => count * 60_000;
/**
 * Hours as milliseconds.
 *
 * @example
 * hours(2); // 7_200_000
 */
export const hours = (count: number): number => count * 3_600_000;
/**
 * Days of 24 hours as milliseconds.
 *
 * @example
 * days(3); // 259_200_000
 */
export const days = (count: number): number => count * 86_400_000;

/**
 * Milliseconds as a text for people, not for parsing. Zeros between two units are shown, since
 * `6h 30s` would be read as six and a half hours.
 *
 * @example
 * formatDuration(93_784_005); // "1d 2h 3m 4.005s"
 * formatDuration(0); // "0s"
 */
export function formatDuration(totalMs: number): string {
  const sign = totalMs < 0 ? "-" : "";
  let rest = Math.abs(totalMs);
  const parts: { readonly count: number; readonly unit: string }[] = [];
  for (const [unit, size] of sizes) {
    const count = unit === "s" ? rest / size : Math.floor(rest / size);
    parts.push({ count, unit });
    rest -= count * size;
  }
  const first = parts.findIndex(({ count }) => count > 0);
  const last = parts.findLastIndex(({ count }) => count > 0);
  if (first === -1) return "0s";
  const shown = parts.slice(first, last + 1).map(({ count, unit }) => `${count}${unit}`);
  return sign + shown.join(" ");
}

const sizes = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;

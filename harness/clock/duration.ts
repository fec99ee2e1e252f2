/** Durations are milliseconds; these name them. */

/** So many seconds, in ms. */
export const seconds = (count: number): number => count * 1_000;
/** So many minutes, in ms. */
export const minutes = (count: number): number => count * 60_000;
/** So many hours, in ms. */
export const hours = (count: number): number => count * 3_600_000;
/** So many days, in ms. */
export const days = (count: number): number => count * 86_400_000;

/** `93_784_005` → `"1d 2h 3m 4.005s"`; zero is `"0s"`. For people, not for parsing. */
export function formatDuration(totalMs: number): string {
  const sign = totalMs < 0 ? "-" : "";
  let rest = Math.abs(totalMs);
  const parts: string[] = [];
  for (const [unit, size] of [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count}${unit}`);
    rest -= count * size;
  }
  if (rest > 0 || parts.length === 0) parts.push(`${rest / 1_000}s`);
  return sign + parts.join(" ");
}

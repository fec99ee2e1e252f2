/** Durations are milliseconds; these name them. */

/** So many seconds, in ms. */
export const seconds = (count: number): number => count * 1_000;
/** So many minutes, in ms. */
export const minutes = (count: number): number => count * 60_000;
/** So many hours, in ms. */
export const hours = (count: number): number => count * 3_600_000;
/** So many days, in ms. */
export const days = (count: number): number => count * 86_400_000;

/**
 * `93_784_005` → `"1d 2h 3m 4.005s"`; zero is `"0s"`. Zeros between two units are shown, as
 * `6h 30s` would be read as six and a half hours. For people, not for parsing.
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

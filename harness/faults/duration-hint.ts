/** What to write for a duration that is written as a text, as tests and the command line take it. */

const units = {
  ms: [1, undefined],
  s: [1_000, "seconds"],
  m: [60_000, "minutes"],
  h: [3_600_000, "hours"],
  d: [86_400_000, "days"],
} as const;

/** "Write minutes(3), which is 180000." for "3m"; the names of the functions for any other text; undefined for what is no text. */
export function millisecondsMeant(found: unknown): string | undefined {
  if (typeof found !== "string") return undefined;
  const written = /^\s*(-?)(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*$/.exec(found);
  if (written === null)
    return "Write milliseconds, or minutes(3), hours(2) and so on of `brownout`.";
  const [, sign = "", figure = "", unit = ""] = written;
  const [factor, name] = units[unit as keyof typeof units];
  const ms = Math.round(Number(figure) * factor);
  const call = name === undefined ? undefined : `${sign}${name}(${figure})`;
  return call === undefined ? `Write ${sign}${ms}.` : `Write ${call}, which is ${sign}${ms}.`;
}

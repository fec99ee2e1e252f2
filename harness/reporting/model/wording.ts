/** Numbers and lists of names in words. */

/** A figure with its noun: `1 run`, `2 runs`. */
export function count(figure: number, noun: string): string {
  return `${figure} ${noun}${figure === 1 ? "" : "s"}`;
}

/** `a, b and 3 more`: as many names as `widthMax` characters hold, and at least one. */
export function namesWithin(names: readonly string[], widthMax: number): string {
  for (let shown = names.length; shown > 1; shown -= 1) {
    const text = firstOf(names, shown);
    if (text.length <= widthMax) return text;
  }
  return firstOf(names, 1);
}

function firstOf(names: readonly string[], shown: number): string {
  const more = names.length - shown;
  return `${names.slice(0, shown).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

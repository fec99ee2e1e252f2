/**
 * Finds the first version that changed something, by bisection: a version that answers as the
 * oldest one does lies before it. Versions without an answer are skipped, as in git bisect.
 */

/** What a bisection found. */
export type Bisection =
  /** The two ends answer the same, so that there is nothing to look for. */
  | { readonly kind: "same" }
  /** An end of the range gives no answer. */
  | { readonly kind: "unknown-end"; readonly version: string }
  /** `after` answers otherwise than `before`; the versions between them give no answer. */
  | {
      readonly kind: "found";
      readonly before: string;
      readonly after: string;
      readonly between: readonly string[];
    };

/**
 * Searches `versions`, oldest first, at least two; `ask` resolves to the answer of a version, or
 * to undefined when there is none. Asks each version at most once.
 */
export async function bisect(
  versions: readonly string[],
  ask: (version: string) => Promise<string | undefined>,
): Promise<Bisection> {
  const [oldest = "", newest = ""] = [versions[0], versions.at(-1)];
  const first = await ask(oldest);
  if (first === undefined) return { kind: "unknown-end", version: oldest };
  const last = await ask(newest);
  if (last === undefined) return { kind: "unknown-end", version: newest };
  if (first === last) return { kind: "same" };
  let [low, high] = [0, versions.length - 1];
  const unknown = new Set<number>();
  for (;;) {
    const open = indicesBetween(low, high).filter((index) => !unknown.has(index));
    const middle = open[Math.floor((open.length - 1) / 2)];
    const version = middle === undefined ? undefined : versions[middle];
    if (middle === undefined || version === undefined) break;
    const answer = await ask(version);
    if (answer === undefined) unknown.add(middle);
    else if (answer === first) low = middle;
    else high = middle;
  }
  return {
    kind: "found",
    before: versions[low] ?? oldest,
    after: versions[high] ?? newest,
    between: versions.slice(low + 1, high),
  };
}

function indicesBetween(low: number, high: number): readonly number[] {
  return Array.from({ length: high - low - 1 }, (_, step) => low + 1 + step);
}

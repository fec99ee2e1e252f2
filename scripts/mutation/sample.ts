/** Some of all mutants, the same ones on every machine and at every time. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Mutant } from "./bundle.ts";

/** Mutants in an order that the seed and what they change decide, not their places. */
export function sampleOf(
  mutants: readonly Mutant[],
  seed: string,
  count: number,
): readonly Mutant[] {
  const rank = ({ file, mutator, start, replacement }: Mutant): string => {
    const line = readFileSync(file, "utf8").split("\n")[start.line]?.trim();
    return createHash("sha256")
      .update([seed, file, mutator, line, replacement].join("\n"))
      .digest("hex");
  };
  const chosen = mutants
    .map((mutant) => ({ mutant, rank: rank(mutant) }))
    .toSorted((a, b) => a.rank.localeCompare(b.rank))
    .slice(0, count);
  const ids = new Set(chosen.map(({ mutant }) => mutant.id));
  return mutants.filter(({ id }) => ids.has(id));
}

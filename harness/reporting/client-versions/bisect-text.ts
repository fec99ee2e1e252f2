/** What `brownout bisect` found, in words. */
import { join } from "node:path";
import type { Bisection } from "./bisect-versions.ts";

/** A version that was tried: the verdict of the rule, or why there is none. */
export type TriedVersion = { readonly version: string } & (
  | { readonly verdict: string; readonly message: string; readonly journal: string }
  | { readonly unknown: string }
);

/** What the bisection was about, and every version that was tried. */
export interface BisectionContext {
  readonly client: string;
  readonly rule: string;
  readonly scenario: string;
  readonly tried: readonly TriedVersion[];
}

/** The line for a version that has just been tried. */
export function triedLine(client: string, tried: TriedVersion): string {
  const result =
    "verdict" in tried
      ? `${tried.verdict}: ${tried.message}`
      : `nothing to learn: ${tried.unknown}`;
  return `  ${client} ${tried.version}  ${result}`;
}

/** The answer, and the versions on both sides of it; `journals` is the folder below which journals are. */
export function bisectionLines(
  bisection: Bisection,
  { client, rule, scenario, tried }: BisectionContext,
  journals: string,
): readonly string[] {
  const linesOf = (version: string | undefined): string => {
    const one = tried.find((candidate) => candidate.version === version);
    if (one === undefined) return "";
    if ("unknown" in one) return `  ${one.version}  ${one.unknown}`;
    return `  ${one.version}  ${one.verdict}: ${one.message}\n      ${join(journals, one.journal)}`;
  };
  const what = `${rule} of ${scenario}`;
  switch (bisection.kind) {
    case "same":
      return [
        `Both ends say the same of ${what}: nothing to look for between them.`,
        linesOf(tried[0]?.version),
        linesOf(tried.at(-1)?.version),
      ];
    case "unknown-end":
      return [
        `${client} ${bisection.version} is an end of the range, and nothing can be learnt of it.`,
        linesOf(bisection.version),
      ];
    case "found": {
      const { before, after, between } = bisection;
      const first =
        between.length === 0
          ? `${client} ${after} is the first that changed ${what}.`
          : `${client} ${after}, or one before it that could not be played (${between.join(", ")}), is the first that changed ${what}.`;
      return [first, linesOf(before), linesOf(after)];
    }
  }
}

/** Marks a build with findings, where a CI service reads them from the output. */
import { HarnessError, suggestNames } from "../core/errors.ts";
import { type Annotator, annotationLines, annotators } from "../reporting/annotations.ts";
import type { Explain } from "../reporting/explain.ts";
import type { Results } from "../reporting/results.ts";
import type { Options } from "./arguments.ts";
import type { Io } from "./io.ts";

/** The options of commands that mark builds. */
export const annotatingOptions = {
  annotate: {
    value: "SERVICE",
    says: `mark the build with what is found: ${annotators.join(", ")} or none (default: by the service that runs it)`,
  },
} as const satisfies Options;

/** The service that is to be told; `bad-usage` for a name that is none. */
export function annotatorOf(named: string | undefined, { environment }: Io): Annotator | undefined {
  if (named === "none") return undefined;
  if (named === undefined) {
    if (environment["GITHUB_ACTIONS"] === "true") return "github";
    return environment["TF_BUILD"] === "True" ? "azure" : undefined;
  }
  const found = annotators.find((one) => one === named);
  if (found !== undefined) return found;
  throw new HarnessError("bad-usage", `there is no service "${named}"`, {
    place: "--annotate",
    hint: suggestNames(named, annotators, `There are ${annotators.join(", ")}, and none.`),
  });
}

/** The lines for the service; none without one. */
export function annotate(
  results: Results,
  explain: Explain,
  annotator: Annotator | undefined,
): readonly string[] {
  return annotator === undefined ? [] : annotationLines(results, explain, annotator);
}

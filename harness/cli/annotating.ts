/** Marks a build with findings, where a CI service reads them from the output. */
import { HarnessError, suggestNames } from "../core/errors.ts";
import { type Annotator, annotationLines, annotators } from "../reporting/formats/annotations.ts";
import type { ReportModel } from "../reporting/model/report-model.ts";
import type { RunFacts } from "../reporting/model/run-facts.ts";
import type { Options } from "./arguments.ts";
import type { Io } from "./io.ts";

/** The options of commands that mark builds. */
export const annotatingOptions = {
  annotate: {
    value: "SERVICE",
    says: `mark the build with what is found: ${annotators.join(", ")} or none (default: by the service that runs it)`,
  },
} as const satisfies Options;

/** The CI service whose commands to print; undefined for none. Throws `bad-usage` for an unknown name. */
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
  model: ReportModel,
  annotator: Annotator | undefined,
  facts: RunFacts,
): readonly string[] {
  return annotator === undefined ? [] : annotationLines(model, annotator, facts);
}

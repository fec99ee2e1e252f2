/** Formats that are written only when they are asked for, each with its file in the output folder. */
import type { ReportModel } from "../model/report-model.ts";
import type { RunFacts } from "../model/run-facts.ts";
import { writeCodeQuality } from "./code-quality.ts";
import { writeSarif } from "./sarif.ts";

/** A format that is asked for by name. */
export type ExtraFormat = keyof typeof extraFormats;

/** What `--format` knows. */
export const extraFormats = {
  sarif: { file: "brownout.sarif", write: writeSarif },
  "code-quality": { file: "gl-code-quality-report.json", write: writeCodeQuality },
} as const satisfies Readonly<
  Record<
    string,
    {
      readonly file: string;
      readonly write: (model: ReportModel, facts: RunFacts) => string;
    }
  >
>;

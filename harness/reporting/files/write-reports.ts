/** Writes the files of a report into the output folder. */
import { join } from "node:path";
import { writeCtrf } from "../formats/ctrf.ts";
import { type ExtraFormat, extraFormats } from "../formats/extra-formats.ts";
import { writeHtml } from "../formats/html.ts";
import { writeJunit } from "../formats/junit.ts";
import type { PageProgram } from "../formats/page-program.ts";
import { writeSummary } from "../formats/summary.ts";
import type { ReportModel } from "../model/report-model.ts";
import { RUN_FILE, type RunFacts, writeRunFacts } from "../model/run-facts.ts";
import { writeResults } from "../model/results.ts";
import { writeWhole } from "./write-whole.ts";

/** The names of the reports. */
export const REPORT_FILES: readonly string[] = [
  "junit.xml",
  "ctrf.json",
  "summary.md",
  "report.html",
  "results.json",
  ...Object.values(extraFormats).map(({ file }) => file),
];

/**
 * Writes every report and `run.json`; `page` is what `loadPageProgram` returned. Throws
 * `unwritable`, and rejects as `page` does, once all but report.html are written.
 */
export async function writeReports(
  out: string,
  {
    model,
    facts,
    formats = [],
  }: {
    readonly model: ReportModel;
    readonly facts: RunFacts;
    /** Beside those that are always written. */
    readonly formats?: readonly ExtraFormat[];
  },
  page: PageProgram | Promise<PageProgram>,
): Promise<void> {
  writeWhole(join(out, RUN_FILE), writeRunFacts(facts));
  writeWhole(join(out, "junit.xml"), writeJunit(model, facts));
  writeWhole(join(out, "ctrf.json"), writeCtrf(model, facts));
  for (const name of formats) {
    const { file, write } = extraFormats[name];
    writeWhole(join(out, file), write(model, facts));
  }
  writeWhole(join(out, "summary.md"), writeSummary(model));
  try {
    writeWhole(join(out, "report.html"), writeHtml(model, await page, facts));
  } finally {
    // Last, so that a reader who finds it finds the others of the same session.
    writeWhole(join(out, "results.json"), writeResults(model.results));
  }
}

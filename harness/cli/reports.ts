/** Writes the reports of a session, whoever has run it. */
import { join, relative } from "node:path";
import { writeCtrf } from "../reporting/ctrf.ts";
import type { Explain } from "../reporting/explain.ts";
import type { PageProgram } from "../reporting/html/page-program.ts";
import { writeHtml } from "../reporting/html/write-html.ts";
import { writeJunit } from "../reporting/junit.ts";
import { type Results, writeResults } from "../reporting/results.ts";
import { writeSummary } from "../reporting/summary.ts";
import { writeWhole } from "../reporting/write.ts";

/**
 * Every report, into the output folder. `startedAt`: of the first run, ms since the Unix epoch,
 * virtual. `page`: what `loadPageProgram` gave, before anything was run.
 */
export function writeReports(
  out: string,
  {
    results,
    explain,
    startedAt,
    page,
  }: {
    readonly results: Results;
    readonly explain: Explain;
    readonly startedAt: number;
    readonly page: PageProgram;
  },
): void {
  writeWhole(join(out, "junit.xml"), writeJunit(results));
  writeWhole(join(out, "ctrf.json"), writeCtrf(results, { startedAt }));
  writeWhole(join(out, "summary.md"), writeSummary(results, explain));
  writeWhole(join(out, "report.html"), writeHtml(results, explain, page));
  // Last, so that who finds it finds the others of the same session.
  writeWhole(join(out, "results.json"), writeResults(results));
}

/** When the first of some runs began, ms since the Unix epoch, virtual; zero when there is none. */
export function firstStart(starts: readonly number[]): number {
  return starts.length === 0 ? 0 : starts.reduce((first, at) => Math.min(first, at));
}

/** A path as a person in that folder would write it. */
export function shortPath(cwd: string, path: string): string {
  const inside = relative(cwd, path);
  return inside.startsWith("..") ? path : inside;
}

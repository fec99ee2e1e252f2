/** The evidence of a finding in words. */
import { evidenceLines } from "../../history/event-line.ts";
import type { RunReference } from "../model/run-reference.ts";
import type { ReportModel } from "../model/report-model.ts";

/** The events of a run that a finding points at, in the order of time, a line each. */
export function evidenceOf(
  { histories }: ReportModel,
  run: RunReference,
  evidence: readonly number[],
): readonly string[] {
  const history = histories.get(run.id);
  return history === undefined ? [] : evidenceLines(history, evidence);
}

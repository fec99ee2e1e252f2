/** What to do about entries of the baseline and the quarantine, under headings. */
import type { ReportModel } from "../model/report-model.ts";

/** Each heading with its lines; only those with lines. */
export function entrySections({
  entryNotes: { stale, overdue, withoutReason },
}: Pick<ReportModel, "entryNotes">): readonly (readonly [string, readonly string[]])[] {
  const sections = [
    ["Overdue: accepted until a day that is over", overdue],
    ["Without a reason: these entries accept nothing until someone writes it", withoutReason],
    ["Stale: these entries match nothing any more", stale],
  ] as const;
  return sections.filter(([, lines]) => lines.length > 0);
}

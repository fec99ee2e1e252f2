/** How a run stands, in one word: what the matrix shows, and what it is filtered by. */
import type { FindingData, RunData } from "../html/report-data.ts";

/** From worst to best. */
export const standings = ["new", "open", "known", "quarantined", "pass"] as const;

export type Standing = (typeof standings)[number];

/** What each word means, and the sign beside it: nobody has to tell colours apart. */
export const standingMeanings: Readonly<Record<Standing, { sign: string; says: string }>> = {
  new: { sign: "✕", says: "a finding that the baseline does not expect" },
  open: { sign: "?", says: "an asserted rule never saw what it judges" },
  known: { sign: "●", says: "findings, all of them known to the baseline" },
  quarantined: { sign: "~", says: "a finding that comes and goes, in quarantine" },
  pass: { sign: "✓", says: "no finding" },
};

export function standingOf({ findings }: Pick<RunData, "findings">): Standing {
  if (findings.some(isNewFailure)) return "new";
  if (findings.some(isNewlyOpen)) return "open";
  if (findings.some(({ baseline }) => baseline === "known")) return "known";
  return findings.length > 0 ? "quarantined" : "pass";
}

export function isNewFailure(finding: FindingData): boolean {
  return finding.verdict === "fail" && isUnexpected(finding);
}

export function isNewlyOpen(finding: FindingData): boolean {
  return finding.verdict === "inconclusive" && isUnexpected(finding);
}

function isUnexpected({ baseline, quarantined }: FindingData): boolean {
  return baseline === "new" && quarantined === undefined;
}

/** What findings did over the last sessions of a job: pure. */
import type { SessionHead } from "./change.ts";
import { isOpen } from "./fold-job.ts";
import type { TrackedFinding } from "./tracked-findings.ts";
import { trackOf } from "./track.ts";

/** Where a finding stands, those that want action first. */
export const trendKinds = ["failing", "flaky", "inconclusive", "known", "gone", "fixed"] as const;

/** A finding with what it did. */
export interface FindingTrend extends Omit<TrackedFinding, "spans"> {
  /** `known`: the baseline or the quarantine accepts it. `fixed`: it failed within these sessions, and holds. */
  readonly kind: (typeof trendKinds)[number];
  /** A letter a session, the oldest first: `x` failed, `k` failed and was accepted, `?` could not be judged, `.` held, a blank for not run. */
  readonly track: string;
}

/** The trend of each finding that is there, or was within these sessions; the oldest session first. */
export function trendsOf(
  findings: readonly TrackedFinding[],
  sessions: readonly SessionHead[],
): readonly FindingTrend[] {
  const numbers = sessions.map(({ id }) => id);
  return findings
    .flatMap(({ spans, ...finding }): readonly FindingTrend[] => {
      const track = trackOf(spans, numbers);
      const kind = kindOf({ spans, ...finding });
      return kind !== "fixed" || /[xk?]/.test(track) ? [{ ...finding, kind, track }] : [];
    })
    .toSorted((a, b) => trendKinds.indexOf(a.kind) - trendKinds.indexOf(b.kind));
}

function kindOf(finding: TrackedFinding): FindingTrend["kind"] {
  const { open } = finding;
  if (open === undefined) return "fixed";
  if (open.reported === "gone") return "gone";
  if (!isOpen(finding)) return "known";
  if (open.reported === "flaky" || open.reported === "inconclusive") return open.reported;
  return open.unjudged === true ? "inconclusive" : "failing";
}

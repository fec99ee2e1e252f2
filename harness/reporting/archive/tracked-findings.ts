/** What the archive knows of each finding of a job, with its sessions. */
import type { DatabaseSync } from "node:sqlite";
import type { Since } from "./change.ts";
import { evidenceOf, type FindingEvidence } from "./evidence.ts";
import { type JobLine, readLedger, sinceOf } from "./ledger-tables.ts";
import type { FindingState, Occurrence } from "./ledger-state.ts";
import type { Span } from "./track.ts";

/** A finding that was seen at least once. */
export interface TrackedFinding extends Pick<
  FindingState,
  "id" | "subject" | "fixed" | "lastHeld"
> {
  /** Absent while it holds. */
  readonly open?: Occurrence & { readonly since?: Since };
  /** Journals that are kept while it is open, relative to the archive's folder. */
  readonly evidence: FindingEvidence;
  /** Its stretches, in the order of the sessions. */
  readonly spans: readonly Span[];
}

/** Every finding of a job on a branch, in the order of scenario, client and rule. */
export function trackedFindings(database: DatabaseSync, line: JobLine): readonly TrackedFinding[] {
  const spans = database.prepare(
    "SELECT first, last, letter FROM span WHERE finding = ? ORDER BY first",
  );
  return readLedger(database, line).findings.map(({ open, ...state }) => ({
    ...state,
    ...(open === undefined ? {} : { open: withSince(database, open, state.subject.client) }),
    evidence: evidenceOf(database, state.id),
    spans: spans.all(state.id).map(({ first, last, letter }) => ({
      first: Number(first),
      last: Number(last),
      letter: String(letter),
    })),
  }));
}

function withSince(
  database: DatabaseSync,
  open: Occurrence,
  client: string,
): Occurrence & { readonly since?: Since } {
  const since = sinceOf(database, open, client);
  return since === undefined ? open : { ...open, since };
}

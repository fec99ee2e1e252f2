/** Moves all documents of a browser context through virtual time. */
import type { Frame } from "@playwright/test";
import { askableFrames, askDocument, type Documents, emptyExpiredCache } from "./documents.ts";
import { leapOf, setTimeOf } from "./agent/agent-calls.ts";
import type { DocumentTime, PageLeap, PageState } from "./agent/agent-protocol.ts";

/** How far a document leaps at once, ms, and how often before the harness looks at everything. */
const LEAP_MAX_MS = 3_600_000;
const LEAPS_MAX = 1_000;

/** Brings all documents to a time; their timers due by then fire. `leapt` is there already, by a leap of its own. */
export async function setDocumentsTime(
  documents: Documents,
  to: DocumentTime,
  leapt?: { readonly frame: Frame; readonly state: PageState },
): Promise<void> {
  await emptyExpiredCache(
    documents,
    "stillAtMs" in to ? to.stillAtMs : Date.now() + to.flowingByMs,
  );
  documents.time = to;
  const dues = new Map<Frame, number>();
  let isPoll = true;
  // One after the other: timers of two documents at one instant would race.
  for (const frame of askableFrames(documents)) {
    const state =
      frame === leapt?.frame
        ? leapt.state
        : await askDocument(documents, frame, () => setTimeOf(frame, to, documents.device));
    if (state !== "gone" && state.nextDueMs !== undefined) dues.set(frame, state.nextDueMs);
    if (state !== "gone") documents.seen.set(frame, state.activity);
    isPoll &&= state !== "gone" && state.onlyPolled === true;
  }
  documents.dues = dues;
  if (documents.quiescent !== undefined && isPoll) documents.quiescent.polls += 1;
  else documents.quiescent = undefined;
}

/** As `Participant.leap`, for all documents together. */
export async function leapDocuments(
  documents: Documents,
  untilMs: number,
  onReached: (atMs: number) => void,
): Promise<number> {
  try {
    for (let count = 1; ; count += 1) {
      const { reachedMs, stopped } = await leapOnce(documents, untilMs, onReached);
      if (stopped || reachedMs >= untilMs || count >= LEAPS_MAX) return reachedMs;
    }
  } finally {
    documents.onReached = undefined;
  }
}

type Reached = Pick<PageLeap, "reachedMs" | "stopped">;

/** Lets the document with the next timer leap as far as no other has one; the others follow. */
async function leapOnce(
  documents: Documents,
  untilMs: number,
  onReached: (atMs: number) => void,
): Promise<Reached> {
  const { seen } = documents;
  const [first, second] = [...documents.dues].toSorted(([, a], [, b]) => a - b);
  if (first === undefined) {
    if (untilMs < Infinity) await setDocumentsTime(documents, { stillAtMs: untilMs });
    return { reachedMs: untilMs, stopped: true };
  }
  const [frame, dueMs] = first;
  let reportedMs = dueMs;
  documents.onReached = (atMs) => {
    reportedMs = Math.max(reportedMs, atMs);
    onReached(atMs);
  };
  const endMs = Math.min(untilMs, second?.[1] ?? Infinity, dueMs + LEAP_MAX_MS);
  await emptyExpiredCache(documents, endMs);
  // The end of a call that waits there would be noticed too late.
  const leapt =
    documents.calls > 0
      ? { reachedMs: dueMs, stopped: true }
      : await leapDocument(documents, frame, endMs);
  documents.onReached = undefined;
  // A document that went away, or its page, did so when it last reported.
  const { reachedMs, stopped } = leapt ?? { reachedMs: reportedMs, stopped: true };
  const isThere = leapt !== undefined && "activity" in leapt;
  await setDocumentsTime(
    documents,
    { stillAtMs: reachedMs },
    isThere ? { frame, state: leapt } : undefined,
  );
  // What it stopped for is to be looked at.
  documents.quiescent = undefined;
  const isQuiet =
    leapt === undefined || !("activity" in leapt) || leapt.activity === seen.get(frame);
  return { reachedMs, stopped: stopped || !isQuiet };
}

function leapDocument(
  documents: Documents,
  frame: Frame,
  untilMs: number,
): Promise<PageLeap | undefined> {
  const company = askableFrames(documents).length > 1 ? "others" : "alone";
  return documents.leaving.unlessLeaving(frame, () =>
    leapOf(frame, {
      name: (documents.leaps += 1),
      untilMs,
      company,
      activity: documents.seen.get(frame) ?? 0,
    }),
  );
}

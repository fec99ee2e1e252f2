/** The text that a failed test prints: its timeline, shortened, and what may have been forgotten. */
import { formatDuration } from "../../core/time/duration.ts";
import { operationsOf } from "../../rules/model/exchanges.ts";
import { foldLines } from "./fold-lines.ts";
import type { LiveSimulation } from "./live-simulation.ts";

const FIRST_LINES = 20;
const LAST_LINES = 40;
const ADDRESSES_MAX = 5;

export interface TimelineTitle {
  /** The title of the test. */
  readonly title: string;
  /** Where the whole timeline is, such as `in the attachment a.txt`. */
  readonly whole: string;
}

/** One line for each event, under a heading: with loops folded, and cut in the middle when it is still long. */
export function timelineText(
  session: Pick<LiveSimulation, "timeline">,
  { title, whole }: TimelineTitle,
): readonly string[] {
  const lines = foldLines(session.timeline().split("\n"));
  const left = lines.length - FIRST_LINES - LAST_LINES;
  const shown =
    left <= 1
      ? lines
      : [
          ...lines.slice(0, FIRST_LINES),
          `… ${left} more lines, ${whole}`,
          ...lines.slice(-LAST_LINES),
        ];
  return [
    `What happened in "${title}", by virtual time since the test began:`,
    ...shown.map((line) => `  ${line}`),
  ];
}

/** Addresses of APIs for which the test has set no answer, which may be why it failed. */
export function unnamedAnswers({
  answeredByDefault,
}: Pick<LiveSimulation, "answeredByDefault">): readonly string[] {
  const answered = answeredByDefault();
  if (answered.length === 0) return [];
  const shown = answered
    .slice(0, ADDRESSES_MAX)
    .map(({ address, answer }) => `  ${address}: ${JSON.stringify(answer)}`);
  const left = answered.length - shown.length;
  return [
    "Answered by default; entra.api(address, data) sets the answer of an API:",
    ...shown,
    ...(left === 0 ? [] : [`  and ${left} more`]),
  ];
}

/** What time stood still for when a test timed out. */
export function pendingWaits({ clock }: Pick<LiveSimulation, "clock">): readonly string[] {
  const waits = clock.waitingFor();
  return waits.length === 0 ? [] : [`Time stood still for ${waits.join(", ")}.`];
}

/** The calls of own code that had not ended when a test timed out in them: time went on, by the timers of the app, and nothing ended them. */
export function unfinishedCalls({ history }: Pick<LiveSimulation, "history">): readonly string[] {
  const seen = history();
  const now = seen.events.at(-1)?.at ?? seen.header.startedAt;
  return operationsOf(seen)
    .filter(
      ({ invoked, completed }) =>
        invoked.flow === "custom" &&
        (completed === undefined ||
          (completed.outcome === "unknown" && completed.reason === "run-ended")),
    )
    .map(({ invoked, exchanges }) => {
      const last = exchanges.findLast(({ ended }) => ended !== undefined)?.ended;
      const answered =
        last === undefined
          ? "was answered nothing"
          : `was last answered ${formatDuration(now - last.at)} before that`;
      return `The test timed out in entra.operate("${invoked.app}"): the call has not ended after ${formatDuration(now - invoked.at)} of virtual time, and ${answered}. Look for a promise that nothing settles, or a retry without an end.`;
    });
}

/** How far time has come in the `advance` in which a test has timed out. */
export function unfinishedAdvance({ clock }: Pick<LiveSimulation, "clock">): readonly string[] {
  const underway = clock.advancing();
  if (underway === undefined) return [];
  const { wantedMs, passedMs } = underway;
  return [
    `The test timed out in entra.clock.advance: ${formatDuration(passedMs)} of ${formatDuration(wantedMs)} had passed.`,
  ];
}

/** What a failed test prints: the end of its timeline. */
import type { Session } from "./session.ts";

const LINES_MAX = 80;

/** The last events of a session, a line each, under a heading. */
export function timelineText(session: Pick<Session, "timeline">, title: string): readonly string[] {
  const lines = session.timeline().split("\n");
  const shown = lines.slice(-LINES_MAX);
  const left = lines.length - shown.length;
  return [
    `What happened in "${title}", by virtual time since the test began:`,
    ...(left === 0 ? [] : [`  … ${left} earlier events, which the journal has`]),
    ...shown.map((line) => `  ${line}`),
  ];
}

/** What a test leaves in its output folder and in Playwright's report: the journal and the timeline, which a failed test also prints. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import type { TestInfo } from "@playwright/test";
import { HarnessError } from "../../core/errors.ts";
import {
  timelineText,
  unfinishedAdvance,
  unnamedAnswers,
} from "../../runner/live/timeline-text.ts";
import type { Session } from "../../runner/live/session.ts";

export interface Left {
  readonly session: Session;
  readonly testInfo: TestInfo;
  /** Tabs and popups in which a sign-in page waits for somebody. */
  readonly unanswered: readonly string[];
}

const TIMELINE = "entra-timeline.txt";

/** Writes and attaches what has happened, and prints it for a test that has failed, or will by what `problemOf` says. */
export function leaveHistory({ session, testInfo, unanswered }: Left): void {
  leaveFile(testInfo, TIMELINE, { text: session.timeline(), contentType: "text/plain" });
  const journal = leaveFile(testInfo, "entra-journal.jsonl", {
    text: session.journal(),
    contentType: "application/jsonl",
  });
  const { status, expectedStatus, title } = testInfo;
  if (status === expectedStatus && session.problems().length === 0) return;
  const lines = [
    ...timelineText(session, { title, whole: `in the attachment ${TIMELINE}` }),
    ...unanswered.map((window) => unansweredAt(window, session)),
    ...unnamedAnswers(session),
    ...(status === "timedOut"
      ? unfinishedAdvance(session).map((line) => `${line} test.setTimeout() gives it longer.`)
      : []),
    `To judge it again: npx brownout check ${quoted(journal)}`,
  ];
  console.error(lines.join("\n"));
}

/** Puts a file in the test's output folder and in the report; returns its path as a person would write it here. */
function leaveFile(
  testInfo: TestInfo,
  name: string,
  { text, contentType }: { readonly text: string; readonly contentType: string },
): string {
  const path = testInfo.outputPath(name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  // `attach` would make a copy of it, under a name that nobody can guess.
  testInfo.attachments.push({ name, path, contentType });
  return relative(process.cwd(), path);
}

function quoted(path: string): string {
  return /^[\w./@+:-]+$/.test(path) ? path : `"${path}"`;
}

function unansweredAt(window: string, { directory }: Session): string {
  const [somebody = "adele"] = directory.world.tenants[0]?.users[0]?.upn.split("@") ?? [];
  return `${window} shows a sign-in page, and nobody sits in front of it: entra.signIn("${somebody}", () => …) signs somebody in, test.use({ entraOptions: { user: "${somebody}" } }) seats them from the start.`;
}

/** What went wrong that was not the page's doing, in the words of a suite of pages; nothing when all is well. */
export function problemOf({ problems }: Pick<Session, "problems">): Error | undefined {
  const [problem] = problems();
  if (!(problem instanceof HarnessError)) return problem;
  const { code, message, place = "", hint = "" } = problem;
  // Hosts that nobody serves are named alone, what only one way of the browser cannot do by its address.
  const isHost = code === "unmocked-request" && !place.includes("://");
  return new HarnessError(code, message, {
    place,
    hint: isHost
      ? `Nothing leaves the machine. Answer it in the test, before the page asks: page.route("${addressOf(place)}/**", (route) => route.fulfill()).`
      : hint.replace("--mount proxy", 'test.use({ entraOptions: { mount: "proxy" } })'),
    cause: problem,
  });
}

function addressOf(place: string): string {
  return place.endsWith(":80") ? `http://${place.slice(0, -3)}` : `https://${place}`;
}

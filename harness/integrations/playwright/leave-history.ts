/** Attaches the journal and the timeline of a test to Playwright's report; a failed test also prints the timeline. */
import { writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import type { TestInfo } from "@playwright/test";
import { HarnessError } from "../../core/errors.ts";
import { makeFolder } from "../../core/make-folder.ts";
import {
  timelineText,
  unfinishedAdvance,
  unnamedAnswers,
} from "../../runner/live/timeline-text.ts";
import type { LiveSimulation } from "../../runner/live/live-simulation.ts";

export interface FinishedTest {
  readonly session: LiveSimulation;
  readonly testInfo: TestInfo;
  /** Tabs and popups in which a sign-in page waits to be filled in. */
  readonly unanswered: readonly string[];
}

const TIMELINE = "entra-timeline.txt";

/** Writes and attaches journal and timeline, and prints the timeline for a test that has failed, or that `problemOf` will fail. */
export function leaveHistory({ session, testInfo, unanswered }: FinishedTest): void {
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
    `Check it again: npx brownout check ${quoted(journal)}`,
  ];
  console.error(lines.join("\n"));
}

/** Writes a file to the test's output folder and attaches it to the report; returns its path from the working directory. */
function leaveFile(
  testInfo: TestInfo,
  name: string,
  { text, contentType }: { readonly text: string; readonly contentType: string },
): string {
  const path = testInfo.outputPath(name);
  makeFolder(dirname(path));
  writeFileSync(path, text);
  // `attach` would copy it, under an unpredictable name.
  testInfo.attachments.push({ name, path, contentType });
  return relative(process.cwd(), path);
}

function quoted(path: string): string {
  return /^[\w./@+:-]+$/.test(path) ? path : `"${path}"`;
}

function unansweredAt(window: string, { directory }: LiveSimulation): string {
  const [person = "adele"] = directory.world.tenants[0]?.users[0]?.upn.split("@") ?? [];
  return `${window} shows a sign-in page that no one fills in: entra.signIn("${person}", () => …) signs a person in, test.use({ entraOptions: { user: "${person}" } }) does at every sign-in page.`;
}

/** The first problem of a session that is not the page's own, with a hint for a Playwright suite; undefined when there is none. */
export function problemOf({ problems }: Pick<LiveSimulation, "problems">): Error | undefined {
  const [problem] = problems();
  if (!(problem instanceof HarnessError)) return problem;
  const { code, message, place = "", hint = "" } = problem;
  // A host that is not simulated is given by its name; a URL is something that the mount cannot do.
  const isHost = code === "unmocked-request" && !place.includes("://");
  return new HarnessError(code, message, {
    place,
    hint: isHost
      ? `No request leaves the computer. Answer it in the test, before the page asks: page.route("${addressOf(place)}/**", (route) => route.fulfill()).`
      : hint.replace("--mount proxy", 'test.use({ entraOptions: { mount: "proxy" } })'),
    cause: problem,
  });
}

function addressOf(place: string): string {
  return place.endsWith(":80") ? `http://${place.slice(0, -3)}` : `https://${place}`;
}

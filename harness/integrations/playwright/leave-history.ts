/** Attaches the journal and the timeline of a test to Playwright's report; a failed test also prints the timeline. */
import { writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import type { TestInfo } from "@playwright/test";
import { ownCommand } from "../../core/own-command.ts";
import { makeFolder } from "../../core/make-folder.ts";
import { shellWord } from "../../core/shell-word.ts";
import {
  timelineText,
  unfinishedAdvance,
  unnamedAnswers,
} from "../../runner/live/timeline-text.ts";
import type { LiveSimulation } from "../../runner/live/live-simulation.ts";
import { worldHint } from "../../runner/live/refusal-hint.ts";
import type { Refusal } from "../../runner/live/refusals.ts";
import { leaveResult } from "../results/leave-result.ts";
import type { SeenInTest } from "./test-simulator.ts";

export interface FinishedTest {
  readonly session: LiveSimulation;
  readonly testInfo: TestInfo;
  readonly seen: SeenInTest;
  /** What the test has forgotten, as far as it counts. */
  readonly problems: readonly Error[];
}

const TIMELINE = "entra-timeline.txt";

/** Writes and attaches journal and timeline, and prints the timeline for a test that has failed, or that its problems will fail. */
export function leaveHistory({ session, testInfo, seen, problems }: FinishedTest): void {
  leaveFile(testInfo, TIMELINE, { text: session.timeline(), contentType: "text/plain" });
  const journal = leaveFile(testInfo, "entra-journal.jsonl", {
    text: session.journal(),
    contentType: "application/jsonl",
  });
  const { status, expectedStatus, title, project } = testInfo;
  const hasPassed = status === expectedStatus && problems.length === 0;
  leaveResult(
    session,
    {
      title: titleOf(testInfo),
      file: testInfo.file,
      errors: hasPassed ? [] : [...testInfo.errors, ...problems, {}],
    },
    (file, pattern) => {
      const only = project.name === "" ? "" : ` --project=${shellWord(project.name)}`;
      return `npx playwright test ${file} -g ${pattern}${only}`;
    },
  );
  if (hasPassed) return;
  const lines = [
    ...timelineText(session, { title, whole: `in the attachment ${TIMELINE}` }),
    ...pageErrorLines(seen.pageErrors),
    ...seen.unanswered.map((window) => unansweredAt(window, session)),
    ...refusalLines(seen.refusals, session),
    ...unnamedAnswers(session),
    ...(status === "timedOut"
      ? unfinishedAdvance(session).map((line) => `${line} test.setTimeout() gives it longer.`)
      : []),
    `Check it again: ${ownCommand()} check ${shellWord(journal)}`,
  ];
  console.error(lines.join("\n"));
}

/** The same test in another project, such as of another browser, is another. */
function titleOf({ titlePath, project }: TestInfo): string {
  const title = titlePath.slice(1).join(" > ");
  return project.name === "" ? title : `${title} [${project.name}]`;
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

function pageErrorLines(errors: readonly string[]): readonly string[] {
  return errors.length === 0 ? [] : ["Errors of the pages:", ...errors.map((line) => `  ${line}`)];
}

function refusalLines(
  refusals: readonly Refusal[],
  { directory }: LiveSimulation,
): readonly string[] {
  return refusals.flatMap((refusal) =>
    [`Entra refused a sign-in: ${refusal.text}`, worldHint(directory.world, refusal)]
      .filter((line) => line !== "")
      .map((line, index) => (index === 0 ? line : `  ${line}`)),
  );
}

function unansweredAt(window: string, { directory }: LiveSimulation): string {
  const [person = "adele"] = directory.world.tenants[0]?.users[0]?.upn.split("@") ?? [];
  return `${window} shows a sign-in page that no one fills in: entra.signIn("${person}", () => …) signs a person in, test.use({ entraOptions: { user: "${person}" } }) does at every sign-in page.`;
}

/** What a test leaves in Playwright's report: the journal and the timeline, which a failed test also prints. */
import type { TestInfo } from "@playwright/test";
import { HarnessError } from "../errors.ts";
import { timelineText } from "../session/timeline-text.ts";
import type { Session } from "../session/session.ts";

/** Attaches what has happened, and prints it for a test that has failed. */
export async function attachHistory(session: Session, testInfo: TestInfo): Promise<void> {
  await testInfo.attach("entra-timeline.txt", {
    body: session.timeline(),
    contentType: "text/plain",
  });
  await testInfo.attach("entra-journal.jsonl", {
    body: session.journal(),
    contentType: "application/jsonl",
  });
  if (testInfo.status !== testInfo.expectedStatus) {
    console.error(timelineText(session, testInfo.title).join("\n"));
  }
}

/** What went wrong that was not the page's doing, in the words of a suite of pages; nothing when all is well. */
export function problemOf(session: Session): Error | undefined {
  const [problem] = session.problems();
  if (!(problem instanceof HarnessError) || problem.code !== "unmocked-request") return problem;
  const { place = "" } = problem;
  return new HarnessError(problem.code, problem.message, {
    place,
    hint: `Nothing leaves the machine. Answer it in the test, before the page asks: page.route("https://${place}/**", (route) => route.fulfill()).`,
    cause: problem,
  });
}

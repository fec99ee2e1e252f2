/** What a test leaves in Playwright's report: the journal and the timeline, which a failed test also prints. */
import type { TestInfo } from "@playwright/test";
import { timelineText } from "../session/timeline-text.ts";
import type { Session } from "../session/session.ts";

/** Attaches what has happened. Throws when a request to Microsoft has escaped the simulator. */
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
  const [escaped] = session.problems();
  if (escaped !== undefined) throw escaped;
}

/** What a test leaves in Playwright's report: the journal and the timeline, which a failed test also prints. */
import type { TestInfo } from "@playwright/test";
import { HarnessError } from "../errors.ts";
import { timelineText } from "../session/timeline-text.ts";
import type { Session } from "../session/session.ts";

/** Attaches what has happened, and prints it for a test that has failed, or will by what `problemOf` says. */
export async function attachHistory(session: Session, testInfo: TestInfo): Promise<void> {
  await testInfo.attach("entra-timeline.txt", {
    body: session.timeline(),
    contentType: "text/plain",
  });
  await testInfo.attach("entra-journal.jsonl", {
    body: session.journal(),
    contentType: "application/jsonl",
  });
  if (testInfo.status !== testInfo.expectedStatus || session.problems().length > 0) {
    console.error(timelineText(session, testInfo.title).join("\n"));
  }
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

/** What happens between a socket and a page, in the browser's own processes, where it cannot be observed. */
import { setTimeout as sleep } from "node:timers/promises";

/** Of the machine; a busy one takes longer than an idle one's few ms. */
const READ_AFTER_MS = 200;

/** Resolves when a page has most likely read what was sent to it: an error that comes right behind would overtake it. */
export function untilPageHasRead(): Promise<void> {
  return sleep(READ_AFTER_MS);
}

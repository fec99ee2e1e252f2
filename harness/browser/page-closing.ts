/** The end of a page, which the browser reports some time after its opener knows. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "@playwright/test";

/** Resolves when a page closes, or after so many ms of the machine's time. */
export async function untilClosed(page: Page, maxMs: number): Promise<void> {
  const ended = new AbortController();
  const end = (): void => ended.abort();
  page.once("close", end);
  await sleep(maxMs, undefined, { signal: ended.signal }).catch(() => undefined);
  page.off("close", end);
}

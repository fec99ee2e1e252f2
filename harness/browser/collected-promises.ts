/**
 * Chromium keeps a promise in a page alive for no caller that waits for it, and now and then takes
 * one for garbage that would still have been kept (microsoft/playwright#41826). What is then
 * known of the page is nothing: neither that a call failed nor that it is over.
 */

/** So often in a row no memory is cleaned up by chance. */
const ASKED_MAX = 5;

/** What `ask` makes of a page, asked again when its promise was collected: it has to answer each time what it would have the first. */
export async function unlessCollected<T>(ask: () => Promise<T>): Promise<T> {
  for (let asked = 1; ; asked += 1) {
    try {
      return await ask();
    } catch (error) {
      // Playwright's words, and Chromium's own.
      const isCollected =
        error instanceof Error && /promise was (?:garbage )?collected/i.test(error.message);
      if (!isCollected || asked >= ASKED_MAX) throw error;
    }
  }
}

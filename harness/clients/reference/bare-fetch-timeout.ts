/** The time-out of `bare-fetch`: one for a request together with the body of its answer. */
import { seconds } from "../../core/time/duration.ts";
import type { OpenedBareFetch } from "./opened-bare-fetch.ts";

/** With two requests, metadata and token, a call still ends within thirty seconds. */
const REQUEST_MAX_MS = seconds(10);

/** Settles as `send` does, or rejects after ten seconds and aborts its signal. */
export async function inTime<T>(
  { context: { clock }, has }: Pick<OpenedBareFetch, "context" | "has">,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = new AbortController();
  if (has("waits-forever")) return send(timeout.signal);
  const stopTimer = new AbortController();
  const late = clock.sleep(REQUEST_MAX_MS, stopTimer.signal).then(
    () => {
      const error = new Error(`no answer within ${REQUEST_MAX_MS} ms`);
      timeout.abort(error);
      throw error;
    },
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([send(timeout.signal), late]);
  } finally {
    stopTimer.abort();
  }
}

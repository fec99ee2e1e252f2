/** Posts JSON to a webhook. */

/** How long a receiver may take, real ms. */
const TIMEOUT_MS = 10_000;

/** Resolves to why the receiver did not take the body, in a sentence; to undefined when it did. */
export async function postWebhook(webhook: URL, body: object): Promise<string | undefined> {
  // The rest of an address is often a secret.
  const receiver = `The webhook at ${webhook.host}`;
  const later = "The next run reports it.";
  try {
    const response = await fetch(webhook, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok ? undefined : `${receiver} answered ${response.status}. ${later}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return `${receiver} was not reached: ${reason}. ${later}`;
  }
}

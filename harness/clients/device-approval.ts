/** The user of the device code flow, who enters the code on another device. */
import type { ClientContext, OpenOptions, TokenRequest } from "./client.ts";
import { answersOf, browserOf } from "./user-browser.ts";

/** Opens the page of the device code flow as the user, and approves. */
export async function approveDevice(
  verificationUri: string,
  userCode: string,
  request: TokenRequest,
  options: OpenOptions,
  context: ClientContext,
): Promise<void> {
  const browser = browserOf(request, options, context, "device-code");
  await context.clock.sleep(USER_TYPES_FOR_MS);
  await browser
    .visit(verificationUri, undefined, { ...answersOf(request), userCode })
    // The user cannot reach the page and gives up; the client's polling shows it.
    .catch(() => undefined);
}

const USER_TYPES_FOR_MS = 12_000;

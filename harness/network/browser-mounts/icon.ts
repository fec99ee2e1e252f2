/** Browsers look for an icon by themselves; there is none, and it is no part of the history. */
import { createResponse } from "../../core/http/message.ts";

/** The answer to a request for an icon; nothing for any other. */
export function iconOf({ url }: Request): Response | undefined {
  if (new URL(url).pathname !== "/favicon.ico") return undefined;
  return createResponse("", { status: 404, headers: [] });
}

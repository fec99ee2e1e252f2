/**
 * What calls of own code are for. Tests name a call after what it does, and often after the thing
 * that it does it for: "order 17", "order 18". Such calls are one kind of work, which needs the same
 * token, so numbers and ids in a name distinguish
 * nothing; words do.
 */
import type { OperationInvoked } from "../../history/event.ts";

/** The same text for calls with one purpose: the app's client id, or of own code the name with `#` for each number and id. */
export function purposeOf({ flow, app }: Pick<OperationInvoked, "flow" | "app">): string {
  return flow === "custom" ? app.replace(VOLATILE, "#") : app;
}

/** UUIDs, long words with digits before letters such as ULIDs and hashes, and numbers. An address of a person says for whom a call is. */
const VOLATILE =
  /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b(?=[a-z]*\d+[a-z])[a-z\d]{8,}\b|\d+(?:[.,:]\d+)*/gi;

/**
 * What calls of own code are for. Tests name a call after what it does, and often after the thing
 * that it does it for: "order 17", "order 18". Such calls are one kind of work, which needs the
 * same token, so numbers and ids in a name distinguish nothing; words and addresses of people do.
 */
import type { History, OperationInvoked } from "../../history/event.ts";
import { clientsOfSeveralUsers } from "./users-behind.ts";

/**
 * The same text for calls of one client with one purpose: as `purposeOf`, but of own code with
 * tokens of several users the whole name, since a number in it may say for which of them a call is.
 */
export function purposeIn(
  history: History,
  call: Pick<OperationInvoked, "client" | "flow" | "app">,
): string {
  return clientsOfSeveralUsers(history).has(call.client) ? call.app : purposeOf(call);
}

/** The same text for calls with one purpose, by their names alone: the app's client id, or of own code the name with `#` for each number and id. */
export function purposeOf({ flow, app }: Pick<OperationInvoked, "flow" | "app">): string {
  if (flow !== "custom") return app;
  const words = app.split(/(\s+)/);
  return words.map((word) => (word.includes("@") ? word : word.replace(VOLATILE, "#"))).join("");
}

/** UUIDs, words with digits all over such as ULIDs and hashes, and numbers; `s3upload` and `oauth2login` are words of the trade. */
const VOLATILE =
  /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b(?=[a-z]*\d+[a-z]+\d+[a-z])(?:[a-z\d]{20,}|(?=[a-z]*(?:\d+[a-z]+){2}\d)[a-z\d]{8,})\b|\d+(?:[.,:]\d+)*/gi;

/**
 * Finds the programming error behind an error that an application throws: `new Error("no orders",
 * { cause: typeError })` and `Promise.any` hide it as well as they hide what the service answered.
 */
import { readField } from "../core/foreign-value.ts";
import { programmingErrors } from "../core/thrown.ts";

/** How many errors are looked at; more than that is a chain that contains itself. */
const ERRORS_MAX = 50;

/**
 * The name of the first programming error among the causes of an error, also among several
 * (`errors` of an AggregateError). Undefined when there is none, when an error above it has a code
 * or a status of its own and so says what happened, or when it is how `fetch` itself reports a
 * connection that failed.
 */
export function programmingErrorBehind(error: unknown): string | undefined {
  const seen = new Set<unknown>([error]);
  let above = [error];
  while (above.length > 0) {
    const causes = above.filter((one) => !saysWhatHappened(one)).flatMap(causesOf);
    const fresh = causes.filter((one) => !seen.has(one)).slice(0, ERRORS_MAX);
    for (const one of fresh) seen.add(one);
    const found = fresh.find(isProgrammingError);
    if (found !== undefined) return String(readField(found, "name"));
    above = seen.size > ERRORS_MAX ? [] : fresh;
  }
  return undefined;
}

function causesOf(error: unknown): readonly unknown[] {
  const several = readField(error, "errors");
  const listed = Array.isArray(several) ? (several as readonly unknown[]) : [];
  // A SuppressedError has both: what was thrown, and what that took the place of.
  const causes = ["cause", "error", "suppressed"].map((name) => readField(error, name));
  return [...causes, ...listed].filter((one) => typeof one === "object" && one !== null);
}

function saysWhatHappened(error: unknown): boolean {
  return ["code", "errorCode", "status", "statusCode"].some((name) => {
    const value = readField(error, name);
    return typeof value === "number" || (typeof value === "string" && value !== "");
  });
}

function isProgrammingError(error: unknown): boolean {
  const name = readField(error, "name");
  if (typeof name !== "string" || !programmingErrors.has(name)) return false;
  return name !== "TypeError" || !isOfFetch(error);
}

/** The messages of Node, Chromium, WebKit and Firefox for a request that failed. */
const FETCH_MESSAGES =
  /^(?:fetch failed|terminated|Failed to fetch|Load failed|NetworkError when attempting to fetch resource\.?)$/;

function isOfFetch(error: unknown): boolean {
  const message = readField(error, "message");
  return typeof message === "string" && FETCH_MESSAGES.test(message);
}

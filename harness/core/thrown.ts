/** What was thrown, as an error that can be read: user code may throw anything, and a getter of it may throw again. */
import { isNativeError } from "node:util/types";
import { readField } from "./foreign-value.ts";

/** Whether a value is an error, of any realm: a test runner may run tests in a context of their own. */
export function isError(value: unknown): value is Error {
  try {
    return isNativeError(value) || value instanceof Error;
  } catch {
    // A proxy that was revoked.
    return false;
  }
}

/** An error with texts; `cause` is what was thrown. */
export function errorOf(thrown: unknown): Error {
  const message = textOf(thrown);
  const name = fieldOf(thrown, "name") ?? "Error";
  const stack = fieldOf(thrown, "stack");
  const error = new Error(message);
  error.name = name;
  if (stack === undefined) delete error.stack;
  else error.stack = stack;
  return error;
}

/** The message of an error, or any other value as a text. */
export function textOf(thrown: unknown): string {
  try {
    const message = fieldOf(thrown, "message");
    return isError(thrown) && message !== undefined ? message : String(thrown);
  } catch {
    return "a value without a text";
  }
}

/** The errors of the language for code that is wrong. */
export const programmingErrors: ReadonlySet<string> = new Set([
  "TypeError",
  "SyntaxError",
  "ReferenceError",
  "RangeError",
]);

function fieldOf(thrown: unknown, field: "name" | "message" | "stack"): string | undefined {
  const value = readField(thrown, field);
  return isError(thrown) && typeof value === "string" ? value : undefined;
}

/** JSON from outside: texts that people and other programs wrote. What must be in it, a schema says (`validation.ts`). */
import { HarnessError, type HarnessErrorCode } from "./errors.ts";

/** The value in a JSON text; throws a `HarnessError` with that code, the place and its line, and the hint when the text is not JSON. */
export function parseJson(
  text: string,
  {
    code,
    place,
    hint,
  }: { readonly code: HarnessErrorCode; readonly place: string; readonly hint: string },
): unknown {
  try {
    // Editors on Windows write a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    // Node quotes the text, with its line breaks.
    const reason = String(error instanceof Error ? error.message : error).replaceAll(/\s+/g, " ");
    const line = /\(line (\d+)/.exec(reason)?.[1];
    throw new HarnessError(code, `expected JSON: ${reason}`, {
      place: line === undefined ? place : `${place}:${line}`,
      hint,
      cause: error,
    });
  }
}

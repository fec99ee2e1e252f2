/** Reads the parts of a HAR file; everything that differs from HAR 1.2 is a `bad-har` with its place. */
import { HarnessError } from "../core/errors.ts";
import { expected } from "../core/validation-messages.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** The `log` of a HAR file. */
export function readHarLog(source: string, place: string): Fields {
  let file: unknown;
  try {
    file = JSON.parse(source.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw notJson(error, source, place);
  }
  const found = typeof file === "object" && file !== null && "log" in file ? file.log : undefined;
  if (found === undefined) {
    throw bad(place, "expected an object with a log", 'A HAR file is an object { "log": … }.');
  }
  const log = record(found, `${place}, log`);
  list(log["entries"], `${place}, log.entries`);
  return log;
}

/** The value as an object; `bad-har` otherwise. */
export function record(value: unknown, place: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw wrong(value, place, "an object");
}

/** The value as an array; `bad-har` otherwise. */
export function list(value: unknown, place: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw wrong(value, place, "an array");
}

/** The value as a string; `bad-har` otherwise. */
export function text(value: unknown, place: string): string {
  if (typeof value === "string") return value;
  throw wrong(value, place, "a string");
}

/** The value as a finite number; `bad-har` otherwise. */
export function number(value: unknown, place: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw wrong(value, place, "a number");
}

/** ms since the Unix epoch of an ISO 8601 instant. */
export function instant(value: unknown, place: string): number {
  const at = Date.parse(text(value, place));
  if (Number.isNaN(at)) throw wrong(value, place, "an ISO 8601 date");
  return at;
}

/** The error `bad-har` about the value at `place`. */
export function wrong(value: unknown, place: string, what: string): HarnessError {
  return bad(
    place,
    expected(what, value),
    'Export the HAR once more: in the browser\'s network panel, "Save all as HAR".',
  );
}

function notJson(error: unknown, source: string, place: string): HarnessError {
  const reason = error instanceof Error ? error.message : String(error);
  const isCutOff = /^Unexpected end|^Unterminated|at position (\d+)/.test(reason)
    ? isAtEnd(reason, source)
    : false;
  const line = /\(line (\d+)/.exec(reason)?.[1] ?? String(source.split("\n").length);
  return isCutOff
    ? bad(
        `${place}:${line}`,
        "the file is cut off",
        "Copy or export it again, and wait until that is complete.",
      )
    : bad(`${place}:${line}`, `expected JSON: ${reason}`, "A HAR file is JSON.");
}

/** Whether JSON.parse failed at the end of the text. */
function isAtEnd(reason: string, source: string): boolean {
  const position = /at position (\d+)/.exec(reason)?.[1];
  return position === undefined || Number(position) >= source.trimEnd().length;
}

/** The error `bad-har` at `place`. */
export function bad(place: string, message: string, hint: string): HarnessError {
  return new HarnessError("bad-har", message, { place, hint });
}

/**
 * Text for a terminal and for the log of a CI service, in which names and messages of others stand:
 * nothing of it moves the cursor, hides or reorders text, or is taken for a command of the service.
 * Escapes are those of JSON, so that JSON stays what it was.
 */

/** The styles that we use ourselves: none of them hides a text. */
const OWN_STYLES = new Set(["0", "1", "2", "22", "31", "32", "33", "34", "35", "36", "39"]);

/** Begins the line anew, for the line that says what is under way. */
const CLEAR_LINE = "\r\u001b[2K";

/** A style, the beginning of a line, or any character that does more than to stand there. */
const SPECIAL =
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  /\r\u001b\[2K|\u001b\[(\d{1,2})m|(?!\r\n)[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** GitHub takes a command at the beginning of a line, and in its old form anywhere, as Azure does. */
const COMMAND = /^([^\S\n]*):(?=:)|#(?=#(?:vso)?\[)/gim;

/** The text as it may be written; `isColoured` and `isTTY` say which sequences of our own may be in it. */
export function terminalText(
  text: string,
  { isColoured, isTTY }: { readonly isColoured: boolean; readonly isTTY: boolean },
): string {
  const shown = text.replace(SPECIAL, (found, style: string | undefined) => {
    if (isTTY && found === CLEAR_LINE) return found;
    if (isColoured && style !== undefined && OWN_STYLES.has(style)) return found;
    return escaped(found);
  });
  return shown.replace(
    COMMAND,
    (_, space: string | undefined) => `${space ?? ""}${hex(space === undefined ? "#" : ":")}`,
  );
}

/** Control characters of a text as escapes, for files that people open in a terminal. */
export function withoutControls(text: string): string {
  return text.replace(SPECIAL, (found) => escaped(found));
}

/** The same with an escape for each character that is none of ASCII's printable ones. */
function escaped(text: string): string {
  return text.replaceAll(/[^ -~]/g, hex);
}

function hex(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}

/** A text of several lines below its first, so that none of them looks like a line of ours. */
export function indented(text: string, by: string): string {
  return text.replaceAll(/\r\n|[\n\r\u2028\u2029]/g, `\n${by}`);
}

/** A text on one line. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s*[\n\r\u2028\u2029]\s*/g, " ");
}

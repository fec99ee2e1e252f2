/** Changes as the text of an e-mail: its first line serves as the subject. Pure. */
import type { Change } from "../archive/change.ts";
import { frameOf, type Item, itemsOf, type Sender, type TextLimits } from "./message.ts";

/** Columns, as mail programs show them; a word that is longer has a line of its own. */
const WIDTH = 76;

/** Nothing is left out. */
const whole = { text: Infinity, command: Infinity, also: Infinity } satisfies TextLimits;

/** The whole text: every change, however many there are. */
export function emailText(changes: readonly Change[], sender: Sender): string {
  const { title, about, links } = frameOf(changes, sender);
  return [
    title,
    "",
    ...itemsOf(changes, sender, whole).flatMap((item) => [...linesOf(item), ""]),
    ...wrapped(about, ""),
    ...links.map(({ text, url }) => `${text}: ${url}`),
    "",
  ].join("\n");
}

function linesOf({ title, text, more, command }: Item): readonly string[] {
  return [
    ...wrapped(`${title}: ${text}`, ""),
    ...more.flatMap((line) => wrapped(line, "  ")),
    // In one piece, so that it can be copied.
    ...(command === undefined ? [] : [`  $ ${command}`]),
  ];
}

function wrapped(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(`${indent}${word}`);
    else if (last.length + 1 + word.length <= WIDTH) lines.splice(-1, 1, `${last} ${word}`);
    else lines.push(`${indent === "" ? "  " : indent}${word}`);
  }
  return lines;
}

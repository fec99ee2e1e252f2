/** Puts items into as few messages as a service's limits allow. Pure. */
import { hash } from "node:crypto";
import type { Change } from "../archive/change.ts";
import { count } from "../model/wording.ts";
import { type Frame, frameOf, type Item, itemsOf, type Message, type Sender } from "./message.ts";

/** A service's format and its limits. */
export interface Format {
  readonly bodyOf: (frame: Frame, items: readonly Item[], id: string) => object;
  /** Whether a service takes a body of so many items. */
  readonly fits: (body: object, items: number) => boolean;
}

/** A room gets no more messages than these at once. */
const MESSAGES_MAX = 5;

/** The messages of changes, in the order in which they are to be sent. Each change is in one of them. */
export function messagesOf(
  changes: readonly Change[],
  sender: Sender,
  { bodyOf, fits }: Format,
): readonly Message[] {
  const frame = frameOf(changes, sender);
  const build = (items: readonly Item[]): object => bodyOf(partOf(frame, 9, 9), items, idOf(items));
  const parts: Item[][] = [];
  for (const item of itemsOf(changes, sender)) {
    const last = parts.at(-1);
    if (last !== undefined && fits(build([...last, item]), last.length + 1)) last.push(item);
    else parts.push([item]);
  }
  const shown = parts.slice(0, MESSAGES_MAX - 1);
  const rest = parts.slice(MESSAGES_MAX - 1);
  if (rest.length === 1) shown.push(...rest);
  if (rest.length > 1) shown.push([restOf(rest.flat())]);
  return shown.map((items, index) => {
    const id = idOf(items);
    return {
      body: bodyOf(partOf(frame, index + 1, shown.length), items, id),
      id,
      changes: items.flatMap((item) => item.changes),
    };
  });
}

/** Twelve hexadecimal digits, the same for the same changes in any order. */
export function idOf(parts: readonly Pick<Item, "changes">[]): string {
  const ids = parts.flatMap(({ changes }) => changes.map(({ id }) => id)).toSorted();
  return hash("sha256", ids.join(" "), "hex").slice(0, 12);
}

function partOf(frame: Frame, part: number, of: number): Frame {
  return of === 1 ? frame : { ...frame, title: `${frame.title} (part ${part} of ${of})` };
}

function restOf(items: readonly Item[]): Item {
  const changes = items.flatMap((item) => item.changes);
  const text = `${count(changes.length, "change")} that this channel has no room for: news.md and the report have all of them.`;
  return { title: "More", text, more: [], changes };
}

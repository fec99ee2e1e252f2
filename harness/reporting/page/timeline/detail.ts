/**
 * How much of a row so many pixels can show. Marks that are wider than a cell are drawn as
 * they are, and those of one kind that run into each other as one; the rest are counted in
 * cells of a few pixels, and a cell is divided among its kinds by their share. So what is drawn
 * is bounded by the width of the screen and not by the length of the journal, and a failure
 * among a thousand calls still shows.
 */
import type { Mark } from "./mark.ts";
import type { Row } from "./timeline-model.ts";
import type { MarkStyle } from "./styles.ts";

/** The stretch of the run that is looked at, ms since its start. */
export interface View {
  readonly from: number;
  readonly to: number;
}

/** Where a moment lies in a view, pixels from the left end of the plot. */
export function xOf(at: number, { from, to }: View, plotPx: number): number {
  return ((at - from) / (to - from)) * plotPx;
}

/** A box in a row: pixels across; down the row, 0 is its top and 1 its bottom. */
export interface Box {
  readonly style: MarkStyle;
  readonly x: number;
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
}

/** Pixels of a cell; nothing is drawn narrower. */
const CELL_PX = 3;
/** Pixels that a sign takes. */
const SIGN_PX = 12;
/** The least share of a cell that is given to a kind. */
const SHARE_MIN = 0.2;

/** What is drawn first, and so lies behind. */
const background: ReadonlySet<MarkStyle> = new Set(["wait"] as const);

/** The boxes of a row, from back to front; at most a few for each cell. */
export function boxesOf(row: Row, view: View, widthPx: number): readonly Box[] {
  const scale = widthPx / (view.to - view.from);
  const long = new Map<MarkStyle, { x: number; end: number }[]>();
  const cells = new Map<number, Map<MarkStyle, { count: number; x: number; end: number }>>();
  for (const mark of marksIn(row, view)) {
    const x = Math.max(0, (mark.from - view.from) * scale);
    const end = Math.min(widthPx, (mark.to - view.from) * scale);
    if (end - x >= CELL_PX) {
      const spans = long.get(mark.style) ?? [];
      long.set(mark.style, spans);
      const last = spans.at(-1);
      if (last !== undefined && x - last.end < 1) last.end = Math.max(last.end, end);
      else spans.push({ x, end });
      continue;
    }
    const cell = Math.floor(Math.min(x, widthPx - 1) / CELL_PX);
    const kinds =
      cells.get(cell) ?? new Map<MarkStyle, { count: number; x: number; end: number }>();
    cells.set(cell, kinds);
    const kind = kinds.get(mark.style);
    if (kind === undefined) kinds.set(mark.style, { count: 1, x, end });
    else kind.count += 1;
  }
  const boxes = [...long].flatMap(([style, spans]) =>
    spans.map(({ x, end }): Box => ({ style, x, width: end - x, top: 0, bottom: 1 })),
  );
  for (const kinds of cells.values()) boxes.push(...boxesOfCell(kinds));
  return [
    ...boxes.filter(({ style }) => background.has(style)),
    ...boxes.filter(({ style }) => !background.has(style)),
  ];
}

/** A sign with how many stand in its place. */
export interface SignAt {
  readonly style: MarkStyle;
  readonly x: number;
  readonly count: number;
}

/** The signs of a row: of a kind one in each stretch of `SIGN_PX`, with the kinds beside each other. */
export function signsOf(row: Row, view: View, widthPx: number): readonly SignAt[] {
  const scale = widthPx / (view.to - view.from);
  const cells = new Map<number, Map<MarkStyle, { x: number; count: number }>>();
  for (const { from, style } of marksIn(row, view)) {
    const x = (from - view.from) * scale;
    const cell = Math.floor(x / SIGN_PX);
    const kinds = cells.get(cell) ?? new Map<MarkStyle, { x: number; count: number }>();
    cells.set(cell, kinds);
    const kind = kinds.get(style);
    if (kind === undefined) kinds.set(style, { x: x + kinds.size * (SIGN_PX / 2), count: 1 });
    else kind.count += 1;
  }
  return [...cells.values()].flatMap((kinds) =>
    [...kinds].map(([style, { x, count }]) => ({ style, x, count })),
  );
}

/** The marks of a row that reach into a view, by `from`. */
export function* marksIn({ marks, reach }: Row, { from, to }: View): Generator<Mark> {
  for (let index = firstReaching(reach, from); index < marks.length; index += 1) {
    const mark = marks[index];
    if (mark === undefined || mark.from > to) return;
    if (mark.to >= from) yield mark;
  }
}

/** The first index up to which something reaches that far; `reach` only grows. */
function firstReaching(reach: readonly number[], from: number): number {
  let [low, high] = [0, reach.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((reach[middle] ?? Infinity) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One cell, divided by shares; the worst lies at the bottom. */
function boxesOfCell(kinds: ReadonlyMap<MarkStyle, { count: number; x: number }>): readonly Box[] {
  const inOrder = [...kinds].toSorted(([a], [b]) => severity(a) - severity(b));
  const shares = inOrder.map(([, { count }]) => count);
  const total = shares.reduce((sum, count) => sum + count, 0);
  const widened = shares.map((count) => Math.max(SHARE_MIN, count / total));
  const sum = widened.reduce((all, share) => all + share, 0);
  const left = Math.min(...inOrder.map(([, { x }]) => x));
  let top = 0;
  return inOrder.map(([style], index): Box => {
    const bottom = top + (widened[index] ?? 0) / sum;
    const box = { style, x: left, width: CELL_PX, top, bottom };
    top = bottom;
    return box;
  });
}

const worstLast: readonly MarkStyle[] = [
  "call-ok",
  "request-ok",
  "request-open",
  "call-unknown",
  "request-refused",
  "request-throttled",
  "call-blocked",
  "request-failed",
  "call-fail",
];

function severity(style: MarkStyle): number {
  return worstLast.indexOf(style);
}

/** Boxes of one style as one path; `height` and `top` in pixels. */
export function pathOf(
  boxes: readonly Box[],
  { top, height }: { readonly top: number; readonly height: number },
): string {
  return boxes
    .map(({ x, width, top: from, bottom }) => {
      const y = round(top + from * height);
      const tall = round((bottom - from) * height);
      return `M${round(x)} ${y}h${round(width)}v${tall}h${round(-width)}z`;
    })
    .join("");
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

/** What lies under a pointer: the marks of the row there, the nearest and shortest first. */
import { marksIn, type View } from "./detail.ts";
import type { LaneBox, Layout } from "./layout.ts";
import type { Mark } from "./mark.ts";

/** How far from a mark a pointer still means it, pixels. */
const REACH_PX = 6;

export interface Hit {
  readonly lane: LaneBox;
  readonly marks: readonly Mark[];
}

/** `x` from the left end of the plot, `y` from the top of the lanes; nothing where nothing is near. */
export function hitAt(
  layout: Layout,
  view: View,
  { x, y }: { readonly x: number; readonly y: number },
): Hit | undefined {
  const box = layout.lanes.find(({ top, height }) => y >= top && y < top + height);
  if (box === undefined) return undefined;
  const inside = y - box.top;
  const distance = (row: { top: number; height: number }): number =>
    Math.max(row.top - inside, inside - row.top - row.height, 0);
  const perPixel = (view.to - view.from) / layout.plotPx;
  const at = view.from + x * perPixel;
  const near = { from: at - REACH_PX * perPixel, to: at + REACH_PX * perPixel };
  const rows = box.rows
    .map((row, index) => ({ far: distance(row), row: box.lane.rows[index] }))
    .toSorted((a, b) => a.far - b.far);
  for (const { row } of rows) {
    const marks = row === undefined ? [] : [...marksIn(row, near)];
    if (marks.length === 0) continue;
    const away = ({ from, to }: Mark): number => Math.max(from - at, at - to, 0);
    return {
      lane: box,
      marks: marks.toSorted((a, b) => away(a) - away(b) || a.to - a.from - (b.to - b.from)),
    };
  }
  return undefined;
}

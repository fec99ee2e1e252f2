/** Where lanes and rows stand in the picture, in pixels from its top. */
import type { RowKind } from "./mark.ts";
import type { Lane, Place, TimelineModel } from "./timeline-model.ts";

export interface LaneBox {
  readonly lane: Lane;
  readonly top: number;
  readonly height: number;
  readonly rows: readonly { readonly top: number; readonly height: number }[];
  /** Where the flags of evidence fly, above the rows. */
  readonly flagTop: number;
}

export interface Layout {
  readonly lanes: readonly LaneBox[];
  readonly heightPx: number;
  /** Pixels left of the lanes for their names; none where names stand above their lanes. */
  readonly labelPx: number;
  /** Pixels across for the time. */
  readonly plotPx: number;
}

const rowHeights: Readonly<Record<RowKind, number>> = {
  faults: 16,
  signs: 14,
  screens: 10,
  calls: 18,
  requests: 10,
  tokens: 6,
};

const ROW_GAP_PX = 2;
const LANE_PADDING_PX = 5;
/** Below this, names stand above the lanes: a phone. */
const NARROW_PX = 620;
const LABEL_PX = 168;
const LABEL_ABOVE_PX = 15;
const FLAG_PX = 16;
/** Right of the last moment, so that its mark is not cut. */
const MARGIN_PX = 8;

/** The places of all lanes in a picture so wide; `flagged` lanes have room for flags. */
export function layoutOf(
  { lanes }: TimelineModel,
  widthPx: number,
  flagged: ReadonlySet<number>,
): Layout {
  const isNarrow = widthPx < NARROW_PX;
  const above = isNarrow ? LABEL_ABOVE_PX : 0;
  let top = 0;
  const boxes = lanes.map((lane, index): LaneBox => {
    const flagTop = LANE_PADDING_PX + above;
    let inside = flagTop + (flagged.has(index) ? FLAG_PX : 0);
    const rows = lane.rows.map(({ kind }) => {
      const row = { top: inside, height: rowHeights[kind] };
      inside += row.height + ROW_GAP_PX;
      return row;
    });
    const box = {
      lane,
      top,
      height: Math.max(inside - ROW_GAP_PX, 16) + LANE_PADDING_PX,
      rows,
      flagTop,
    };
    top += box.height;
    return box;
  });
  const labelPx = isNarrow ? 0 : LABEL_PX;
  return {
    lanes: boxes,
    heightPx: top,
    labelPx,
    plotPx: Math.max(40, widthPx - labelPx - MARGIN_PX),
  };
}

/** The lanes that reach into a stretch of the picture. */
export function lanesWithin(layout: Layout, top: number, bottom: number): readonly LaneBox[] {
  return layout.lanes.filter((box) => box.top + box.height >= top && box.top <= bottom);
}

/** The pixels of the row that an event stands in. */
export function rowBoxOf({ lanes }: Layout, { lane, row }: Place) {
  const box = lanes[lane];
  const inside = box?.rows[row];
  return { top: (box?.top ?? 0) + (inside?.top ?? 0), height: inside?.height ?? 10, lane: box };
}

/** One lane: its name, and its rows as one path for each kind of mark. */
import { formatDuration } from "../../../core/time/duration.ts";
import type { PageHistory } from "../../formats/slim-history.ts";
import { type Box, boxesOf, pathOf, signsOf, type View } from "./detail.ts";
import type { LaneBox, Layout } from "./layout.ts";
import type { Row } from "./timeline-model.ts";
import type { MarkStyle } from "./styles.ts";
import { Sign } from "./sign.tsx";

interface LaneProps {
  readonly box: LaneBox;
  readonly view: View;
  readonly layout: Layout;
  readonly widthPx: number;
  readonly history: PageHistory;
}

/** How far a sign may reach out of the plot, pixels. */
const OVERHANG_PX = 8;
/** Characters of a lane's name that fit beside it. */
const LABEL_CHARACTERS = 23;

export function LaneGraphic({ box, view, layout, widthPx, history }: LaneProps) {
  const { lane, top, height, rows } = box;
  const { labelPx, plotPx } = layout;
  const isBeside = labelPx > 0;
  const shown =
    lane.label.length > LABEL_CHARACTERS && isBeside
      ? `${lane.label.slice(0, LABEL_CHARACTERS - 1)}…`
      : lane.label;
  return (
    <g class={lane.isNested ? "lane nested" : "lane"} transform={`translate(0 ${top})`}>
      <line class="edge" x1={0} x2={widthPx} y1={height - 0.5} y2={height - 0.5} />
      <text
        class="name"
        x={(isBeside ? 10 : 4) + (lane.isNested ? 12 : 0)}
        y={isBeside ? Math.min(height / 2 + 4, 22) : 13}
      >
        {shown}
        <title>{`${lane.label}: ${lane.about}`}</title>
      </text>
      <g transform={`translate(${labelPx} 0)`} aria-hidden="true">
        <svg
          x={-OVERHANG_PX}
          y={0}
          width={plotPx + 2 * OVERHANG_PX}
          height={height}
          viewBox={`${-OVERHANG_PX} 0 ${plotPx + 2 * OVERHANG_PX} ${height}`}
          overflow="hidden"
        >
          {lane.rows.map((row, index) => {
            const place = rows[index];
            if (place === undefined) return null;
            if (row.kind === "signs") {
              return signsOf(row, view, plotPx).map(({ style, x, count }) => (
                <Sign key={`${style}${x}`} style={style} x={x} y={place.top} count={count} />
              ));
            }
            return (
              <g key={row.kind}>
                {[...byStyle(boxesOf(row, view, plotPx))].map(([style, boxes]) => (
                  <path key={style} class={`mark ${style}`} d={pathOf(boxes, place)} />
                ))}
                {row.kind === "faults" && (
                  <FaultWords
                    row={row}
                    view={view}
                    plotPx={plotPx}
                    y={place.top + 12}
                    history={history}
                  />
                )}
              </g>
            );
          })}
        </svg>
      </g>
    </g>
  );
}

function byStyle(boxes: readonly Box[]): ReadonlyMap<MarkStyle, readonly Box[]> {
  return Map.groupBy(boxes, ({ style }) => style);
}

/** What is broken, in the band where there is room, else behind it or before it. */
function FaultWords({
  row,
  view,
  plotPx,
  y,
  history,
}: {
  readonly row: Row;
  readonly view: View;
  readonly plotPx: number;
  readonly y: number;
  readonly history: PageHistory;
}) {
  const [mark] = row.marks;
  const event = mark === undefined ? undefined : history.events[mark.event];
  if (mark === undefined || event?.kind !== "fault-began") return null;
  const { effect, at, for: forMs } = event.window;
  const status = "status" in effect && effect.status !== undefined ? ` ${effect.status}` : "";
  const words = `${effect.kind}${status} at ${at}, ${formatDuration(forMs)}`;
  const scale = plotPx / (view.to - view.from);
  const from = Math.max(0, (mark.from - view.from) * scale);
  const to = Math.min(plotPx, (mark.to - view.from) * scale);
  if (to < 0 || from > plotPx) return null;
  const width = words.length * 6.4;
  if (to - from > width + 8)
    return (
      <text class="fault-words" x={from + 5} y={y}>
        {words}
      </text>
    );
  if (plotPx - to > width + 8)
    return (
      <text class="fault-words" x={to + 5} y={y}>
        {words}
      </text>
    );
  if (from > width + 8)
    return (
      <text class="fault-words" x={from - 5} y={y} text-anchor="end">
        {words}
      </text>
    );
  return null;
}

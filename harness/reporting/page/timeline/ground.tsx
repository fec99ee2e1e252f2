/** What lies behind the lanes, and the axis above them: time, and when something was broken. */
import { type View, xOf } from "./detail.ts";
import type { Layout } from "./layout.ts";
import type { TimelineModel } from "./timeline-model.ts";
import { ticksOf } from "./ticks.ts";

const AXIS_PX = 26;
/** Half of a label: nearer to an end, it stands beside its tick. */
const LABEL_HALF_PX = 40;

interface GroundProps {
  readonly view: View;
  readonly layout: Layout;
}

export function Axis({ view, layout, widthPx }: GroundProps & { readonly widthPx: number }) {
  const { plotPx, labelPx } = layout;
  return (
    <svg
      class="axis"
      viewBox={`0 0 ${widthPx} ${AXIS_PX}`}
      width={widthPx}
      height={AXIS_PX}
      aria-hidden="true"
    >
      {ticksOf(view, plotPx).map(({ at, label }) => (
        <g key={at} transform={`translate(${labelPx + xOf(at, view, plotPx)} 0)`}>
          <line y1={AXIS_PX - 6} y2={AXIS_PX} />
          <text y={14} text-anchor={anchorOf(xOf(at, view, plotPx), plotPx)}>
            {label}
          </text>
        </g>
      ))}
    </svg>
  );
}

function anchorOf(x: number, plotPx: number): "start" | "middle" | "end" {
  if (x < LABEL_HALF_PX) return "start";
  return x > plotPx - LABEL_HALF_PX ? "end" : "middle";
}

/** Bands of the outages, and a line for each tick. */
export function Ground({
  view,
  layout,
  outages,
}: GroundProps & { readonly outages: TimelineModel["outages"] }) {
  const { plotPx, labelPx, heightPx } = layout;
  const left = (at: number): number => labelPx + xOf(at, view, plotPx);
  return (
    <g aria-hidden="true">
      <clipPath id="plot">
        <rect x={labelPx - 2} y={0} width={plotPx + 10} height={heightPx} />
      </clipPath>
      <g clip-path="url(#plot)">
        {outages
          .filter(({ from, to }) => to >= view.from && from <= view.to)
          .map(({ from, to }) => (
            <rect
              key={from}
              class="outage"
              x={Math.max(labelPx, left(from))}
              width={Math.max(
                1,
                Math.min(labelPx + plotPx, left(to)) - Math.max(labelPx, left(from)),
              )}
              y={0}
              height={heightPx}
            />
          ))}
        {ticksOf(view, plotPx).map(({ at }) => (
          <line key={at} class="grid" x1={left(at)} x2={left(at)} y1={0} y2={heightPx} />
        ))}
      </g>
    </g>
  );
}

/** Hatchings: they distinguish what colour alone would have to. */
export function Hatchings() {
  return (
    <defs>
      {(["blocked", "wait", "extended", "open"] as const).map((name) => (
        <pattern
          key={name}
          id={`hatch-${name}`}
          width={5}
          height={5}
          patternUnits="userSpaceOnUse"
          patternTransform={name === "wait" ? "rotate(-45)" : "rotate(45)"}
        >
          <rect class={`hatch-ground-${name}`} width={5} height={5} />
          <rect class={`hatch-line-${name}`} width={2} height={5} />
        </pattern>
      ))}
    </defs>
  );
}

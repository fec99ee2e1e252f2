/** The evidence of a finding on the timeline: numbered flags, in the order of time, as the list beside it. */
import type { PageHistory } from "../../formats/slim-history.ts";
import { lineOf } from "../event-text.ts";
import { type View, xOf } from "./detail.ts";
import { type Layout, rowBoxOf } from "./layout.ts";
import type { TimelineModel } from "./timeline-model.ts";

/** One flag; it stands for several pieces of evidence where they are too close to be distinguished. */
export interface Flag {
  /** From 1 on, in the order of time. */
  readonly numbers: readonly number[];
  readonly events: readonly number[];
  readonly x: number;
  readonly top: number;
  readonly flagTop: number;
  readonly rowHeight: number;
}

const FLAG_PX = 22;

/** Flags of the evidence that is in view; those of one lane that would cover each other are one. */
export function flagsOf(
  evidence: readonly number[],
  {
    model,
    layout,
    view,
  }: { readonly model: TimelineModel; readonly layout: Layout; readonly view: View },
): readonly Flag[] {
  const flags: (Flag & { readonly numbers: number[]; readonly events: number[] })[] = [];
  evidence.forEach((event, position) => {
    const place = model.places[event];
    if (place === undefined || place.at < view.from || place.at > view.to) return;
    const row = rowBoxOf(layout, place);
    const flagTop = (row.lane?.top ?? 0) + (row.lane?.flagTop ?? 0);
    const x = layout.labelPx + xOf(place.at, view, layout.plotPx);
    const near = flags.find((flag) => flag.flagTop === flagTop && Math.abs(flag.x - x) < FLAG_PX);
    if (near === undefined) {
      const { top, height: rowHeight } = row;
      flags.push({ numbers: [position + 1], events: [event], x, top, flagTop, rowHeight });
    } else {
      near.numbers.push(position + 1);
      near.events.push(event);
    }
  });
  return flags;
}

export function Flags({
  flags,
  history,
  selected,
  onSelect,
}: {
  readonly flags: readonly Flag[];
  readonly history: PageHistory;
  readonly selected: number | undefined;
  readonly onSelect: (event: number) => void;
}) {
  return (
    <>
      {flags.map(({ numbers, events, x, top, flagTop, rowHeight }) => {
        const label = labelOf(numbers);
        const width = 8 + label.length * 6.5;
        const [first = 0] = events;
        const next = events.find((event) => selected !== undefined && event > selected) ?? first;
        return (
          <g
            key={first}
            class="flag"
            role="button"
            tabindex={0}
            data-evidence={events.join(" ")}
            aria-label={`Evidence ${label}: ${events.map((event) => lineOf(history, event)).join("; ")}`}
            aria-pressed={selected !== undefined && events.includes(selected)}
            onClick={(event) => {
              event.stopPropagation();
              onSelect(next);
            }}
            onKeyDown={(event) => {
              if (event.key !== "Enter" && event.key !== " ") return;
              event.preventDefault();
              event.stopPropagation();
              onSelect(next);
            }}
          >
            <line x1={x} x2={x} y1={flagTop + 1} y2={top + rowHeight + 2} />
            <rect x={x - 5} y={top - 2} width={10} height={rowHeight + 4} rx={3} class="ring" />
            <rect x={x} y={flagTop} width={width} height={14} rx={3} class="cloth" />
            <text x={x + width / 2} y={flagTop + 11} text-anchor="middle">
              {label}
            </text>
          </g>
        );
      })}
    </>
  );
}

/** `1`, `1–3`, `1, 3`. */
function labelOf(numbers: readonly number[]): string {
  const [first = 0] = numbers;
  const last = numbers.at(-1) ?? first;
  const isRun = last - first === numbers.length - 1;
  if (numbers.length === 1) return `${first}`;
  return isRun ? `${first}–${last}` : numbers.join(",");
}

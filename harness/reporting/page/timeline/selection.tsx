/** The event that is selected: where it stands on the timeline, and in words below it. */
import type { PageHistory } from "../../formats/slim-history.ts";
import { lineOf } from "../event-text.ts";
import { type View, xOf } from "./detail.ts";
import { type Layout, rowBoxOf } from "./layout.ts";
import type { TimelineModel } from "./timeline-model.ts";

export function Selection({
  event,
  model,
  layout,
  view,
}: {
  readonly event: number | undefined;
  readonly model: TimelineModel;
  readonly layout: Layout;
  readonly view: View;
}) {
  const place = event === undefined ? undefined : model.places[event];
  if (place === undefined || place.at < view.from || place.at > view.to) return null;
  const x = layout.labelPx + xOf(place.at, view, layout.plotPx);
  const row = rowBoxOf(layout, place);
  return (
    <g class="selection" aria-hidden="true" data-event={event}>
      <line x1={x} x2={x} y1={0} y2={layout.heightPx} />
      <rect x={x - 6} y={row.top - 3} width={12} height={row.height + 6} rx={3} />
    </g>
  );
}

export function SelectedLine({
  event,
  history,
  address,
  onOpenRow,
}: {
  readonly event: number | undefined;
  readonly history: PageHistory;
  /** Where it can be found again. */
  readonly address: string;
  readonly onOpenRow: (event: number) => void;
}) {
  return (
    <div class="selected">
      <span role="status">
        {event === undefined
          ? "No event is selected."
          : `Event ${event}: ${lineOf(history, event)}`}
      </span>
      {event !== undefined && (
        <>
          <button type="button" onClick={() => onOpenRow(event)}>
            Show in table
          </button>{" "}
          <a href={address}>Link to it</a>
        </>
      )}
    </div>
  );
}

/** What hands and keys can do. */
export function Hints() {
  return (
    <p id="timeline-keys" class="hint">
      Drag to move, Ctrl and wheel or pinch to zoom, click a mark to read it. Keys: <kbd>+</kbd>{" "}
      <kbd>−</kbd> <kbd>0</kbd> zoom, <kbd>Shift</kbd> <kbd>←</kbd> <kbd>→</kbd> move, <kbd>←</kbd>{" "}
      <kbd>→</kbd> event by event, <kbd>↑</kbd> <kbd>↓</kbd> lane by lane, <kbd>N</kbd> <kbd>P</kbd>{" "}
      evidence, <kbd>Enter</kbd> its row in the table.
    </p>
  );
}

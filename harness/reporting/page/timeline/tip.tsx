/** What lies under the pointer, in words. The row of the table and the line below the picture say the same. */
import type { PageHistory } from "../../formats/slim-history.ts";
import { lineOf } from "../event-text.ts";
import type { Hit } from "./hit.ts";

const LINES_MAX = 4;
const WIDTH_PX = 340;

export function Tip({
  hit,
  history,
  widthPx,
}: {
  readonly hit: Hit & { readonly x: number; readonly y: number };
  readonly history: PageHistory;
  readonly widthPx: number;
}) {
  const events = [...new Set(hit.marks.map(({ event }) => event))];
  const left = Math.max(0, Math.min(hit.x + 14, widthPx - WIDTH_PX));
  return (
    <div class="tip" aria-hidden="true" style={{ left: `${left}px`, top: `${hit.y + 46}px` }}>
      <strong>{hit.lane.lane.label}</strong>
      {events.slice(0, LINES_MAX).map((event) => (
        <div key={event}>{lineOf(history, event)}</div>
      ))}
      {events.length > LINES_MAX && <div>and {events.length - LINES_MAX} more; zoom in</div>}
    </div>
  );
}

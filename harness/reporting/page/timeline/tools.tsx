/** Buttons that choose the stretch of the run that is looked at. */
import type { TimelineModel } from "./timeline-model.ts";
import { around, type Zoom } from "./zoom.ts";

export function Tools({
  zoomed,
  model: { outages, lengthMs },
  onEvidence,
}: {
  readonly zoomed: Zoom;
  readonly model: TimelineModel;
  /** Absent where there is none. */
  readonly onEvidence: (() => void) | undefined;
}) {
  const { show, scale, move } = zoomed;
  const outage = around(
    outages.flatMap(({ from, to }) => [from, to]),
    lengthMs,
  );
  return (
    <div class="tools" role="group" aria-label="What the timeline shows">
      <button type="button" onClick={() => show({ from: 0, to: lengthMs })}>
        Whole run
      </button>
      {outages.length > 0 && (
        <button type="button" onClick={() => show(outage)}>
          Outage
        </button>
      )}
      {onEvidence !== undefined && (
        <button type="button" onClick={onEvidence}>
          Evidence
        </button>
      )}
      <button type="button" aria-label="Zoom in" onClick={() => scale(0.5)}>
        +
      </button>
      <button type="button" aria-label="Zoom out" onClick={() => scale(2)}>
        −
      </button>
      <button type="button" aria-label="Earlier" onClick={() => move(-0.5)}>
        ←
      </button>
      <button type="button" aria-label="Later" onClick={() => move(0.5)}>
        →
      </button>
    </div>
  );
}

/**
 * The run in virtual time: lanes for faults, applications, tabs and services. One surface takes
 * pointer and keys; the table below it says the same in words, and is what screen readers are
 * led to.
 */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { RunData } from "../../report/html/report-data.ts";
import type { PageHistory } from "../report.ts";
import { lineOf } from "../words.ts";
import { ticksOf } from "./ticks.ts";
import { boxesOf, type View, xOf } from "./detail.ts";
import { flagsOf, Flags } from "./flags.tsx";
import { hitAt, type Hit } from "./hit.ts";
import { keyAction } from "./keys.ts";
import { LaneGraphic } from "./lane-graphic.tsx";
import { lanesWithin, layoutOf, rowBoxOf, type Layout } from "./layout.ts";
import { Legend } from "./legend.tsx";
import { modelOf, type TimelineModel } from "./model.ts";
import { Tip } from "./tip.tsx";
import { scrollIntoFrame, useVisible, useWidth } from "./surface.ts";
import { around, useZoom } from "./zoom.ts";

export interface TimelineProps {
  readonly run: RunData;
  readonly history: PageHistory;
  /** Indices of the events that show the chosen finding, in order. */
  readonly evidence: readonly number[];
  /** Whether to begin with the stretch of the evidence. */
  readonly startsAtEvidence: boolean;
  readonly selected: number | undefined;
  readonly onSelect: (event: number | undefined) => void;
  readonly onOpenRow: (event: number) => void;
  readonly onView: (view: View) => void;
}

const AXIS_PX = 26;

export function Timeline(props: TimelineProps) {
  const { run, history, evidence, selected, onSelect } = props;
  const model = useMemo(() => modelOf(history), [history]);
  const frame = useRef<HTMLDivElement>(null);
  const surface = useRef<SVGSVGElement>(null);
  const widthPx = useWidth(frame);
  const layout = useMemo(() => {
    const flagged = new Set(evidence.map((index) => model.places[index]?.lane ?? 0));
    return layoutOf(model, widthPx, flagged);
  }, [model, widthPx, evidence.join()]);
  const { lengthMs } = model;
  const { labelPx, plotPx, heightPx } = layout;
  const zoomed = useZoom(surface, { lengthMs, plotPx, leftPx: labelPx });
  const { view } = zoomed;
  const visible = useVisible(frame, heightPx);
  const [hit, setHit] = useState<(Hit & { readonly x: number; readonly y: number }) | undefined>();

  const moments = evidence.map((index) => model.places[index]?.at ?? 0);
  const scrollTo = (event: number | undefined): void => {
    const place = event === undefined ? undefined : model.places[event];
    if (place !== undefined) scrollIntoFrame(frame.current, rowBoxOf(layout, place));
  };
  const showEvidence = (): void => {
    zoomed.show(around(moments, lengthMs));
    scrollTo(evidence[0]);
  };
  useEffect(() => {
    if (props.startsAtEvidence && moments.length > 0) showEvidence();
  }, [evidence.join(), props.startsAtEvidence, plotPx]);
  useEffect(() => {
    scrollTo(selected);
    const at = selected === undefined ? undefined : model.places[selected]?.at;
    if (at === undefined || (at >= view.from && at <= view.to)) return;
    const half = (view.to - view.from) / 2;
    zoomed.show({ from: at - half, to: at + half });
  }, [selected]);
  useEffect(() => props.onView(view), [view]);

  const pointAt = (event: MouseEvent): { readonly x: number; readonly y: number } => {
    const box = surface.current?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0) - labelPx, y: event.clientY - (box?.top ?? 0) };
  };
  const onMove = (event: PointerEvent): void => {
    const point = pointAt(event);
    const found = event.buttons === 0 ? hitAt(layout, view, point) : undefined;
    setHit(found === undefined ? undefined : { ...found, x: point.x + labelPx, y: point.y });
  };
  const onClick = (event: MouseEvent): void => {
    const mark = hitAt(layout, view, pointAt(event))?.marks[0];
    if (mark !== undefined) onSelect(mark.event);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const action = keyAction(event, { model, evidence, selected });
    if (action === undefined) return;
    event.preventDefault();
    if (action.kind === "select") onSelect(action.event);
    if (action.kind === "scale") zoomed.scale(action.factor, model.places[selected ?? -1]?.at);
    if (action.kind === "move") zoomed.move(action.share);
    if (action.kind === "whole") zoomed.show({ from: 0, to: lengthMs });
    if (action.kind === "open" && selected !== undefined) props.onOpenRow(selected);
  };

  // Drawn anew only when something of it changes, and not whenever the pointer moves.
  const { lanes, drawn, graphics } = useMemo(() => {
    const inSight = lanesWithin(layout, visible.top, visible.bottom);
    return {
      lanes: inSight,
      drawn: inSight.reduce((sum, { lane }) => sum + drawnOf(lane, view, plotPx), 0),
      graphics: inSight.map((box) => (
        <LaneGraphic
          key={box.top}
          box={box}
          view={view}
          layout={layout}
          widthPx={widthPx}
          history={history}
        />
      )),
    };
  }, [layout, view, visible.top, visible.bottom, history]);
  const outage = around(
    model.outages.flatMap(({ from, to }) => [from, to]),
    lengthMs,
  );
  return (
    <div class="timeline">
      <div class="tools" role="group" aria-label="What the timeline shows">
        <button type="button" onClick={() => zoomed.show({ from: 0, to: lengthMs })}>
          Whole run
        </button>
        {model.outages.length > 0 && (
          <button type="button" onClick={() => zoomed.show(outage)}>
            Outage
          </button>
        )}
        {evidence.length > 0 && (
          <button type="button" onClick={showEvidence}>
            Evidence
          </button>
        )}
        <button type="button" aria-label="Zoom in" onClick={() => zoomed.scale(0.5)}>
          +
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => zoomed.scale(2)}>
          −
        </button>
        <button type="button" aria-label="Earlier" onClick={() => zoomed.move(-0.5)}>
          ←
        </button>
        <button type="button" aria-label="Later" onClick={() => zoomed.move(0.5)}>
          →
        </button>
      </div>
      <div
        class="frame"
        ref={frame}
        role="application"
        aria-roledescription="timeline"
        aria-label={`Timeline of ${run.scenario}: ${history.events.length} events in ${model.lanes.length} lanes`}
        aria-describedby="timeline-keys"
        tabIndex={0}
        data-drawn={drawn}
        data-lanes={lanes.length}
        data-from={Math.round(view.from)}
        data-to={Math.round(view.to)}
        onKeyDown={onKeyDown}
      >
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
        <svg
          ref={surface}
          class="lanes"
          viewBox={`0 0 ${widthPx} ${heightPx}`}
          width={widthPx}
          height={heightPx}
          onPointerMove={onMove}
          onPointerLeave={() => setHit(undefined)}
          onClick={onClick}
        >
          <Patterns />
          <clipPath id="plot">
            <rect x={labelPx - 2} y={0} width={plotPx + 10} height={heightPx} />
          </clipPath>
          <g clip-path="url(#plot)" aria-hidden="true">
            {model.outages.map(({ from, to }) => (
              <rect
                key={from}
                class="outage"
                x={labelPx + xOf(from, view, plotPx)}
                width={Math.max(1, xOf(to, view, plotPx) - xOf(from, view, plotPx))}
                y={0}
                height={heightPx}
              />
            ))}
            {ticksOf(view, plotPx).map(({ at }) => (
              <line
                key={at}
                class="grid"
                x1={labelPx + xOf(at, view, plotPx)}
                x2={labelPx + xOf(at, view, plotPx)}
                y1={0}
                y2={heightPx}
              />
            ))}
          </g>
          {graphics}
          {selected !== undefined && (
            <Selected at={selected} model={model} layout={layout} view={view} />
          )}
          <Flags
            flags={flagsOf(evidence, { model, layout, view })}
            history={history}
            selected={selected}
            onSelect={onSelect}
          />
        </svg>
        {hit !== undefined && <Tip hit={hit} history={history} widthPx={widthPx} />}
      </div>
      <p id="timeline-keys" class="hint">
        Drag to move, Ctrl and wheel or pinch to zoom, click a mark to read it. Keys: <kbd>+</kbd>{" "}
        <kbd>−</kbd> <kbd>0</kbd> zoom, <kbd>Shift</kbd> <kbd>←</kbd> <kbd>→</kbd> move,{" "}
        <kbd>←</kbd> <kbd>→</kbd> event by event, <kbd>↑</kbd> <kbd>↓</kbd> lane by lane,{" "}
        <kbd>N</kbd> <kbd>P</kbd> evidence, <kbd>Enter</kbd> its row in the table.
      </p>
      <p class="selected" role="status">
        {selected === undefined ? "No event is selected." : lineOf(history, selected)}
        {selected !== undefined && (
          <button type="button" onClick={() => props.onOpenRow(selected)}>
            Show in table
          </button>
        )}
      </p>
      <Legend
        styles={model.styles}
        hasOutage={model.outages.length > 0}
        hasEvidence={evidence.length > 0}
      />
    </div>
  );
}

function anchorOf(x: number, plotPx: number): "start" | "middle" | "end" {
  if (x < 40) return "start";
  return x > plotPx - 40 ? "end" : "middle";
}

function drawnOf(lane: TimelineModel["lanes"][number], view: View, plotPx: number): number {
  return lane.rows.reduce((sum, row) => sum + boxesOf(row, view, plotPx).length, 0);
}

function Selected({
  at: event,
  model,
  layout,
  view,
}: {
  readonly at: number;
  readonly model: TimelineModel;
  readonly layout: Layout;
  readonly view: View;
}) {
  const place = model.places[event];
  if (place === undefined || place.at < view.from || place.at > view.to) return null;
  const x = layout.labelPx + xOf(place.at, view, layout.plotPx);
  const row = rowBoxOf(layout, place);
  return (
    <g class="selection" aria-hidden="true">
      <line x1={x} x2={x} y1={0} y2={layout.heightPx} />
      <rect x={x - 6} y={row.top - 3} width={12} height={row.height + 6} rx={3} />
    </g>
  );
}

/** Hatchings: they tell apart what colour alone would have to. */
function Patterns() {
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

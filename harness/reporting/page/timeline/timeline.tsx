/**
 * The run in virtual time: lanes for faults, applications, tabs and services. One surface takes
 * pointer and keys; the table below it says the same in words, and is what screen readers are
 * led to.
 */
import type { RefObject } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { RunReport } from "../../model/report-model.ts";
import type { PageHistory } from "../../formats/slim-history.ts";
import { runAddress } from "../page-address.ts";
import { boxesOf, type View } from "./detail.ts";
import { flagsOf, Flags } from "./flags.tsx";
import { Axis, Ground, Hatchings } from "./ground.tsx";
import { hitAt, type Hit } from "./hit.ts";
import { keyAction } from "./keys.ts";
import { LaneGraphic } from "./lane-graphic.tsx";
import { lanesWithin, layoutOf, rowBoxOf, type Layout } from "./layout.ts";
import { Legend } from "./legend.tsx";
import { modelOf } from "./timeline-model.ts";
import { Hints, SelectedLine, Selection } from "./selection.tsx";
import { scrollIntoFrame, useVisible, useWidth } from "./surface.ts";
import { Tip } from "./tip.tsx";
import { Tools } from "./tools.tsx";
import { around, useZoom } from "./zoom.ts";

export interface TimelineProps {
  readonly run: RunReport;
  readonly history: PageHistory;
  /** Indices of the events that show the chosen finding, in order. */
  readonly evidence: readonly number[];
  /** The events to begin with; the whole run where there are none. */
  readonly startsAt: readonly number[];
  readonly selected: number | undefined;
  readonly onSelect: (event: number | undefined) => void;
  readonly onOpenRow: (event: number) => void;
  readonly onView: (view: View) => void;
}

export function Timeline(props: TimelineProps) {
  const { run, history, evidence, selected, onSelect } = props;
  const frame = useRef<HTMLDivElement>(null);
  const picture = usePicture(props, frame);
  const { model, layout, surface, zoomed, widthPx, drawn, lanes, graphics } = picture;
  const { view } = zoomed;
  const { hit, onMove, onLeave, eventAt } = useHover(surface, layout, view);
  const onKeyDown = (event: KeyboardEvent): void => {
    const action = keyAction(event, { model, evidence, selected });
    if (action === undefined) return;
    event.preventDefault();
    if (action.kind === "select") onSelect(action.event);
    if (action.kind === "scale") zoomed.scale(action.factor, model.places[selected ?? -1]?.at);
    if (action.kind === "move") zoomed.move(action.share);
    if (action.kind === "whole") zoomed.show({ from: 0, to: model.lengthMs });
    if (action.kind === "open" && selected !== undefined) props.onOpenRow(selected);
  };
  return (
    <div class="timeline">
      <Tools
        zoomed={zoomed}
        model={model}
        onEvidence={evidence.length === 0 ? undefined : () => picture.lookAt(evidence)}
      />
      <div
        class="frame"
        ref={frame}
        role="application"
        aria-roledescription="timeline"
        aria-label={`Timeline of ${run.scenario}: ${history.events.length} events in ${model.lanes.length} lanes`}
        aria-describedby="timeline-keys"
        tabIndex={0}
        data-drawn={drawn}
        data-lanes={lanes}
        data-from={Math.round(view.from)}
        data-to={Math.round(view.to)}
        onKeyDown={onKeyDown}
      >
        <Axis view={view} layout={layout} widthPx={widthPx} />
        <svg
          ref={surface}
          class="lanes"
          viewBox={`0 0 ${widthPx} ${layout.heightPx}`}
          width={widthPx}
          height={layout.heightPx}
          onPointerMove={onMove}
          onPointerLeave={onLeave}
          onClick={(event) => {
            const found = eventAt(event);
            if (found !== undefined) onSelect(found);
          }}
        >
          <Hatchings />
          <Ground view={view} layout={layout} outages={model.outages} />
          {graphics}
          <Selection event={selected} model={model} layout={layout} view={view} />
          <Flags
            flags={flagsOf(evidence, { model, layout, view })}
            history={history}
            selected={selected}
            onSelect={onSelect}
          />
        </svg>
        {hit !== undefined && <Tip hit={hit} history={history} widthPx={widthPx} />}
      </div>
      <Hints />
      <SelectedLine
        event={selected}
        history={history}
        address={runAddress(run.id, selected)}
        onOpenRow={props.onOpenRow}
      />
      <Legend
        styles={model.styles}
        hasOutage={model.outages.length > 0}
        hasEvidence={evidence.length > 0}
      />
    </div>
  );
}

/** What is drawn, and how it moves to what the reader wants to see. */
function usePicture(props: TimelineProps, frame: RefObject<HTMLDivElement | null>) {
  const { history, evidence, startsAt, selected, onView } = props;
  const surface = useRef<SVGSVGElement>(null);
  const model = useMemo(() => modelOf(history), [history]);
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
  // Drawn anew only when something of it changes, and not whenever the pointer moves.
  const { lanes, drawn, graphics } = useMemo(() => {
    const boxes = lanesWithin(layout, visible.top, visible.bottom);
    const rows = boxes.flatMap(({ lane }) => lane.rows);
    return {
      lanes: boxes.length,
      drawn: rows.reduce((sum, row) => sum + boxesOf(row, view, plotPx).length, 0),
      graphics: boxes.map((box) => (
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

  const scrollTo = (event: number | undefined): void => {
    const place = event === undefined ? undefined : model.places[event];
    if (place !== undefined) scrollIntoFrame(frame.current, rowBoxOf(layout, place));
  };
  const lookAt = (events: readonly number[]): void => {
    const moments = events.flatMap((event) => model.places[event]?.at ?? []);
    if (moments.length === 0) return;
    zoomed.show(around(moments, lengthMs));
    scrollTo(events[0]);
  };
  useEffect(() => lookAt(startsAt), [startsAt.join(), plotPx]);
  useEffect(() => {
    scrollTo(selected);
    const at = selected === undefined ? undefined : model.places[selected]?.at;
    if (at === undefined || (at >= view.from && at <= view.to)) return;
    const half = (view.to - view.from) / 2;
    zoomed.show({ from: at - half, to: at + half });
  }, [selected]);
  useEffect(() => onView(view), [view]);
  return { model, layout, surface, zoomed, widthPx, lanes, drawn, graphics, lookAt };
}

/** What lies under the pointer. */
function useHover(surface: RefObject<SVGSVGElement | null>, layout: Layout, view: View) {
  const [hit, setHit] = useState<(Hit & { readonly x: number; readonly y: number }) | undefined>();
  const pointAt = (event: MouseEvent): { readonly x: number; readonly y: number } => {
    const box = surface.current?.getBoundingClientRect();
    const x = event.clientX - (box?.left ?? 0) - layout.labelPx;
    return { x, y: event.clientY - (box?.top ?? 0) };
  };
  return {
    hit,
    onMove: (event: PointerEvent): void => {
      const { x, y } = pointAt(event);
      // While it drags, nothing is read.
      const found = event.buttons === 0 ? hitAt(layout, view, { x, y }) : undefined;
      setHit(found === undefined ? undefined : { ...found, x: x + layout.labelPx, y });
    },
    onLeave: () => setHit(undefined),
    eventAt: (event: MouseEvent): number | undefined =>
      hitAt(layout, view, pointAt(event))?.marks[0]?.event,
  };
}

/**
 * The timeline as data: lanes with rows of marks, in ms since the start of the run. Which lane
 * an event belongs to, and what is drawn of it, is decided here; how much of it a screen of so
 * many pixels can show is decided in `detail.ts`.
 */
import type { HistoryEvent } from "../../../history/event.ts";
import { breaksWithoutLoad } from "../../../history/fault-facts.ts";
import type { PageHistory } from "../../formats/slim-history.ts";
import { createLanes, type LaneDraft } from "./lanes.ts";
import type { Mark, RowKind } from "./mark.ts";
import { drawEvents } from "./marks.ts";
import type { MarkStyle } from "./styles.ts";

export interface Row {
  readonly kind: RowKind;
  /** By `from`. */
  readonly marks: readonly Mark[];
  /** The latest `to` of the marks up to each. */
  readonly reach: readonly number[];
}

export interface Lane {
  readonly id: string;
  readonly label: string;
  /** What it is: an application, a tab of it, a service, … */
  readonly about: string;
  readonly isNested: boolean;
  readonly rows: readonly Row[];
}

/** Where an event stands in the picture. */
export interface Place {
  readonly lane: number;
  readonly row: number;
  readonly at: number;
}

export interface TimelineModel {
  readonly lanes: readonly Lane[];
  /** By the index of an event. */
  readonly places: readonly Place[];
  /** Stretches in which at least one fault window was open, those aside that only limit a capacity. */
  readonly outages: readonly { readonly from: number; readonly to: number }[];
  /** Length of the run, ms; never zero. */
  readonly lengthMs: number;
  readonly styles: ReadonlySet<MarkStyle>;
}

/** The picture of a history. */
export function modelOf(history: PageHistory): TimelineModel {
  const { startedAt, events } = history;
  const endMs = (events.at(-1)?.at ?? startedAt) - startedAt;
  const drafts = createLanes();
  drawEvents(history, { drafts, endMs });
  const lanes = drafts.list().map(finish);
  const kinds = new Map(lanes.map(({ rows }, lane) => [lane, rows.map(({ kind }) => kind)]));
  const order = new Map(drafts.list().map((draft, lane) => [draft, lane]));
  return {
    lanes,
    places: events.map((event) => placeOf(event)),
    outages: outagesOf(events, { startedAt, endMs }),
    lengthMs: Math.max(1, endMs),
    styles: new Set(
      lanes.flatMap(({ rows }) => rows.flatMap(({ marks }) => marks.map(({ style }) => style))),
    ),
  };

  function placeOf({ index, at }: HistoryEvent): Place {
    const { draft, kind } = drafts.placeOf(index) ?? {};
    const lane = draft === undefined ? 0 : (order.get(draft) ?? 0);
    const row = kind === undefined ? 0 : Math.max(0, kinds.get(lane)?.indexOf(kind) ?? 0);
    return { lane, row, at: at - startedAt };
  }
}

function finish({ id, label, about, isNested, rows }: LaneDraft): Lane {
  return {
    id,
    label,
    about,
    isNested,
    rows: rowOrder.flatMap((kind) => {
      const marks = rows.get(kind)?.toSorted((a, b) => a.from - b.from);
      if (marks === undefined) return [];
      let latest = -Infinity;
      return [{ kind, marks, reach: marks.map(({ to }) => (latest = Math.max(latest, to))) }];
    }),
  };
}

/** From top to bottom. */
const rowOrder: readonly RowKind[] = ["faults", "signs", "screens", "calls", "requests", "tokens"];

function outagesOf(
  events: readonly HistoryEvent[],
  { startedAt, endMs }: { readonly startedAt: number; readonly endMs: number },
): TimelineModel["outages"] {
  const spans: { from: number; to: number }[] = [];
  const open = new Set<string>();
  for (const event of events) {
    if (event.kind === "fault-began" && breaksWithoutLoad(event.window)) {
      if (open.size === 0) spans.push({ from: event.at - startedAt, to: endMs });
      open.add(event.window.id);
    }
    if (event.kind !== "fault-ended" || !open.delete(event.window)) continue;
    const last = spans.at(-1);
    if (open.size === 0 && last !== undefined) last.to = event.at - startedAt;
  }
  return spans;
}

/** Every event of a run in words, a row each: the same as the timeline, for readers and screen readers. */
import type { Ref } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { describeEvent } from "../../history/event-line.ts";
import type { RunReport } from "../model/report-model.ts";
import type { PageHistory } from "../formats/slim-history.ts";
import { evidenceOf, type RowsWanted, rowsOf, whoOf } from "./table-rows.ts";
import type { View } from "./timeline/detail.ts";
import { whenOf } from "./event-text.ts";

const PAGE_ROWS = 100;

interface EventTableProps {
  readonly run: RunReport;
  readonly history: PageHistory;
  /** What the timeline shows. */
  readonly view: View | undefined;
  readonly selected: number | undefined;
  /** A row to go to, anew with each object. */
  readonly opened: { readonly event: number } | undefined;
  readonly onShow: (event: number) => void;
}

export function EventTable(props: EventTableProps) {
  const paging = usePaging(props);
  const { body, shown, rows, pages, first } = paging;
  return (
    <section id="events" aria-labelledby="events-title">
      <h2 id="events-title" tabIndex={-1}>
        Events
      </h2>
      <EventFilters {...paging} />
      {pages > 1 && (
        <p class="print-only">
          Events {first} to {first + shown.length - 1} of {rows.length}; the journal has all of
          them.
        </p>
      )}
      <EventRows {...props} evidence={paging.evidence} shown={shown} body={body} />
    </section>
  );
}

/** Which events are wanted, and which page of them is shown. */
function usePaging({ run, history, view, selected, opened }: EventTableProps) {
  const [wanted, setWanted] = useState<RowsWanted>({ which: "all", text: "" });
  const [page, setPage] = useState(0);
  const body = useRef<HTMLTableSectionElement>(null);
  const evidence = evidenceOf(run);
  const rows = rowsOf(history, { ...wanted, view, evidence });
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
  const current = Math.min(page, pages - 1);
  const shown = rows.slice(current * PAGE_ROWS, (current + 1) * PAGE_ROWS);
  const change = (part: Partial<RowsWanted>): void => {
    setWanted({ ...wanted, ...part });
    setPage(0);
  };
  const pageOf = (event: number, among: readonly number[]): number =>
    Math.floor(Math.max(0, among.indexOf(event)) / PAGE_ROWS);
  useEffect(() => {
    if (selected !== undefined && rows.includes(selected)) setPage(pageOf(selected, rows));
  }, [selected]);
  const going = useRef<number>(undefined);
  useEffect(() => {
    if (opened === undefined) return;
    going.current = opened.event;
    setWanted({ which: "all", text: "" });
    setPage(Math.floor(opened.event / PAGE_ROWS));
  }, [opened]);
  useEffect(() => {
    if (going.current === undefined || rows.length < history.events.length) return;
    const button = body.current?.querySelector<HTMLElement>(
      `[data-event="${going.current}"] button`,
    );
    if (button === null || button === undefined) return;
    // Once: the focus must not be taken from what the reader does next.
    going.current = undefined;
    button.scrollIntoView({ block: "center" });
    button.focus({ preventScroll: true });
  }, [opened, current, wanted]);
  const first = rows.length === 0 ? 0 : current * PAGE_ROWS + 1;
  return { wanted, change, evidence, rows, shown, first, pages, current, setPage, body };
}

type Paging = ReturnType<typeof usePaging>;

function EventFilters(paging: Paging) {
  const { wanted, change, evidence, rows, shown, first, pages, current, setPage } = paging;
  return (
    <form
      class="filters no-print"
      role="search"
      aria-label="Events"
      onSubmit={(event) => event.preventDefault()}
    >
      <label>
        Show{" "}
        <select
          value={wanted.which}
          onChange={(event) => change({ which: event.currentTarget.value as RowsWanted["which"] })}
        >
          <option value="all">all events</option>
          <option value="view">what the timeline shows</option>
          {evidence.size > 0 && <option value="evidence">evidence of findings</option>}
        </select>
      </label>
      <label>
        Find{" "}
        <input
          type="search"
          value={wanted.text}
          onInput={(event) => change({ text: event.currentTarget.value })}
        />
      </label>
      <output aria-live="polite">
        {rows.length === 0
          ? "no events"
          : `events ${first} to ${first + shown.length - 1} of ${rows.length}`}
      </output>
      <button type="button" disabled={current === 0} onClick={() => setPage(current - 1)}>
        Previous {PAGE_ROWS}
      </button>
      <button type="button" disabled={current === pages - 1} onClick={() => setPage(current + 1)}>
        Next {PAGE_ROWS}
      </button>
    </form>
  );
}

function EventRows({
  history,
  selected,
  onShow,
  evidence,
  shown,
  body,
}: Pick<EventTableProps, "history" | "selected" | "onShow"> &
  Pick<Paging, "evidence" | "shown"> & { readonly body: Ref<HTMLTableSectionElement> }) {
  return (
    <div class="scroll" role="region" aria-label="Table of events" tabIndex={0}>
      <table class="events">
        <thead>
          <tr>
            <th scope="col">Event</th>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">Evidence of</th>
          </tr>
        </thead>
        <tbody ref={body}>
          {shown.map((index) => (
            <tr
              key={index}
              data-event={index}
              class={evidence.has(index) ? "is-evidence" : undefined}
              aria-current={selected === index ? "true" : undefined}
            >
              <td>
                <button
                  type="button"
                  aria-label={`Show event ${index} on the timeline`}
                  onClick={() => onShow(index)}
                >
                  {index}
                </button>
              </td>
              <td class="when">{whenOf(history, index)}</td>
              <td>{whoOf(history, index)}</td>
              <td>{textOf(history, index)}</td>
              <td class="rule">{evidence.get(index)?.join(", ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function textOf({ events }: PageHistory, index: number): string {
  const event = events[index];
  return event === undefined ? "" : describeEvent(event);
}

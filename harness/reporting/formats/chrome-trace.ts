/**
 * Histories as a trace in the Trace Event Format, which Perfetto (ui.perfetto.dev) and
 * chrome://tracing open: the timeline of report.html in a viewer that many engineers know. A
 * process for each run, a thread for each row of a lane; times are virtual, from the start of the
 * run.
 *
 * https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
import type { History } from "../../history/event.ts";
import { describeEvent } from "../../history/event-line.ts";
import type { Mark } from "../page/timeline/mark.ts";
import { modelOf } from "../page/timeline/timeline-model.ts";

/** The text of a trace; the same histories give the same text. */
export function writeChromeTrace(histories: readonly History[]): string {
  const traceEvents = histories.flatMap((history, index) => traceOf(history, index + 1));
  return `${JSON.stringify({ displayTimeUnit: "ms", traceEvents })}\n`;
}

function traceOf({ header, events }: History, pid: number): readonly object[] {
  const { lanes } = modelOf({ startedAt: header.startedAt, events });
  const rows = lanes.flatMap(({ label, rows: own }) =>
    own.flatMap(({ kind, marks }) =>
      withoutOverlap(marks).map((thread) => ({ name: `${label}: ${kind}`, marks: thread })),
    ),
  );
  const { scenario, client } = header;
  return [
    named("process_name", { pid, name: `${scenario}, ${client.name} ${client.version}`.trim() }),
    ...rows.flatMap(({ name, marks }, row) => {
      const thread = { pid, tid: row + 1 };
      return [
        named("thread_name", { ...thread, name }),
        { ph: "M", name: "thread_sort_index", ...thread, args: { sort_index: row } },
        ...marks.map(({ from, to, event: index, style }) => {
          const event = events[index];
          const name = event === undefined ? style : describeEvent(event);
          const shared = { name, cat: style, ...thread, ts: from * 1_000, args: { event: index } };
          return from === to
            ? { ph: "i", s: "t", ...shared }
            : { ph: "X", dur: (to - from) * 1_000, ...shared };
        }),
      ];
    }),
  ];
}

function named(
  what: "process_name" | "thread_name",
  { name, ...where }: { readonly pid: number; readonly tid?: number; readonly name: string },
): object {
  return { ph: "M", name: what, ...where, args: { name } };
}

/** The marks of a row in as many threads as it takes: slices of one thread must not overlap. */
function withoutOverlap(marks: readonly Mark[]): readonly (readonly Mark[])[] {
  const threads: Mark[][] = [];
  for (const mark of marks) {
    const free = threads.find((thread) => (thread.at(-1)?.to ?? 0) <= mark.from);
    if (free === undefined) threads.push([mark]);
    else free.push(mark);
  }
  return threads;
}

/** Which events the table shows, whose they are, and which findings they are evidence of. */
import { describeEvent } from "../../history/event-line.ts";
import type { RunReport } from "../model/report-model.ts";
import type { PageHistory } from "../formats/slim-history.ts";
import type { View } from "./timeline/detail.ts";

export interface RowsWanted {
  readonly which: "all" | "view" | "evidence";
  readonly text: string;
}

/** The indices of the events that are wanted, in order; of a text every word must be in the row. */
export function rowsOf(
  history: PageHistory,
  {
    which,
    text,
    view,
    evidence,
  }: RowsWanted & {
    readonly view: View | undefined;
    readonly evidence: ReadonlyMap<number, unknown>;
  },
): readonly number[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rows: number[] = [];
  for (const [index, event] of history.events.entries()) {
    const at = event.at - history.startedAt;
    if (which === "view" && view !== undefined && (at < view.from || at > view.to)) continue;
    if (which === "evidence" && !evidence.has(index)) continue;
    if (words.length > 0) {
      const row = `${whoOf(history, index)} ${describeEvent(event)}`.toLowerCase();
      if (!words.every((word) => row.includes(word))) continue;
    }
    rows.push(index);
  }
  return rows;
}

/** The rules whose findings point at an event, by its index. */
export function evidenceOf({
  findings,
}: Pick<RunReport, "findings">): ReadonlyMap<number, readonly string[]> {
  const rules = new Map<number, string[]>();
  for (const { rule, evidence } of findings)
    for (const index of evidence) rules.set(index, [...(rules.get(index) ?? []), rule]);
  return rules;
}

/** The source of an event: the instance, its tab or the service that answered; empty where it has none. */
export function whoOf(history: PageHistory, index: number): string {
  const event = history.events[index];
  switch (event?.kind) {
    case "operation-completed":
      return callersOf(history).get(event.operation) ?? "";
    case "exchange-ended":
      return event.servedBy;
    case "fault-began":
      return event.window.at;
    case undefined:
    case "fault-ended":
    case "faults-cleared":
    case "world-changed":
    case "wait-abandoned":
    case "noted":
      return "";
    case "operation-invoked":
    case "exchange-began":
    case "store-accessed":
    case "prompt-shown":
    case "screen-seen":
    case "tab-changed":
    case "page-error":
    case "process-error":
    case "client-restarted":
    case "token-presented":
      return nameOf(event.client, "tab" in event ? event.tab : undefined);
  }
}

const callers = new WeakMap<PageHistory, ReadonlyMap<number, string>>();

/** Who made each call, by its number; worked out once for a history. */
function callersOf(history: PageHistory): ReadonlyMap<number, string> {
  const known = callers.get(history);
  if (known !== undefined) return known;
  const found = new Map(
    history.events
      .filter((event) => event.kind === "operation-invoked")
      .map(({ operation, client, tab }) => [operation, nameOf(client, tab)]),
  );
  callers.set(history, found);
  return found;
}

function nameOf(client = "", tab = ""): string {
  return `${client} ${tab}`.trim();
}

/**
 * The journal: a history as JSON Lines, the header first. A worker writes it, and everything
 * that judges, replays or prints reads it back from here, so a run that finished can always
 * be looked at again. Reading is strict, because a verdict on half a history is worth nothing.
 */
import { HarnessError, suggestNames } from "../core/errors.ts";
import { expected, show } from "../core/validation-messages.ts";
import type { History, HistoryEvent, JournalHeader } from "./event.ts";
import { eventKinds, findShapeFault, findHeaderFault, type ShapeFault } from "./event-shape.ts";

/** The one schema that this brownout writes and reads. */
const SCHEMA = "brownout/journal/1";

/** The history as JSON Lines; equal histories give equal texts, because keys stand in a fixed order. */
export function writeJournal({ header, events }: History): string {
  const lines = [JSON.stringify(inOrder(header, headerOrder))];
  for (const event of events) lines.push(JSON.stringify(inOrder(event, eventOrder)));
  return `${lines.join("\n")}\n`;
}

/** The history in a journal's text; `bad-journal` with `place:line`, what was wrong and what to do. */
export function parseJournal(text: string, place: string): History {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const isWhole = lines.at(-1) === "";
  if (isWhole) lines.pop();
  if (lines.length === 0) throw bad(place, "the file is empty", "A journal begins with a header.");
  const read = (line: number): unknown => {
    const source = lines[line - 1] ?? "";
    try {
      return JSON.parse(source);
    } catch (error) {
      throw notJson(error, { place, line, isCutOff: line === lines.length && !isWhole });
    }
  };
  const header = readHeader(read(1), `${place}:1`);
  const events: HistoryEvent[] = [];
  const seen: Seen = { operations: new Set(), exchanges: new Set(), at: -Infinity };
  for (let line = 2; line <= lines.length; line += 1) {
    const event = readEvent(read(line), `${place}:${line}`);
    checkPlace(event, { index: line - 2, seen, place: `${place}:${line}` });
    events.push(event);
  }
  return { header, events };
}

const headerOrder = [
  "schema",
  "brownout",
  "scenario",
  "file",
  "client",
  "mount",
  "seed",
  "edition",
  "startedAt",
  "asserts",
  "limits",
] as const satisfies readonly (keyof JournalHeader)[];

const eventOrder = ["index", "at", "kind"] as const satisfies readonly (keyof HistoryEvent)[];

/** The same fields, those of `order` first; the rest keeps the order in which it was recorded. */
function inOrder(value: object, order: readonly string[]): Readonly<Record<string, unknown>> {
  const fields = value as Readonly<Record<string, unknown>>;
  const ordered: Record<string, unknown> = {};
  for (const name of order) if (fields[name] !== undefined) ordered[name] = fields[name];
  return Object.assign(ordered, fields);
}

function readHeader(value: unknown, place: string): JournalHeader {
  const schema =
    typeof value === "object" && value !== null && "schema" in value ? value.schema : undefined;
  if (schema !== SCHEMA) {
    const found = schema === undefined ? "no schema" : `the schema ${show(schema)}`;
    const isOurs = typeof schema === "string" && schema.startsWith("brownout/journal/");
    throw bad(
      place,
      `the first line has ${found}; a journal's header has "${SCHEMA}"`,
      isOurs
        ? "It was written by another version of brownout: read it with that one."
        : "Is it a journal? Those of a run are in the folder journals of its output.",
    );
  }
  const fault = findHeaderFault(value);
  if (fault !== undefined) throw wrongShape(fault, place, "header");
  return value as JournalHeader;
}

function readEvent(value: unknown, place: string): HistoryEvent {
  const kind =
    typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
  if (typeof kind !== "string" || !(eventKinds as readonly string[]).includes(kind)) {
    const found = kind === undefined ? "no kind" : `the unknown kind ${show(kind)}`;
    throw bad(
      place,
      `the event has ${found}`,
      suggestNames(String(kind), eventKinds, `There are ${eventKinds.join(", ")}.`),
    );
  }
  const fault = findShapeFault(value);
  if (fault !== undefined) throw wrongShape(fault, place, kind);
  return value as HistoryEvent;
}

/** What earlier lines said, as far as later ones refer to it. */
interface Seen {
  readonly operations: Set<number>;
  readonly exchanges: Set<number>;
  at: number;
}

/** Whether an event fits to those before it: a line that was lost or moved shows here. */
function checkPlace(
  event: HistoryEvent,
  { index, seen, place }: { readonly index: number; readonly seen: Seen; readonly place: string },
): void {
  const hint = "Lines are missing, doubled or out of order: take the journal as it was written.";
  if (event.index !== index) {
    throw bad(place, `the event has index ${event.index}, and ${index} is next`, hint);
  }
  if (event.at < seen.at) throw bad(place, `time turns back, from ${seen.at} to ${event.at}`, hint);
  seen.at = event.at;
  if (event.kind === "operation-invoked") seen.operations.add(event.operation);
  if (event.kind === "exchange-began") seen.exchanges.add(event.exchange);
  if (event.kind === "operation-completed" && !seen.operations.has(event.operation)) {
    throw bad(place, `operation ${event.operation} ends, but was never invoked`, hint);
  }
  if (event.kind === "exchange-ended" && !seen.exchanges.has(event.exchange)) {
    throw bad(place, `exchange ${event.exchange} ends, but never began`, hint);
  }
}

function notJson(
  error: unknown,
  at: { readonly place: string; readonly line: number; readonly isCutOff: boolean },
): HarnessError {
  const { place, line, isCutOff } = at;
  const reason = error instanceof Error ? error.message : String(error);
  return isCutOff
    ? bad(
        `${place}:${line}`,
        "the last line is cut off in its middle",
        "Brownout writes journals whole: copy the file again, or run the scenario again.",
      )
    : bad(`${place}:${line}`, `expected JSON: ${reason}`, "A journal has one event a line.");
}

function wrongShape(
  { path, expected: what, found }: ShapeFault,
  place: string,
  of: string,
): HarnessError {
  return bad(
    place,
    `${path} of the ${of}: ${expected(what, found)}`,
    "Journals are not written by hand: run the scenario again.",
  );
}

function bad(place: string, message: string, hint: string): HarnessError {
  return new HarnessError("bad-journal", message, { place, hint });
}

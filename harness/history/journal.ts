/**
 * The journal: a history as JSON Lines, the header first. A worker writes it, and everything that
 * judges, replays or prints reads it, so a finished run can be examined again. Reading is strict,
 * because a verdict on half a history is worth nothing.
 */
import { textOf } from "../core/thrown.ts";
import { HarnessError, suggestNames } from "../core/errors.ts";
import { expected, show } from "../core/validation-messages.ts";
import type { History, HistoryEvent } from "./event.ts";
import type { JournalHeader } from "./header.ts";
import {
  eventKinds,
  findEventProblem,
  findHeaderProblem,
  type ShapeProblem,
} from "./event-shape.ts";

/** The schema that this version writes and reads. */
const SCHEMA = "brownout/journal/1";

/**
 * Writes a history as JSON Lines, the header first. Equal histories give equal texts, because keys
 * are in a fixed order.
 *
 * @example
 * writeFileSync("run.jsonl", writeJournal(history));
 */
export function writeJournal({ header, events }: History): string {
  const lines = [writeHeader(header)];
  for (const event of events) lines.push(writeEvent(event));
  return `${lines.join("\n")}\n`;
}

/** The first line of a journal, without its end. */
export function writeHeader(header: JournalHeader): string {
  return JSON.stringify(inOrder(header, headerOrder));
}

/** The line of an event, without its end. */
export function writeEvent(event: HistoryEvent): string {
  return JSON.stringify(inOrder(event, eventOrder));
}

/**
 * Reads the history in the text of a journal.
 *
 * @param place The name of the file, for errors.
 * @throws HarnessError `bad-journal`, with the file and line of the problem.
 * @example
 * const history = parseJournal(readFileSync("run.jsonl", "utf8"), "run.jsonl");
 */
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
  "endsAt",
  "asserts",
  "limits",
] as const satisfies readonly (keyof JournalHeader)[];

const eventOrder = ["index", "at", "kind"] as const satisfies readonly (keyof HistoryEvent)[];

/** The same fields, those of `order` first; the others keep the order in which they were recorded. */
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
    const found = schema === undefined ? "nothing" : show(schema);
    const isOurs = typeof schema === "string" && schema.startsWith("brownout/journal/");
    throw bad(
      place,
      `expected the schema "${SCHEMA}" in the first line, got ${found}`,
      isOurs
        ? "Another version of brownout wrote it: read it with that version."
        : "Is it a journal? Those of a run are in the folder journals of its output folder.",
    );
  }
  const problem = findHeaderProblem(value);
  if (problem !== undefined) throw wrongShape(problem, place, "header");
  return value as JournalHeader;
}

function readEvent(value: unknown, place: string): HistoryEvent {
  const kind =
    typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
  if (typeof kind !== "string" || !(eventKinds as readonly string[]).includes(kind)) {
    throw bad(
      place,
      `expected a known kind of event, got ${kind === undefined ? "nothing" : show(kind)}`,
      suggestNames(textOf(kind), eventKinds, `There are ${eventKinds.join(", ")}.`),
    );
  }
  const problem = findEventProblem(value);
  if (problem !== undefined) throw wrongShape(problem, place, kind);
  return value as HistoryEvent;
}

/** What earlier lines have, as far as later ones refer to it. */
interface Seen {
  readonly operations: Set<number>;
  readonly exchanges: Set<number>;
  at: number;
}

/** Throws for an event that does not fit those before it: a line is missing or was moved. */
function checkPlace(
  event: HistoryEvent,
  { index, seen, place }: { readonly index: number; readonly seen: Seen; readonly place: string },
): void {
  const hint = "Lines are missing, repeated or out of order: use the journal as it was written.";
  if (event.index !== index) {
    throw bad(place, `expected the index ${index}, got ${event.index}`, hint);
  }
  if (event.at < seen.at)
    throw bad(place, `expected a time from ${seen.at} on, got ${event.at}`, hint);
  seen.at = event.at;
  if (event.kind === "operation-invoked") seen.operations.add(event.operation);
  if (event.kind === "exchange-began") seen.exchanges.add(event.exchange);
  if (event.kind === "operation-completed" && !seen.operations.has(event.operation)) {
    throw bad(place, `operation ${event.operation} ends, but it was never invoked`, hint);
  }
  if (event.kind === "exchange-ended" && !seen.exchanges.has(event.exchange)) {
    throw bad(place, `exchange ${event.exchange} ends, but it never began`, hint);
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
        "the last line is cut off",
        "Copy the file again, or run the scenario again.",
      )
    : bad(`${place}:${line}`, `expected JSON: ${reason}`, "A journal has an event on each line.");
}

function wrongShape(
  { path, expected: what, found }: ShapeProblem,
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

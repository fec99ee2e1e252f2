/**
 * Reads a HAR file entry by entry, so that exports of hundreds of megabytes need no more memory
 * than what is kept of them. Brackets and strings are counted, byte by byte; each entry, and the
 * rest of the log without its entries, is then JSON for `JSON.parse`.
 */
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { bad, type Fields, readHarLog } from "./har-shape.ts";

/** An entry as the text of a value, with its number; undefined for one that is larger than any that could matter. */
export interface EntryText {
  readonly index: number;
  readonly json: string | undefined;
}

/** Larger entries are left out, and a larger rest of the log is refused; bytes. */
const PART_MAX = 64 * 1024 * 1024;

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OBJECT, OBJECT_END, ARRAY, ARRAY_END] = [0x7b, 0x7d, 0x5b, 0x5d];

/**
 * Calls `onEntry` with each entry of the file at `path`, one after the other, and resolves to the
 * log without its entries, and how many there were. Rejects with `bad-har` about `place`.
 */
export async function streamHar(
  path: string,
  place: string,
  onEntry: (entry: EntryText) => void | Promise<void>,
  chunkBytes = 1024 * 1024,
): Promise<{ readonly log: Fields; readonly entries: number }> {
  const cutter = createCutter(place);
  const stream: Readable = createReadStream(path, { highWaterMark: chunkBytes });
  for await (const chunk of stream)
    for (const entry of cutter.push(chunk as Buffer)) await onEntry(entry);
  const { rest, entries } = cutter.end();
  return { log: readHarLog(rest, place), entries };
}

/** Where a scan is. */
interface Scan {
  /** How many brackets are open. */
  depth: number;
  isString: boolean;
  isEscaped: boolean;
  /** Whether a string would be the name of a field. */
  isName: boolean;
  /** The name that is being read, of a field of the two outer objects. */
  name?: number[] | undefined;
  /** The names of the present fields of these, by depth. */
  readonly names: string[];
  /** The depth of the array of entries while the scan is in it; else 0. */
  entriesDepth: number;
}

/** A byte of a string. */
function scanString(scan: Scan, byte: number): void {
  if (scan.isEscaped) {
    scan.isEscaped = false;
  } else if (byte === BACKSLASH) {
    scan.isEscaped = true;
  } else if (byte === QUOTE) {
    scan.isString = false;
    if (scan.name !== undefined) scan.names[scan.depth] = Buffer.from(scan.name).toString("utf8");
    scan.name = undefined;
  }
  scan.name?.push(byte);
}

/** A byte between strings, outside of the entries. */
function scanOutside(scan: Scan, byte: number): void {
  switch (byte) {
    case QUOTE:
      scan.isString = true;
      if (scan.isName && scan.depth > 0 && scan.depth <= 2) scan.name = [];
      break;
    case COLON:
      scan.isName = false;
      break;
    case COMMA:
      scan.isName = true;
      break;
    case OBJECT:
    case ARRAY:
      scan.isName = byte === OBJECT;
      scan.depth += 1;
      if (byte === ARRAY && scan.depth === 3 && isEntries(scan)) scan.entriesDepth = scan.depth;
      break;
    case OBJECT_END:
    case ARRAY_END:
      scan.depth -= 1;
      break;
    default:
  }
}

function isEntries({ names: [, outer, inner] }: Scan): boolean {
  return outer === "log" && inner === "entries";
}

/** A byte between strings, in an entry. */
function scanEntry(scan: Scan, byte: number): void {
  if (byte === QUOTE) scan.isString = true;
  else if (byte === OBJECT || byte === ARRAY) scan.depth += 1;
  else if (byte === OBJECT_END || byte === ARRAY_END) scan.depth -= 1;
}

/** A part of the file that is being collected; without its pieces once it is too large. */
class Part {
  #pieces: Buffer[] = [];
  #size = 0;

  keep(piece: Buffer): void {
    this.#size += piece.length;
    if (this.#size <= PART_MAX) this.#pieces.push(Buffer.from(piece));
    else this.#pieces = [];
  }

  text(): string | undefined {
    return this.#size > PART_MAX ? undefined : Buffer.concat(this.#pieces).toString("utf8");
  }
}

function createCutter(place: string) {
  const rest = new Part();
  let entry: Part | undefined;
  let [entries, isFirst] = [0, true];
  const scan: Scan = {
    depth: 0,
    isString: false,
    isEscaped: false,
    isName: true,
    names: [],
    entriesDepth: 0,
  };

  const finish = (json: string | undefined): EntryText => {
    entry = undefined;
    entries += 1;
    return { index: entries - 1, json };
  };

  return {
    *push(chunk: Buffer): Generator<EntryText> {
      // Some tools begin with a byte order mark.
      let from = isFirst && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? 3 : 0;
      isFirst = false;
      for (let at = from; at < chunk.length; at += 1) {
        const byte = chunk[at] ?? 0;
        if (scan.isString) {
          scanString(scan, byte);
        } else if (scan.entriesDepth === 0) {
          scanOutside(scan, byte);
          if (scan.entriesDepth === 0) continue;
          rest.keep(chunk.subarray(from, at + 1));
          from = at + 1;
        } else if (scan.depth === scan.entriesDepth && (byte === COMMA || byte === ARRAY_END)) {
          if (entry !== undefined) {
            entry.keep(chunk.subarray(from, at));
            yield finish(entry.text());
          }
          from = byte === ARRAY_END ? at : at + 1;
          if (byte !== ARRAY_END) continue;
          scan.depth -= 1;
          scan.entriesDepth = 0;
        } else if (byte > 0x20) {
          if (entry === undefined) from = at;
          entry ??= new Part();
          scanEntry(scan, byte);
        }
      }
      if (scan.entriesDepth === 0) rest.keep(chunk.subarray(from));
      else entry?.keep(chunk.subarray(from));
    },
    end(): { readonly rest: string; readonly entries: number } {
      if (scan.depth > 0 || scan.isString) {
        const hint = "Copy or export it again, and wait until that is complete.";
        throw bad(place, "the file is cut off", hint);
      }
      const text = rest.text();
      if (text === undefined) {
        throw bad(
          place,
          `expected at most ${PART_MAX / 1024 / 1024} MB beside the entries`,
          "A HAR file has its requests in log.entries.",
        );
      }
      return { rest: text, entries };
    },
  };
}

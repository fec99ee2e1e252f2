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

/** One part of the file that is being collected. */
interface Part {
  readonly pieces: Buffer[];
  size: number;
}

function createCutter(place: string) {
  const rest: Part = { pieces: [], size: 0 };
  let entry: Part = { pieces: [], size: 0 };
  let entries = 0;
  // Where the scan is: how many brackets are open, and in which string.
  let [depth, isString, isEscaped, isFirst] = [0, false, false, true];
  // Of the two outer objects, the name of the present field and whether a name is being read.
  const names = ["", "", ""];
  let name: number[] | undefined;
  let isName = true;
  // The entries are elements of the array at this depth; 0 outside of it.
  let entriesDepth = 0;
  let isEntry = false;

  const keep = (part: Part, piece: Buffer): void => {
    part.size += piece.length;
    if (part.size <= PART_MAX) part.pieces.push(Buffer.from(piece));
    else part.pieces.length = 0;
  };
  const finish = (): EntryText => {
    const json = entry.size > PART_MAX ? undefined : Buffer.concat(entry.pieces).toString("utf8");
    entry = { pieces: [], size: 0 };
    isEntry = false;
    entries += 1;
    return { index: entries - 1, json };
  };

  /** A byte of a string. */
  const inString = (byte: number): void => {
    if (isEscaped) isEscaped = false;
    else if (byte === BACKSLASH) isEscaped = true;
    else if (byte === QUOTE) {
      isString = false;
      if (name !== undefined) names[depth] = Buffer.from(name).toString("utf8");
      name = undefined;
    }
    name?.push(byte);
  };

  /** A byte between strings, outside of the entries. */
  const outside = (byte: number): void => {
    switch (byte) {
      case QUOTE:
        isString = true;
        if (isName && depth > 0 && depth <= 2) name = [];
        break;
      case COLON:
        isName = false;
        break;
      case COMMA:
        isName = true;
        break;
      case OBJECT:
      case ARRAY:
        isName = byte === OBJECT;
        depth += 1;
        if (byte === ARRAY && depth === 3 && names[1] === "log" && names[2] === "entries")
          entriesDepth = depth;
        break;
      case OBJECT_END:
      case ARRAY_END:
        depth -= 1;
        break;
      default:
    }
  };

  return {
    *push(chunk: Buffer): Generator<EntryText> {
      // Some tools begin with a byte order mark.
      let from = isFirst && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? 3 : 0;
      isFirst = false;
      for (let at = from; at < chunk.length; at += 1) {
        const byte = chunk[at] ?? 0;
        if (isString) {
          inString(byte);
        } else if (entriesDepth === 0) {
          outside(byte);
          if (entriesDepth > 0) {
            keep(rest, chunk.subarray(from, at + 1));
            from = at + 1;
          }
        } else if (depth === entriesDepth && (byte === COMMA || byte === ARRAY_END)) {
          if (isEntry) {
            keep(entry, chunk.subarray(from, at));
            yield finish();
          }
          from = byte === ARRAY_END ? at : at + 1;
          if (byte !== ARRAY_END) continue;
          depth -= 1;
          entriesDepth = 0;
        } else if (byte > 0x20) {
          if (!isEntry) from = at;
          isEntry = true;
          if (byte === QUOTE) isString = true;
          else if (byte === OBJECT || byte === ARRAY) depth += 1;
          else if (byte === OBJECT_END || byte === ARRAY_END) depth -= 1;
        }
      }
      if (entriesDepth === 0) keep(rest, chunk.subarray(from));
      else if (isEntry) keep(entry, chunk.subarray(from));
    },
    end(): { readonly rest: string; readonly entries: number } {
      if (entriesDepth > 0 || depth > 0 || isString) {
        const hint = "Copy or export it again, and wait until that is complete.";
        throw bad(place, "the file is cut off", hint);
      }
      if (rest.size > PART_MAX) {
        throw bad(
          place,
          `expected at most ${PART_MAX / 1024 / 1024} MB beside the entries`,
          "A HAR file has its requests in log.entries.",
        );
      }
      return { rest: Buffer.concat(rest.pieces).toString("utf8"), entries };
    },
  };
}

/**
 * Redis: each command has one reply, and replies come in order.
 * https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
import type { Conversation } from "./conversation-shape.ts";

const CR = 13;
const LF = 10;

/** Whether a client begins with a command as Redis clients send it: an array of bulk strings. */
export function isRedisCommand(bytes: Uint8Array): boolean {
  return /^\*\d+\r\n\$\d+\r\n/.test(Buffer.from(bytes.subarray(0, 32)).toString("latin1"));
}

/** A connection on which every command gets one reply; messages to a subscriber are no replies. */
export function createRedisConversation(): Conversation {
  let commands = 0;
  let replies = 0;
  const questions = createValueCounter(() => (commands += 1));
  const answers = createValueCounter((type) => {
    // What the server pushes unasked is of a type of its own in RESP3; in RESP2 it is one reply too many.
    if (type !== ">") replies = Math.min(replies + 1, commands);
  });
  return {
    sent: questions,
    received: answers,
    isOwed: () => replies < commands,
  };
}

/** Calls `onValue` with the type of each whole value of a stream, nested ones aside. */
function createValueCounter(onValue: (type: string) => void): (bytes: Uint8Array) => void {
  let line: number[] = [];
  let skip = 0;
  let first = "";
  /** How many values are still to come at each level. */
  const open: number[] = [];
  const close = (): void => {
    while (open.length > 0) {
      const left = (open.pop() ?? 0) - 1;
      if (left > 0) {
        open.push(left);
        return;
      }
    }
    onValue(first);
  };
  const endOfLine = (): void => {
    const type = String.fromCharCode(line[0] ?? 0);
    const size = Number(String.fromCharCode(...line.slice(1, 21)));
    line = [];
    if (open.length === 0) first = type;
    if ("*~>%|".includes(type) && size > 0) open.push("%|".includes(type) ? 2 * size : size);
    else if ("$!=".includes(type) && size >= 0) skip = size + 2;
    else close();
  };
  return (bytes) => {
    for (let at = 0; at < bytes.length; at += 1) {
      if (skip > 0) {
        const taken = Math.min(skip, bytes.length - at);
        skip -= taken;
        at += taken - 1;
        if (skip === 0) close();
        continue;
      }
      const byte = bytes[at] ?? 0;
      if (byte === LF && line.at(-1) === CR) {
        line.pop();
        endOfLine();
      } else if (line.length < LINE_MAX || byte === CR) line.push(byte);
    }
  };
}

/** Of a line only its beginning matters. */
const LINE_MAX = 64;

/**
 * How this process and a worker talk: lines of JSON on a pipe of their own. Node's own channel
 * would do, but it gives user code `process.send`: a program that says "ready" there, as under a
 * process manager, would answer in the worker's name. Each task has a secret of its own, and what
 * does not repeat it is no answer.
 */
import type { Duplex } from "node:stream";

/** The file descriptor of the pipe in a worker process. */
export const CHANNEL_FD = 3;

/** A line that is longer was not written by us: no answer is. */
const LINE_CHARACTERS_MAX = 1_000_000;

/** What user code throws may carry a whole page or file; more of a text is not passed on. */
const TEXT_CHARACTERS_MAX = 20_000;

/** One end of the pipe. */
export interface Channel {
  /** Sends plain data; what is too long of a text is cut off. */
  readonly send: (message: object) => void;
}

/**
 * Opens an end: `onMessage` is called with each object that arrives, and what is no line of JSON
 * is passed over. `onEnd` is called when the other process is gone.
 */
export function openChannel(
  stream: Duplex,
  {
    onMessage,
    onEnd = () => undefined,
  }: { readonly onMessage: (message: object) => void; readonly onEnd?: () => void },
): Channel {
  let begun = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (begun + text).split("\n");
    begun = lines.pop() ?? "";
    if (begun.length > LINE_CHARACTERS_MAX) begun = "";
    for (const line of lines) {
      const message = line === "" ? undefined : readLine(line);
      if (message !== undefined) onMessage(message);
    }
  });
  // That the other end is gone is reported by the end of the process, and by "close".
  stream.on("error", () => undefined);
  stream.on("close", onEnd);
  return {
    send(message) {
      // A line feed first: what somebody else left unfinished there is a line of its own.
      if (stream.writable) stream.write(`\n${JSON.stringify(message, shortened)}\n`);
    },
  };
}

function shortened(_name: string, value: unknown): unknown {
  if (typeof value !== "string" || value.length <= TEXT_CHARACTERS_MAX) return value;
  return `${value.slice(0, TEXT_CHARACTERS_MAX)}…`;
}

function readLine(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

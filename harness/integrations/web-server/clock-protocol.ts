/**
 * How a server process and the test that it serves share one clock: lines of JSON over a
 * connection of this machine. The test asks, the server answers each line with its number.
 */
import type { Socket } from "node:net";

/** What a test asks of a server's clock; times are ms since the Unix epoch, virtual. */
export type ClockQuestion =
  /** Whether nothing happens there. */
  | { readonly ask: "look" }
  /** Its timers due by then fire, in order, and time stands still. */
  | { readonly ask: "advance"; readonly toMs: number }
  /** As `advance`, until a timer has done something that others could notice. */
  | { readonly ask: "leap"; readonly untilMs: number }
  /** Its time passes by itself, so far ahead of the machine's. */
  | { readonly ask: "flow"; readonly byMs: number };

/** What a server's clock says of itself after each question. */
export interface ClockState {
  readonly nowMs: number;
  /** When its next timer is due. */
  readonly nextDueMs?: number;
  /** Whether it waits for nothing but time and the answers of the simulator. */
  readonly isQuiet: boolean;
  /** Requests to other hosts that are not answered: those that the test has not seen are on their way. */
  readonly asking: number;
  /** What it waits for, in words. */
  readonly waitsFor: readonly string[];
  /** Why it could not do what it was asked. */
  readonly problem?: string;
}

/** The first line of a server. */
export interface ClockGreeting {
  readonly pid: number;
  readonly nowMs: number;
}

/** Calls back with each line of JSON; what is none ends the connection. */
export function readLines(socket: Socket, onLine: (value: unknown) => void): void {
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk) => {
    const lines = `${rest}${String(chunk)}`.split("\n");
    rest = lines.pop() ?? "";
    try {
      for (const line of lines) onLine(JSON.parse(line));
    } catch {
      socket.destroy();
    }
  });
}

/** Sends one value. */
export function writeLine(socket: Socket, value: object): void {
  socket.write(`${JSON.stringify(value)}\n`);
}

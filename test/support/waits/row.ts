/** A row of the table of waits: what a program waits for, and what virtual time passes meanwhile. */
import { EventEmitter, once } from "node:events";
import type net from "node:net";
import type { ProcessMount } from "../../../harness/network/mount-names.ts";
import type { MountBench } from "../mount.ts";

/** Addresses of the servers in another process, see `peer.ts`. */
export interface PeerPorts {
  readonly tcp: number;
  readonly tls: number;
  readonly http: number;
  readonly http2: number;
  readonly udp: number;
  readonly silent: number;
  readonly redis: number;
  readonly postgres: number;
  readonly path: string;
}

export interface RowContext {
  readonly bench: MountBench;
  readonly peer: PeerPorts;
}

export interface Row {
  /** Virtual ms that pass until it is over; zero for work of the machine. */
  readonly takesMs: number;
  /** What it must lead to; default: not looked at. */
  readonly gives?: unknown;
  /** What is not waited for to its end, in words. Default: nothing. */
  readonly abandons?: readonly string[];
  /** Ms by which it may be late: undici's timers are coarse. Default: 0. */
  readonly lateMs?: number;
  /** Names of `async_hooks.asyncWrapProviders` that it makes. */
  readonly covers?: readonly string[];
  /** Why it cannot be right: virtual time passes it, or never reaches it. Known limits are rows, too. */
  readonly limit?: string;
  /** The mounts on which it means something; default: all of this process. */
  readonly mounts?: readonly ProcessMount[];
  readonly run: (context: RowContext) => Promise<unknown>;
}

export type Rows = Readonly<Record<string, Row>>;

type Run = Row["run"];

/** Work of the machine: no virtual time passes. */
export function work(run: Run, more: Partial<Row> = {}): Row {
  return { takesMs: 0, run, ...more };
}

/** A wait that virtual time ends. */
export function after(takesMs: number, run: Run, more: Partial<Row> = {}): Row {
  return { takesMs, run, ...more };
}

/** Calls a function of Node that takes a callback. */
export function callback<Value>(
  call: (done: (error: unknown, value?: Value) => void) => void,
): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    call((error, value) => {
      if (error === null || error === undefined) resolve(value);
      else reject(error as Error);
    });
  });
}

/** The virtual clock is asked for, not the machine's. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

/** Sends a line and waits for so many lines. */
export async function askLine(socket: net.Socket, line: string, lines = 1): Promise<string> {
  let text = "";
  const answered = new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("data", (data: Buffer) => {
      text += data.toString("utf8");
      if (text.split("\n").length > lines) resolve();
    });
  });
  socket.write(`${line}\n`);
  await answered;
  return text;
}

/** Resolves with the first event of that name. */
export async function first(emitter: unknown, event: string): Promise<unknown> {
  if (emitter instanceof EventEmitter) return ((await once(emitter, event)) as unknown[])[0];
  return (await (once(emitter as EventTarget as never, event) as Promise<unknown[]>))[0];
}

/** How long virtual time stands still for what the machine is doing, by what is waited for. */

/**
 * What this process can wait for that takes the machine's time: work in the thread pool, of a
 * native add-on, a child process, a worker thread, an answer on a socket, the answer to an HTTP
 * request, an answer by UDP.
 *
 * @example
 * const kinds: readonly WaitKind[] = ["child", "socket"];
 */
export type WaitKind = (typeof waitKinds)[number];

/**
 * Every kind of wait, in the order of the documentation.
 *
 * @example
 * waitKinds; // ["threadPool", "addOn", "child", "worker", "socket", "request", "datagram"]
 */
export const waitKinds = [
  "threadPool",
  "addOn",
  "child",
  "worker",
  "socket",
  "request",
  "datagram",
] as const;

/**
 * The limits that hold unless a scenario or a suite sets others, in ms of the machine's time.
 * None has a source: they are guesses, long enough for what programs do in a test on a slow
 * machine and short enough to wait for once.
 */
export const defaultWaitLimitsMs: Readonly<Record<WaitKind, number>> = {
  threadPool: 120_000,
  addOn: 10_000,
  child: 30_000,
  worker: 30_000,
  socket: 5_000,
  request: 15_000,
  datagram: 250,
};

/**
 * For what virtual time stands still, and how long. While this process waits for the machine,
 * such as for a child process or a database, no virtual time passes. A wait that outlasts its
 * limit is recorded in the history, time goes on without it, and what the rules find about the
 * operations that were open is inconclusive.
 *
 * @example
 * const realTime: WaitOptions = { limitsMs: { child: 60_000 }, notWaitedFor: ["127.0.0.1:6379"] };
 */
export interface WaitOptions {
  /** Limits by kind of wait, ms of the machine's time. Default: thread pool 120 s, native add-on 10 s, child process and worker thread 30 s, request 15 s, socket 5 s, datagram 250 ms. */
  readonly limitsMs?: Partial<Readonly<Record<WaitKind, number>>>;
  /** What time never stands still for, by the name that a report gives it: `127.0.0.1:6379`, a socket's path, or the file name of a program or of a worker's script. Default: nothing. */
  readonly notWaitedFor?: readonly string[];
}

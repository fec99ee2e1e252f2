/**
 * What ends a session early: Ctrl-C, SIGTERM and a terminal that is closed, which mean the same. The first is reported once,
 * so that what has finished can be reported whole; one that follows later ends the process.
 */

/** The signals by which a person or a supervisor asks a session to end. */
export type InterruptSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** Exit codes of an interrupted session: 128 and the number of the signal, as shells have it. */
export const interruptedCodes: Readonly<Record<InterruptSignal, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
};

type Listen = (signal: InterruptSignal, listener: () => void) => unknown;

/** What is needed of a process. */
export interface SignalTarget {
  readonly on: Listen;
  readonly off: Listen;
  readonly exit: (code: number) => void;
}

/** Npm passes on the Ctrl-C that the terminal has sent already, and so does our launcher: within this time it is the same one. */
const SAME_REQUEST_MS = 1_000;

/** Calls `listener` on the first signal, until the function that it returns is called; `now` is real time, ms. */
export function listenForInterrupt(
  target: SignalTarget,
  listener: (signal: InterruptSignal) => void,
  now: () => number,
): () => void {
  let firstAtMs: number | undefined;
  const handlers = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map((signal) => {
    const handler = (): void => {
      if (firstAtMs === undefined) {
        firstAtMs = now();
        listener(signal);
      } else if (now() - firstAtMs >= SAME_REQUEST_MS) target.exit(interruptedCodes[signal]);
    };
    return [signal, handler] as const;
  });
  for (const [signal, handler] of handlers) target.on(signal, handler);
  return () => {
    // A second copy of the signal must not end us while reports are being written.
    if (firstAtMs !== undefined) return;
    for (const [signal, handler] of handlers) target.off(signal, handler);
  };
}

/**
 * Time as a parameter: code that needs the time gets a `Clock` and never asks the machine.
 *
 * @example
 * const startedMs = clock.now();
 * await clock.sleep(minutes(5));
 * clock.now() - startedMs; // 300_000
 */
export interface Clock {
  /** Milliseconds since the Unix epoch, in virtual time. */
  now(): number;
  /**
   * Resolves `ms` later in virtual time. Aborting rejects with the signal's reason.
   * A sleeping request does not keep the clock from jumping.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Time as a parameter: whoever needs the time is handed a `Clock` and makes none of its own. */
export interface Clock {
  /** Milliseconds since the Unix epoch, in virtual time. */
  now(): number;
  /**
   * Resolves `ms` later in virtual time. Aborting rejects with the signal's reason.
   * Whoever waits here counts as asleep: the clock may jump.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

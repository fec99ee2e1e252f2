/** A timer by the machine's time, for what only the machine decides: how long to wait for something that may never be reported. */
const realSetTimeout = setTimeout;
const realClearTimeout = clearTimeout;

/** Calls back after `ms` of the machine's time, unless the returned function is called before; keeps no process alive. */
export function afterMachineMs(ms: number, callback: () => void): () => void {
  const timer = realSetTimeout(callback, ms).unref();
  return () => realClearTimeout(timer);
}

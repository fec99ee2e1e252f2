/** `node:timers/promises` on virtual time. */
import timersPromises from "node:timers/promises";
import type { VirtualClock } from "./virtual-clock.ts";
import type { Replace } from "./waits/patching.ts";

/** What the functions of `node:timers/promises` take; `ref` has no meaning here. */
export interface TimerOptions {
  readonly signal?: AbortSignal;
}

/** Replaces them by `replace`; `sleep` is what `setTimeout` becomes. */
export function putTimersPromisesOn(
  clock: VirtualClock,
  replace: Replace,
  { sleep, delayOf }: { readonly sleep: unknown; readonly delayOf: (delayMs: unknown) => number },
): void {
  replace(timersPromises, "setTimeout", sleep);
  replace(
    timersPromises,
    "setInterval",
    (delayMs?: number, value?: unknown, options?: TimerOptions) =>
      ticksOf(clock, Math.max(1, delayOf(delayMs)), { value, signal: options?.signal }),
  );
  replace(timersPromises.scheduler, "wait", (delayMs: number, options?: TimerOptions) =>
    abortable(clock.sleep(delayOf(delayMs), options?.signal), options?.signal),
  );
}

/** Ticks that come while the loop's body still runs are kept, as Node keeps them. */
async function* ticksOf(
  clock: VirtualClock,
  everyMs: number,
  { value, signal }: { readonly value: unknown; readonly signal: AbortSignal | undefined },
): AsyncGenerator<unknown> {
  let ticks = 0;
  let wake = (): void => undefined;
  const timer = clock.setTimer(() => {
    ticks += 1;
    timer.restart();
    wake();
  }, everyMs);
  const abort = (): void => wake();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    for (;;) {
      if (ticks === 0 && signal?.aborted !== true) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      for (; ticks > 0; ticks -= 1) yield value;
      if (signal?.aborted === true) throw abortError(signal);
    }
  } finally {
    timer.cancel();
    signal?.removeEventListener("abort", abort);
  }
}

/** Rejects as the functions of Node do: with an `AbortError` whose cause is the reason. */
export async function abortable<Value>(
  work: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    throw signal?.aborted === true ? abortError(signal) : error;
  }
}

function abortError({ reason }: AbortSignal): Error {
  const error = new Error("The operation was aborted", { cause: reason });
  return Object.assign(error, { name: "AbortError", code: "ABORT_ERR" });
}

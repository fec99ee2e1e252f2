/** Timers in every form, all on virtual time. */
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import { promisify } from "node:util";
import { after, first, type Rows, work } from "./row.ts";

/** Taken before the clock is installed. */
const earlySetTimeout = setTimeout;

export const timerRows: Rows = {
  setTimeout: after(5_000, () => new Promise((resolve) => void setTimeout(resolve, 5_000))),
  "node:timers setTimeout": after(
    5_000,
    () => new Promise((resolve) => void timers.setTimeout(resolve, 5_000)),
  ),
  "setInterval, five times": after(
    5_000,
    () =>
      new Promise<void>((resolve) => {
        let count = 0;
        const interval = setInterval(() => {
          count += 1;
          if (count < 5) return;
          clearInterval(interval);
          resolve();
        }, 1_000);
      }),
  ),
  "timers/promises setTimeout": after(5_000, () => timersPromises.setTimeout(5_000)),
  "timers/promises setInterval, five times": after(5_000, async () => {
    let count = 0;
    for await (const _ of timersPromises.setInterval(1_000)) {
      count += 1;
      if (count === 5) break;
    }
  }),
  "timers/promises setInterval keeps the ticks of a slow loop": after(
    3_500,
    async () => {
      const values: string[] = [];
      for await (const value of timersPromises.setInterval(1_000, "tick")) {
        values.push(value);
        if (values.length === 1) await timersPromises.setTimeout(2_500);
        if (values.length === 3) break;
      }
      return values.join();
    },
    { gives: "tick,tick,tick" },
  ),
  "timers/promises setInterval, aborted": after(
    2_500,
    async () => {
      const abort = new AbortController();
      setTimeout(() => abort.abort("enough"), 2_500);
      try {
        for await (const _ of timersPromises.setInterval(1_000, 0, { signal: abort.signal }));
        return "ended";
      } catch (error) {
        const { name, code, cause } = error as Error & { readonly code?: string };
        return [name, code, cause].join();
      }
    },
    { gives: "AbortError,ABORT_ERR,enough" },
  ),
  "timers/promises scheduler.wait": after(5_000, () => timersPromises.scheduler.wait(5_000)),
  "node:timers promises.setTimeout": after(5_000, () => timers.promises.setTimeout(5_000)),
  "promisify(setTimeout)": after(5_000, () => promisify(setTimeout)(5_000)),
  "AbortSignal.timeout": after(5_000, () => first(AbortSignal.timeout(5_000), "abort")),
  "AbortSignal.any": after(5_000, () =>
    first(AbortSignal.any([AbortSignal.timeout(5_000)]), "abort"),
  ),
  "setTimeout taken before the clock was installed": work(
    () => new Promise((resolve) => void earlySetTimeout(resolve, 50)),
    { limit: "it is the machine's, and nothing shows that someone waits for it" },
  ),
  "the time-out of Atomics.waitAsync": work(
    () => {
      const { value } = Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
      return value as Promise<string>;
    },
    { limit: "it is the machine's, and nothing shows that someone waits for it" },
  ),
};

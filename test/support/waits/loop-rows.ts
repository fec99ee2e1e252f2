/** Loops that take no virtual time, and what keeps the event loop busy by itself. */
import { after, first, type Rows, work } from "./row.ts";

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

export const loopRows: Rows = {
  "setImmediate, 5 000 times": work(async () => {
    for (let count = 0; count < 5_000; count += 1) await turn();
  }),
  "a million microtasks": work(
    async () => {
      for (let count = 0; count < 1e6; count += 1) await Promise.resolve();
    },
    { covers: ["PROMISE"] },
  ),
  "process.nextTick, 100 000 times": work(async () => {
    for (let count = 0; count < 1e5; count += 1)
      await new Promise<void>((resolve) => process.nextTick(resolve));
  }),
  "timers without a delay until a second has passed": after(
    1_000,
    async () => {
      const end = Date.now() + 1_000;
      while (Date.now() < end) await new Promise((resolve) => void setTimeout(resolve, 0));
    },
    { lateMs: 1 },
  ),
  "setImmediate until a second has passed": after(
    1_000,
    async () => {
      const end = Date.now() + 1_000;
      while (Date.now() < end) await turn();
    },
    { lateMs: 1 },
  ),
  "reading the clock until a second has passed": after(1_000, () => {
    const end = Date.now() + 1_000;
    while (Date.now() < end);
    return Promise.resolve();
  }),
  "navigator.locks": work(
    async () => {
      await navigator.locks.request("lock", async () => turn());
    },
    { covers: ["LOCKS"] },
  ),
  "a PerformanceObserver": work(async () => {
    const seen = new Promise<void>((resolve) => {
      const observer = new PerformanceObserver(() => {
        observer.disconnect();
        resolve();
      });
      observer.observe({ entryTypes: ["mark"] });
    });
    performance.mark("mark");
    await seen;
  }),
  "an event target": work(async () => {
    const target = new EventTarget();
    setImmediate(() => target.dispatchEvent(new Event("done")));
    await first(target, "done");
  }),
};

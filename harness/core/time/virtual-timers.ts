/** The timers of this process on virtual time: they fire by due time, then in the order in which they were set. */
import { createTimerHeap, type Timer } from "./timer-heap.ts";

/** A timer that was set; it may be stopped and started again. */
export interface VirtualTimer {
  cancel(): void;
  /** Starts the delay anew from now, also when it has fired. */
  restart(): void;
  isWaiting(): boolean;
}

export interface VirtualTimers {
  /** Calls back `delayMs` from now, rounded down to whole ms; below 1 on the next turn. */
  set(callback: () => void, delayMs: number): VirtualTimer;
  /** When the next one is due; ms since the Unix epoch, virtual. */
  nextDueMs(): number | undefined;
  /** Takes the next timer if it is due by `dueMs`, without firing it. */
  takeDueBy(dueMs: number): Pick<Timer, "dueMs" | "callback"> | undefined;
  /** Removes all of them and starts counting anew. */
  clear(): void;
  size(): number;
}

/** No timers at first. `now` is the time from which delays count; ms since the Unix epoch, virtual. */
export function createVirtualTimers(now: () => number): VirtualTimers {
  const heap = createTimerHeap();
  let order = 0;
  return {
    set(callback, delayMs) {
      const wait = delayMs >= 1 ? Math.floor(delayMs) : 0;
      const timer: Timer = { dueMs: now() + wait, order: (order += 1), callback, waiting: false };
      heap.add(timer);
      return {
        cancel: () => heap.cancel(timer),
        restart() {
          heap.cancel(timer);
          timer.dueMs = now() + wait;
          timer.order = order += 1;
          heap.add(timer);
        },
        isWaiting: () => timer.waiting,
      };
    },
    nextDueMs: () => heap.peek()?.dueMs,
    takeDueBy(dueMs) {
      const timer = heap.peek();
      if (timer === undefined || timer.dueMs > dueMs) return undefined;
      return heap.take();
    },
    clear() {
      heap.clear();
      order = 0;
    },
    size: () => heap.size(),
  };
}

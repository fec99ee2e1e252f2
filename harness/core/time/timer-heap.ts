/**
 * The timers of the virtual clock: a binary heap by due time, then by order of creation,
 * so that equal instants fire in the order in which they were asked for.
 */

export interface Timer {
  dueMs: number;
  order: number;
  callback: () => void;
  /** Set while the timer waits in the heap. */
  waiting: boolean;
}

export interface TimerHeap {
  add(timer: Timer): void;
  cancel(timer: Timer): void;
  /** The earliest waiting timer, left in place. */
  peek(): Timer | undefined;
  take(): Timer | undefined;
  clear(): void;
  size(): number;
}

interface Entry {
  readonly dueMs: number;
  readonly order: number;
  readonly timer: Timer;
}

/** A heap without timers. */
export function createTimerHeap(): TimerHeap {
  let entries: Entry[] = [];
  let waiting = 0;

  const isLive = (entry: Entry): boolean =>
    entry.timer.waiting && entry.timer.order === entry.order;

  const dropDead = (): void => {
    while (entries[0] !== undefined && !isLive(entries[0])) removeFirst(entries);
  };

  return {
    add(timer) {
      timer.waiting = true;
      waiting += 1;
      // Cancelled entries stay until they surface; a burst of cancelled timers must not pile up.
      if (entries.length > 64 && entries.length > 2 * waiting) {
        const live = entries.filter(isLive);
        entries = [];
        for (const entry of live) insert(entries, entry);
      }
      insert(entries, { dueMs: timer.dueMs, order: timer.order, timer });
    },
    cancel(timer) {
      if (!timer.waiting) return;
      timer.waiting = false;
      waiting -= 1;
    },
    peek() {
      dropDead();
      return entries[0]?.timer;
    },
    take() {
      dropDead();
      const entry = removeFirst(entries);
      if (entry === undefined) return undefined;
      entry.timer.waiting = false;
      waiting -= 1;
      return entry.timer;
    },
    clear() {
      for (const entry of entries) entry.timer.waiting = false;
      entries = [];
      waiting = 0;
    },
    size: () => waiting,
  };
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

function insert(entries: Entry[], entry: Entry): void {
  let at = entries.push(entry) - 1;
  while (at > 0) {
    const parentAt = (at - 1) >> 1;
    const parent = entries[parentAt];
    if (parent === undefined || !isBefore(entry, parent)) break;
    entries[at] = parent;
    at = parentAt;
  }
  entries[at] = entry;
}

function removeFirst(entries: Entry[]): Entry | undefined {
  const first = entries[0];
  const last = entries.pop();
  if (first === undefined || last === undefined || first === last) return first;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    let childAt = left;
    let child = entries[left];
    const right = entries[left + 1];
    if (child === undefined) break;
    if (right !== undefined && isBefore(right, child)) {
      child = right;
      childAt = left + 1;
    }
    if (!isBefore(child, last)) break;
    entries[at] = child;
    at = childAt;
  }
  entries[at] = last;
  return first;
}

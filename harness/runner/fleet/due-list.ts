/**
 * Which of many clients is next: each is due at one time. A ring of slots of ten milliseconds, each
 * with a chain through one array, so that a million clients cost a few bytes each and no sorting.
 */

const SLOT_MS = 10;
/** Slots of the ring, a power of two: not quite three hours. */
const SLOTS = 1 << 20;
const NONE = -1;

/** Clients by when they are due. */
export interface DueList {
  /** Says when a client that is not in the list is due; ms, not before the last one taken. */
  readonly put: (client: number, atMs: number) => void;
  /** Calls back with each client that is due before `untilMs`, in the order of slots; those put meanwhile as well. */
  readonly takeUntil: (untilMs: number, due: (client: number, atMs: number) => void) => void;
}

/** An empty list for clients numbered from 0 up to `clients`. */
export function createDueList(clients: number): DueList {
  const first = new Int32Array(SLOTS).fill(NONE);
  const next = new Int32Array(clients);
  const dueAt = new Float64Array(clients);
  let slot = 0;

  const put = (client: number, atMs: number): void => {
    const index = Math.max(slot, Math.floor(atMs / SLOT_MS)) & (SLOTS - 1);
    dueAt[client] = atMs;
    next[client] = first[index] ?? NONE;
    first[index] = client;
  };

  /** Calls back with those of the slot that are due in this round of the ring, and keeps the others. */
  const takeSlot = (due: (client: number, atMs: number) => void): void => {
    const index = slot & (SLOTS - 1);
    const endsAtMs = (slot + 1) * SLOT_MS;
    // Also those that are put into the slot while it is taken.
    let kept = NONE;
    for (let client = first[index] ?? NONE; client !== NONE; client = first[index] ?? NONE) {
      first[index] = next[client] ?? NONE;
      const atMs = dueAt[client] ?? 0;
      if (atMs < endsAtMs) due(client, atMs);
      else {
        next[client] = kept;
        kept = client;
      }
    }
    first[index] = kept;
  };

  return {
    put,
    takeUntil(untilMs, due) {
      for (; slot * SLOT_MS < untilMs; slot += 1) takeSlot(due);
    },
  };
}

/**
 * Turns: what comes from other processes in one instant of virtual time comes in any order.
 * Whoever has to be told of it waits for a turn; turns are given one by one, in the order of
 * their keys, each when all that the one before has set off is at rest. So one seed gives
 * one history although a browser does many things at once.
 */
export interface Turns {
  /** Resolves when it is the turn of `key`; at once while nobody keeps order. */
  wait(key: string): Promise<void>;
  /** Gives the first turn; false when nobody waits. */
  next(): boolean;
  /** Begins to keep order, or stops it, which gives everybody their turn. */
  keepOrder(isKept: boolean): void;
}

interface Waiting {
  readonly key: string;
  readonly resolve: () => void;
}

/** Nobody waits, and no order is kept. */
export function createTurns(): Turns {
  let waiting: Waiting[] = [];
  let isKept = false;
  const next = (): boolean => {
    const first = waiting.reduce<Waiting | undefined>(
      (least, one) => (least === undefined || one.key < least.key ? one : least),
      undefined,
    );
    waiting = waiting.filter((one) => one !== first);
    first?.resolve();
    return first !== undefined;
  };
  return {
    wait: (key) =>
      isKept ? new Promise((resolve) => void waiting.push({ key, resolve })) : Promise.resolve(),
    next,
    keepOrder(wanted) {
      isKept = wanted;
      while (!isKept && next());
    },
  };
}

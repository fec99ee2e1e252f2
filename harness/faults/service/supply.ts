/** How much a service can serve over time: at full capacity, nothing in an outage, and less while it is ramped up. */

/** A service's capacity over time. Times are ms from the start. */
export interface Supply {
  /** How many requests it could have served by then. */
  readonly servableBy: (atMs: number) => number;
  /** When it has served that many; `Infinity` when it never does. */
  readonly timeOf: (requests: number) => number;
}

/** A time in which the service serves at a part of its capacity, changing evenly from one share to another. */
export interface SupplyChange {
  readonly fromMs: number;
  readonly untilMs: number;
  /** 0 to 1. */
  readonly share: number;
  /** The share at its end; default: `share`. */
  readonly endsAt?: number;
}

interface Segment {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Requests a ms at its start. */
  readonly rate: number;
  /** By how much the rate grows a ms. */
  readonly growth: number;
  /** What could be served before it. */
  readonly before: number;
}

/**
 * The supply of a service that serves `perSecond` requests outside of `changes`, which are in order
 * and do not overlap.
 *
 * @example
 * const supply = createSupply(10, [{ fromMs: 60_000, untilMs: 120_000, share: 0 }]);
 * supply.servableBy(120_000); // 600
 */
export function createSupply(perSecond: number, changes: readonly SupplyChange[]): Supply {
  const segments = segmentsOf(perSecond / 1_000, changes);
  // Requests come in the order of time: the segment of the last one is nearly always that of the next.
  let last = 0;
  const find = (isBefore: (segment: Segment) => boolean): Segment | undefined => {
    while (last > 0 && !isBefore(segments[last] as Segment)) last -= 1;
    while (last + 1 < segments.length && isBefore(segments[last + 1] as Segment)) last += 1;
    return segments[last];
  };
  return {
    servableBy(atMs) {
      const found = find(({ fromMs }) => fromMs <= atMs);
      return found === undefined ? 0 : servedIn(found, Math.min(atMs, found.untilMs));
    },
    timeOf(requests) {
      const found = find(({ before }) => before < requests);
      return found === undefined ? Infinity : timeIn(found, requests);
    },
  };
}

function segmentsOf(rate: number, changes: readonly SupplyChange[]): readonly Segment[] {
  const segments: Segment[] = [];
  let atMs = 0;
  let before = 0;
  const add = (untilMs: number, share: number, endsAt: number): void => {
    if (untilMs <= atMs) return;
    const growth = untilMs === Infinity ? 0 : ((endsAt - share) * rate) / (untilMs - atMs);
    const segment = { fromMs: atMs, untilMs, rate: rate * share, growth, before };
    segments.push(segment);
    before = untilMs === Infinity ? Infinity : servedIn(segment, untilMs);
    atMs = untilMs;
  };
  for (const { fromMs, untilMs, share, endsAt = share } of changes) {
    add(fromMs, 1, 1);
    add(untilMs, share, endsAt);
  }
  add(Infinity, 1, 1);
  return segments;
}

function servedIn({ fromMs, rate, growth, before }: Segment, atMs: number): number {
  const forMs = atMs - fromMs;
  return before + rate * forMs + (growth * forMs * forMs) / 2;
}

function timeIn({ fromMs, rate, growth, before }: Segment, requests: number): number {
  const needed = requests - before;
  if (growth === 0) return rate === 0 ? fromMs : fromMs + needed / rate;
  return fromMs + (Math.sqrt(rate * rate + 2 * growth * needed) - rate) / growth;
}

/** What happens to a fleet, counted by the second. */

/** Counts of each second from the start of a run. */
export interface FleetSeries {
  /** Requests that were sent. */
  readonly offered: Uint32Array;
  /** Requests served to a caller who still waited. */
  readonly served: Uint32Array;
  /** Requests served to a caller who had hung up. */
  readonly wasted: Uint32Array;
  /** Requests rejected by a service that was up. */
  readonly rejected: Uint32Array;
  /** Clients whose last call got no token, at the end of the second. */
  readonly without: Int32Array;
}

/** Counts what happens; times in ms from the start, those after the end of the run are dropped. */
export interface FleetTally {
  readonly count: (what: Exclude<keyof FleetSeries, "without">, atMs: number) => void;
  /** From then on a client is without a token (+1), or has one again (-1). */
  readonly change: (atMs: number, by: 1 | -1) => void;
  readonly series: () => FleetSeries;
}

/** The tally of a run of that length, ms. */
export function createFleetTally(untilMs: number): FleetTally {
  const length = Math.ceil(untilMs / 1_000);
  const counts = {
    offered: new Uint32Array(length),
    served: new Uint32Array(length),
    wasted: new Uint32Array(length),
    rejected: new Uint32Array(length),
  };
  const changes = new Int32Array(length);
  const add = (array: Uint32Array | Int32Array, atMs: number, by: number): void => {
    const second = Math.floor(atMs / 1_000);
    // A write past the end of a typed array is dropped.
    array[second] = (array[second] ?? 0) + by;
  };
  return {
    count: (what, atMs) => add(counts[what], atMs, 1),
    change: (atMs, by) => add(changes, atMs, by),
    series() {
      let now = 0;
      return { ...counts, without: changes.map((change) => (now += change)) };
    },
  };
}

/**
 * Which faults of a plan took no request: they broke nothing, so what a run shows in them proves
 * nothing. The fault layers report here, because a history does not show which requests a window
 * let pass.
 */
import type { FaultPlan, FaultWindow } from "./plan.ts";

/**
 * A fault that took no request.
 *
 * @example
 * const names = (history.header.unmetFaults ?? []).map(({ id }) => id);
 */
export interface UnmetFault {
  /** The id of its window; of several windows of one outage, of the first. */
  readonly id: string;
  /**
   * `never-open`: it had not begun when the run ended. `no-request`: no request came that it is
   * about. `none-taken`: requests came, and its chance, its count or an earlier fault let it take none.
   */
  readonly why: "never-open" | "no-request" | "none-taken";
}

/** Counts what the windows of a plan meet. */
export interface FaultTally {
  /** Adds windows, whose ids in the history are those of `added`. */
  readonly add: (plan: FaultPlan, added: FaultPlan) => void;
  /** Forgets a window that was cleared before it began. */
  readonly remove: (id: string) => void;
  readonly opened: (id: string) => void;
  /** A request came that the window is about. */
  readonly matched: (window: FaultWindow) => void;
  /** The window took a request. */
  readonly taken: (window: FaultWindow) => void;
  /** The outages of which no window took a request so far, in the order of the plan. */
  readonly unmet: () => readonly UnmetFault[];
}

type Met = UnmetFault["why"] | "met";

const order = ["never-open", "no-request", "none-taken", "met"] as const satisfies readonly Met[];

/** Creates a tally without windows. */
export function createFaultTally(): FaultTally {
  const met = new Map<string, Met>();
  /** Ids of the windows of each outage. */
  const outages: (readonly string[])[] = [];
  const reach = (id: string, reached: Met): void => {
    const before = met.get(id);
    if (before !== undefined && order.indexOf(reached) > order.indexOf(before))
      met.set(id, reached);
  };
  return {
    add(plan, added) {
      for (const { id } of added) met.set(id, "never-open");
      const byOutage = Map.groupBy(added, (_, index) => firstWindowOf(plan, index));
      outages.push(...[...byOutage.values()].map((windows) => windows.map(({ id }) => id)));
    },
    remove: (id) => void met.delete(id),
    opened: (id) => reach(id, "no-request"),
    // A service of limited capacity takes only what is too much for it: good clients send less.
    matched: ({ id, effect }) => reach(id, effect.kind === "capacity" ? "met" : "none-taken"),
    taken: ({ id }) => reach(id, "met"),
    unmet: () =>
      outages.flatMap((ids) => {
        const seen = ids.flatMap((id) => met.get(id) ?? []);
        const best = order.findLast((one) => seen.includes(one));
        const id = ids.find((one) => met.has(one));
        return id === undefined || best === undefined || best === "met" ? [] : [{ id, why: best }];
      }),
  };
}

/**
 * The place in the plan of the first window of the same outage. Some outages are several windows,
 * for programs and for pages, of which a client meets one: they act at one site at the same time
 * on the same callers, and their ids begin with that of the first, such as `primary-down` and
 * `primary-down-pages`.
 */
function firstWindowOf(plan: FaultPlan, index: number): number {
  const window = plan[index];
  const first = plan.findIndex((one) => window !== undefined && isPartOf(window, one));
  return first < 0 ? index : first;
}

function isPartOf(part: FaultWindow, first: FaultWindow): boolean {
  return (
    part.id.startsWith(`${first.id}-`) &&
    part.at === first.at &&
    part.from === first.from &&
    part.for === first.for &&
    part.effect.kind === first.effect.kind &&
    JSON.stringify(part.where) === JSON.stringify(first.where)
  );
}

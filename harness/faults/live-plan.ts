/**
 * A fault plan that grows: windows are added and cleared while a run goes on, and whoever
 * keeps the history is told of each change when it happens. A scenario adds its whole plan
 * at the start; a session adds and clears by the test's own words.
 */
import type { VirtualClock } from "../core/time/virtual-clock.ts";
import type { VirtualTimer } from "../core/time/virtual-timers.ts";
import type { FaultPlan, FaultWindow } from "./plan.ts";

/** One change of what is broken: what the history writes down, so that a reader sees cause before effect. */
export type FaultInstant =
  | { readonly kind: "began"; readonly window: FaultWindow }
  | { readonly kind: "ended"; readonly window: FaultWindow }
  /** Nothing is broken any more and nothing is due: what follows is recovery. */
  | { readonly kind: "cleared" };

export interface LivePlanOptions {
  readonly clock: Pick<VirtualClock, "now" | "setTimer">;
  /** The start of the run, ms since the Unix epoch. */
  readonly startedAt: number;
  /** Told of each change, when it happens; cause stands before effect. */
  readonly tell: (instant: FaultInstant) => void;
}

export interface LivePlan {
  /** Every window so far, in the order in which they came: to be read anew each time. One that was cleared is as long as it really was. */
  readonly windows: FaultPlan;
  /** Aborted when the window of that id is cleared before its time. */
  readonly clearedSignal: (id: string) => AbortSignal | undefined;
  /** Adds a checked plan whose `from` counts from now; an id that is taken gets a number. Returns the windows as the history will name them. */
  readonly add: (plan: FaultPlan) => FaultPlan;
  /** Ends now what is open, and takes back what has not begun; everything, or the windows of these ids. */
  readonly clear: (ids?: readonly string[]) => void;
}

/** A window that has not ended, with its timers. */
interface Pending {
  readonly timers: VirtualTimer[];
  readonly cleared: AbortController;
  isOpen: boolean;
}

/** A plan with nothing in it. */
export function createLivePlan({ clock, startedAt, tell }: LivePlanOptions): LivePlan {
  const windows: FaultWindow[] = [];
  const pending = new Map<string, Pending>();
  const takenIds = new Set<string>();
  let isBroken = false;

  const end = (window: FaultWindow): void => {
    pending.delete(window.id);
    tell({ kind: "ended", window });
  };

  const tellIfCleared = (): void => {
    if (!isBroken || pending.size > 0) return;
    isBroken = false;
    tell({ kind: "cleared" });
  };

  const perform = ({ kind, window }: Change): void => {
    const state = pending.get(window.id);
    if (state === undefined) return;
    if (kind === "ended") {
      end(window);
      tellIfCleared();
    } else {
      state.isOpen = true;
      isBroken = true;
      tell({ kind, window });
    }
  };

  return {
    windows,
    clearedSignal: (id) => pending.get(id)?.cleared.signal,
    add(plan) {
      const sinceStartMs = clock.now() - startedAt;
      const added = plan.map((window) => ({
        ...window,
        id: claimId(window.id, takenIds),
        from: window.from + sinceStartMs,
      }));
      windows.push(...added);
      const changes = changesOf(added);
      for (const { window } of changes)
        pending.set(window.id, { timers: [], cleared: new AbortController(), isOpen: false });
      for (const change of changes) {
        const delayMs = startedAt + change.at - clock.now();
        if (delayMs <= 0) perform(change);
        else {
          const timer = clock.setTimer(() => perform(change), delayMs);
          pending.get(change.window.id)?.timers.push(timer);
        }
      }
      return added;
    },
    clear(ids = [...pending.keys()]) {
      for (const id of ids) {
        const state = pending.get(id);
        const at = windows.findIndex((window) => window.id === id);
        const window = windows[at];
        if (state === undefined || window === undefined) continue;
        for (const timer of state.timers) timer.cancel();
        if (state.isOpen) {
          windows[at] = { ...window, for: clock.now() - startedAt - window.from };
          end(window);
          state.cleared.abort();
        } else {
          windows.splice(at, 1);
          pending.delete(id);
        }
      }
      tellIfCleared();
    },
  };
}

/** One end of a window. `at`: ms after the start of the run. */
interface Change {
  readonly kind: "began" | "ended";
  readonly at: number;
  readonly window: FaultWindow;
}

/** In time; at one time ends before begins, otherwise in plan order. A window of no length never opens and is not in it. */
function changesOf(plan: FaultPlan): readonly Change[] {
  const windows = plan.filter((window) => window.for > 0);
  const changes: Change[] = [
    ...windows.map((window) => ({ kind: "ended" as const, at: window.from + window.for, window })),
    ...windows.map((window) => ({ kind: "began" as const, at: window.from, window })),
  ];
  // The sort is stable, which keeps ends before begins and both in plan order.
  return changes.sort((one, other) => one.at - other.at);
}

/** `outage`, then `outage-2`: the history refers to a window by its id. */
function claimId(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let number = 2; taken.has(id); number += 1) id = `${wanted}-${number}`;
  taken.add(id);
  return id;
}

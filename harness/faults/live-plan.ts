/**
 * A fault plan that changes during a run: windows are added and cleared, and each change is
 * reported when it happens. A scenario adds its whole plan at the start; a live simulation adds
 * and clears when a test says so.
 */
import type { VirtualClock } from "../core/time/virtual-clock.ts";
import type { VirtualTimer } from "../core/time/virtual-timers.ts";
import type { FaultPlan, FaultWindow } from "./plan.ts";
import { createFaultTally, type FaultTally } from "./unmet-faults.ts";

/** One change of what is broken. The history records it, cause before effect. */
export type FaultInstant =
  | { readonly kind: "began"; readonly window: FaultWindow }
  | { readonly kind: "ended"; readonly window: FaultWindow }
  /** Nothing is broken any more and no window is due: what follows is recovery. */
  | { readonly kind: "cleared" };

export interface LivePlanOptions {
  readonly clock: Pick<VirtualClock, "now" | "setTimer">;
  /** The start of the run, ms since the Unix epoch. */
  readonly startedAt: number;
  /** Called with each change when it happens, cause before effect. */
  readonly onChange: (instant: FaultInstant) => void;
}

export interface LivePlan {
  /** Every window so far, in the order in which they were added; the array changes. A window that was cleared ends when it was. */
  readonly windows: FaultPlan;
  /** Aborted when the window of that id is cleared early. */
  readonly clearedSignal: (id: string) => AbortSignal | undefined;
  /** What its windows meet. */
  readonly tally: Pick<FaultTally, "matched" | "taken" | "unmet">;
  /** Adds a checked plan whose `from` counts from now; an id that is in use gets a number. Returns the windows with the ids that the history uses. */
  readonly add: (plan: FaultPlan) => FaultPlan;
  /** Ends open windows now, and removes those that have not begun; all of them, or those with these ids. */
  readonly clear: (ids?: readonly string[]) => void;
}

/** A window that has not ended, with its timers. */
interface Pending {
  readonly timers: VirtualTimer[];
  readonly cleared: AbortController;
  isOpen: boolean;
}

/** Creates an empty plan. */
export function createLivePlan({ clock, startedAt, onChange }: LivePlanOptions): LivePlan {
  const windows: FaultWindow[] = [];
  const pending = new Map<string, Pending>();
  const takenIds = new Set<string>();
  const tally = createFaultTally();
  let isBroken = false;

  const end = (window: FaultWindow): void => {
    pending.delete(window.id);
    onChange({ kind: "ended", window });
  };

  const reportIfCleared = (): void => {
    if (!isBroken || pending.size > 0) return;
    isBroken = false;
    onChange({ kind: "cleared" });
  };

  const perform = ({ kind, window }: Change): void => {
    const state = pending.get(window.id);
    if (state === undefined) return;
    if (kind === "ended") {
      end(window);
      reportIfCleared();
    } else {
      state.isOpen = true;
      isBroken = true;
      tally.opened(window.id);
      onChange({ kind, window });
    }
  };

  return {
    windows,
    tally,
    clearedSignal: (id) => pending.get(id)?.cleared.signal,
    add(plan) {
      const sinceStartMs = clock.now() - startedAt;
      const added = plan.map((window) => ({
        ...window,
        id: claimId(window.id, takenIds),
        from: window.from + sinceStartMs,
      }));
      windows.push(...added);
      tally.add(plan, added);
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
          tally.remove(id);
        }
      }
      reportIfCleared();
    },
  };
}

/** The beginning or end of a window. `at`: ms after the start of the run. */
interface Change {
  readonly kind: "began" | "ended";
  readonly at: number;
  readonly window: FaultWindow;
}

/** Ends before begins, so that of one moment they come first; both in plan order. A window without length never opens and has no changes. */
function changesOf(plan: FaultPlan): readonly Change[] {
  const windows = plan.filter((window) => window.for > 0);
  return [
    ...windows.map((window) => ({ kind: "ended" as const, at: window.from + window.for, window })),
    ...windows.map((window) => ({ kind: "began" as const, at: window.from, window })),
  ];
}

/** A unique id, because the history refers to a window by it: `outage`, then `outage-2`. */
function claimId(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let number = 2; taken.has(id); number += 1) id = `${wanted}-${number}`;
  taken.add(id);
  return id;
}
